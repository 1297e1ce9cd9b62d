#include "cli/map_command.h"

#include <gtest/gtest.h>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

TEST(MapCommand, ReadsItsOptions) {
  CommandTest t;
  const auto set = t.Parse<MapSetOptions>(AddMapSet, {"set", "gpt*", "a", "b"});
  ASSERT_TRUE(set) << t.io.err;
  EXPECT_EQ(set->from, "gpt*");
  EXPECT_EQ(set->to, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(t.Parse<MapSetOptions>(AddMapSet, {"set", "gpt*"}));
  EXPECT_EQ(t.code, 2);
}

TEST(MapSet, AddsOneLineAndKeepsTheOthers) {
  CommandTest t;
  t.WriteConfig("# mine\n[proxy.custom_mapping]\n'a' = 'b' # keep\n");
  EXPECT_EQ(t.Agm({"map", "set", "gpt-5*", "gemini-3.8-flash", "gemini-3.5-flash"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(),
            "# mine\n[proxy.custom_mapping]\n'a' = 'b' # keep\n"
            "\"gpt-5*\" = [\"gemini-3.8-flash\", \"gemini-3.5-flash\"]\n");
  EXPECT_TRUE(t.io.err.starts_with("gpt-5* goes to gemini-3.8-flash, then gemini-3.5-flash.\n"));
  EXPECT_EQ(t.Agm({"map", "set", "a", "b"}), 0);
  EXPECT_TRUE(t.io.err.starts_with("a goes already to b.\n")) << t.io.err;
}

TEST(MapSet, CreatesAMissingFile) {
  CommandTest t;
  const std::string file = (t.folder / "new.toml").string();
  EXPECT_EQ(t.Agm({"--config", file, "map", "set", "a", "b", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["changed"], true);
  EXPECT_EQ(t.Document()["to"][0], "b");
  EXPECT_EQ(t.folder.Read("new.toml"), "[proxy.custom_mapping]\n\"a\" = \"b\"\n");
}

TEST(MapSet, RefusesWhatCouldNotBeAskedFor) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "set", "a b", "c"}), 2);
  EXPECT_TRUE(Has(t.io.err, "holds a space")) << t.io.err;
  EXPECT_EQ(t.Agm({"map", "set", "a", "b*"}), 2);
  EXPECT_TRUE(Has(t.io.err, "only the left side can be a pattern")) << t.io.err;
}

TEST(MapSet, RefusesABrokenFileAndLeavesItAlone) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = \n");
  EXPECT_EQ(t.Agm({"map", "set", "a", "b"}), 2);
  EXPECT_TRUE(Has(t.io.err, "config.toml:2:8: ")) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[proxy]\nport = \n");
}

TEST(MapSet, WarnsThatATargetIsNotMappedAgain) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "set", "mine", "gpt-4o"}), 0);
  EXPECT_TRUE(Has(t.io.err, "a target is not mapped again; did you mean gemini-3.8-flash?"))
      << t.io.err;
}

TEST(MapUnset, RemovesTheRule) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\na = \"b\"\nc = \"d\"\n");
  EXPECT_EQ(t.Agm({"map", "unset", "a"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[proxy.custom_mapping]\nc = \"d\"\n");
  EXPECT_EQ(t.Agm({"map", "unset", "a"}), 1);
  EXPECT_TRUE(Has(t.io.err, "agm map list")) << t.io.err;
}

TEST(MapUnset, NamesTheNearestRule) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\ngpt-4o = \"b\"\n");
  EXPECT_EQ(t.Agm({"map", "unset", "gpt-4p"}), 1);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"gpt-4o\"?")) << t.io.err;
}

TEST(MapSet, WarnsWhereNoAccountOffersTheTarget) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, R"({"data":[
      {"id":"gemini-3.8-flash","owned_by":"google"},{"id":"my-alias","owned_by":"agm"}]})"};
  EXPECT_EQ(t.Agm({"map", "set", "x", "gemini-3.8-flush"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "no account offers gemini-3.8-flush (did you mean gemini-3.8-flash?)"))
      << t.io.err;
  EXPECT_EQ(t.Agm({"map", "set", "x", "models/gemini-3.8-flash"}), 0);
  EXPECT_FALSE(Has(t.io.err, "no account offers")) << t.io.err;
}

