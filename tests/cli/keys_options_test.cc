#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// The lines of a key in the file.
std::string Key(const std::string& name, const std::string& more = {}) {
  return "[[keys]]\nname = \"" + name + "\"\nid = \"" + std::string(8, name[0]) +
         "\"\nhash = \"sha256:" + std::string(64, name[0]) + "\"\n" + more;
}

TEST(KeyOptions, ADryRunShowsOnlyTheLinesThatDiffer) {
  CommandTest t;
  t.WriteConfig("# mine\n" + Key("ci") + "\n" + Key("desk") + "enabled = true\n");
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "60", "--dry-run"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out, "+requests_per_minute = 60\n");
  ASSERT_EQ(t.Agm({"keys", "remove", "ci", "--dry-run"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "-name = \"ci\"\n")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "desk") || Has(t.io.out, "enabled")) << t.io.out;
}

TEST(KeyOptions, ADryRunOfANewFileShowsAllOfIt) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci", "--dry-run"}), 0) << t.io.err;
  EXPECT_TRUE(t.io.out.starts_with("+[[keys]]\n+name = \"ci\"\n")) << t.io.out;
  std::istringstream lines(t.io.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with('+')) << line;
    EXPECT_GT(line.size(), 1U);
  }
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(KeyOptions, TheStateFollowsTheEnd) {
  CommandTest t;
  const std::pair<const char*, const char*> states[] = {{"2026-11-22", "ready"},
                                                        {"2026-11-21", "ready"},
                                                        {"2026-11-20", "expired"},
                                                        {"2026-11-21T12:00:01Z", "ready"},
                                                        {"2026-11-21T12:00:00Z", "expired"},
                                                        {"2026-11-21T11:59:59Z", "expired"}};
  for (const auto& [end, state] : states) {
    t.WriteConfig("[proxy]\ntime_zone = \"UTC\"\n" +
                  Key("ci", "expires = \"" + std::string(end) + "\"\n"));
    ASSERT_EQ(t.Agm({"keys", "list", "--json"}), 0) << t.io.err;
    EXPECT_EQ(t.Document()["keys"][0]["state"], state) << end;
  }
}

TEST(KeyOptions, TheDocumentHasEachLimitInItsUnit) {
  CommandTest t;
  t.WriteConfig(Key("ci",
                    "requests_per_minute = 60\ntokens_per_minute = 200000\nparallel = 8\n"
                    "budget = { day = 2.5 }\ntokens = { month = 5000000 }\n") +
                Key("desk"));
  ASSERT_EQ(t.Agm({"keys", "show", "ci", "--json"}), 0) << t.io.err;
  const Json ci = t.Document();
  EXPECT_EQ(ci["name"], "ci");
  EXPECT_EQ(ci["requests_per_minute"], 60);
  EXPECT_EQ(ci["budget"], (Json{{"day", 2.5}, {"month", {}}}));
  EXPECT_EQ(ci["tokens"].dump(), R"({"day":null,"month":5000000})");
  ASSERT_EQ(t.Agm({"keys", "show", "desk", "--json"}), 0) << t.io.err;
  for (const char* limit : {"requests_per_minute", "tokens_per_minute", "parallel", "expires"}) {
    EXPECT_TRUE(t.Document()[limit].is_null()) << limit;
  }
  EXPECT_EQ(t.Document()["tokens"], (Json{{"day", {}}, {"month", {}}}));
}

TEST(KeyOptions, TheListNamesEveryLimit) {
  CommandTest t;
  t.WriteConfig(Key("ci",
                    "requests_per_minute = 60\ntokens_per_minute = 200000\nparallel = 8\n"
                    "tokens = { day = 5000000, month = 700 }\n"));
  ASSERT_EQ(t.Agm({"keys", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, " 60 rpm, 200.0k tpm, 8 par, 5.0M tok/day, 700 tok/month "))
      << t.io.out;
}

TEST(KeyOptions, ChangesAreToldToPrograms) {
  CommandTest t;
  t.WriteConfig(Key("ci") + Key("desk"));
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "60", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"name", "ci"}, {"changed", true}}));
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "70", "--dry-run", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["changed"], false);
  ASSERT_EQ(t.Agm({"keys", "disable", "ci", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document(), (Json{{"name", "ci"}, {"disabled", true}}));
  ASSERT_EQ(t.Agm({"keys", "enable", "ci", "desk", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["keys"],
            (Json{{{"name", "ci"}, {"enabled", true}}, {{"name", "desk"}, {"enabled", true}}}));
}

TEST(KeyOptions, AddSaysThatTheKeyIsShownOnceOnly) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Keep the key: only its digest is stored")) << t.io.err;
  ASSERT_EQ(t.Agm({"keys", "usage", "ci"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "No request with such a key was logged since then.")) << t.io.err;
}

TEST(KeyOptions, EachCommandSaysWhatItDid) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Added key ci (")) << t.io.err;
  ASSERT_EQ(t.Agm({"keys", "rotate", "ci", "--grace", "24h"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Key ci has a new secret; the old one works for 1d more.") ||
              Has(t.io.err, "Key ci has a new secret; the old one works for 24h more."))
      << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Keep the key")) << t.io.err;
  ASSERT_EQ(t.Agm({"keys", "rotate", "ci"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "the old one no longer works.")) << t.io.err;
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "5", "--dry-run"}), 0) << t.io.err;
  const std::string dry = t.io.err;
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "5"}), 0) << t.io.err;
  EXPECT_NE(t.io.err, dry);
  EXPECT_TRUE(Has(t.io.err, "ci")) << t.io.err;
  EXPECT_FALSE(Has(dry, "ci")) << dry;
}

TEST(KeyOptions, AdoptWarnsOfShortKeys) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "adopt"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "The configuration has no proxy.api_key")) << t.io.err;
  const std::string enough(24, 'x');
  t.WriteConfig("[proxy]\napi_keys = [{ name = \"long\", key = \"" + enough +
                "\" }, { name = \"short\", key = \"" + enough.substr(1) + "\" }]\n");
  ASSERT_EQ(t.Agm({"keys", "adopt"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Adopted long.\n")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Adopted short.\n")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "the key of long is short")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "the key of short is short")) << t.io.err;
}

TEST(KeyOptions, TheListLeadsOnWithoutAKey) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "There is no client key.")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