TEST(MapList, GroupsTheBuiltInRulesAndFitsEightyColumns) {
  CommandTest t;
  t.io.out_is_terminal = true;
  EXPECT_EQ(t.Agm({"map", "list", "--built-in"}), 0);
  for (const char* group : {"Built-in: OpenAI", "Built-in: Anthropic", "Built-in: Google"}) {
    EXPECT_TRUE(Has(t.io.out, group)) << t.io.out;
  }
  EXPECT_TRUE(FitsIn(t.io.out, 80)) << t.io.out;
}

TEST(MapList, ListsTheRulesInTheFilesOrder) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "list"}), 0);
  EXPECT_EQ(t.io.out, "");
  EXPECT_TRUE(Has(t.io.err, "agm map set FROM TO")) << t.io.err;
  EXPECT_EQ(t.Agm({"map", "list", "--json"}), 0);
  EXPECT_EQ(t.Document().size(), 0U);
  t.WriteConfig("[proxy.custom_mapping]\nz = \"b\"\n\"a*\" = [\"c\", \"d\"]\n");
  EXPECT_EQ(t.Agm({"map", "list"}), 0);
  EXPECT_EQ(t.io.out, "FROM  RULE     TO\nz     exact    b\na*    pattern  c, then d\n");
  EXPECT_EQ(t.Agm({"map", "list", "--built-in"}), 0);
  EXPECT_TRUE(Has(t.io.out, "whisper-1")) << t.io.out;
}

TEST(MapResolve, ExplainsWhichRuleWinsAndWhatIsTried) {
  CommandTest t;
  t.WriteConfig(
      "[proxy.custom_mapping]\n\"gpt-4*\" = [\"x\", \"y\"]\n\"*\" = \"z\"\n"
      "[[accounts]]\nname = \"one\"\nkind = \"mock\"\nmodels = [\"x\"]\n"
      "[[accounts]]\nname = \"off\"\nkind = \"mock\"\nenabled = false\n");
  EXPECT_EQ(t.Agm({"map", "resolve", "models/gpt-4o"}), 0) << t.io.err;
  EXPECT_TRUE(t.io.out.starts_with("gpt-4o -> x, then y\nrule: pattern gpt-4* (")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "try 1: x (accounts: one)\ntry 2: y (no account may serve it)\n"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "lost: pattern * -> z (has 0 literal characters, the winner 5)"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "lost: built-in gpt-* -> ")) << t.io.out;
}

TEST(MapResolve, GivesTheSameAsJson) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "resolve", "whisper-1", "--json"}), 0) << t.io.err;
  const Json json = t.Document();
  EXPECT_EQ(json["rule"], "built-in");
  EXPECT_EQ(json["from"], "whisper-1");
  EXPECT_EQ(json["targets"][0]["model"], "gemini-3.8-flash");
  EXPECT_TRUE(json["targets"][0]["accounts"].is_array());
  EXPECT_EQ(t.Agm({"map", "resolve", "gemini-4-neon", "--json"}), 0);
  EXPECT_TRUE(t.Document()["from"].is_null());
}

TEST(MapResolve, RefusesANameThatNoUpstreamTakes) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "resolve", "a/../b"}), 1);
  EXPECT_TRUE(Has(t.io.err, "holds \"..\"")) << t.io.err;
}

TEST(Map, TellsProgramsThatARuleIsRemoved) {
  CommandTest t;
  t.WriteConfig("[proxy.custom_mapping]\na = \"b\"\n");
  EXPECT_EQ(t.Agm({"map", "unset", "a", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"from", "a"}, {"removed", true}}));
}

TEST(Map, ListsTheUsersRules) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"map", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "There are no rules of yours.")) << t.io.err;
  t.WriteConfig("[proxy.custom_mapping]\na = \"b\"\n");
  EXPECT_EQ(t.Agm({"map", "list", "--json"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "\"a\"")) << t.io.out;
  EXPECT_EQ(t.Agm({"map", "list"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "There are no rules of yours.")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
