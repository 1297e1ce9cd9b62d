#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/keys/calendar.h"
#include "core/keys/meters.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "tests/cli/command_fixture.h"
#include "tests/core/ledger/entries.h"

namespace agm::cli {
namespace {

TEST(KeysShow, TellsEachFieldInWords) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci", "--scope", "inference,read", "--budget", "2/day",
                   "--budget", "20/month", "--models", "gemini-*,gpt-4o"}),
            0)
      << t.io.err;
  ASSERT_EQ(t.Agm({"keys", "show", "ci"}), 0) << t.io.err;
  for (const char* line :
       {"name                  ci\n", "scopes                inference, read\n",
        "models                gemini-*, gpt-4o\n", "budget                day 2.0, month 20.0\n",
        "requests per minute   -\n", "tokens                -\n", "expires               -\n",
        "enabled               true\n", "state                 ready\n",
        "today                 0 requests, 0 tokens, $0 list, $0 billed\n",
        "this month            0 requests, 0 tokens, $0 list, $0 billed\n"}) {
    EXPECT_TRUE(Has(t.io.out, line)) << line << t.io.out;
  }
  EXPECT_FALSE(Has(t.io.out, "spent")) << t.io.out;
  ASSERT_EQ(t.Agm({"keys", "show", "ci", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["spent"]["day"]["requests"], 0);
  EXPECT_EQ(t.Document()["budget"]["day"], 2.0);
}

TEST(KeysList, CountsTheDayFromItsFirstMoment) {
  CommandTest t;
  t.WriteConfig("[[keys]]\nname = \"laptop\"\nid = \"aaaaaaaa\"\nhash = \"sha256:" +
                std::string(64, 'a') + "\"\n");
  const auto config = t.context().Config();
  ASSERT_TRUE(config) << config.error().message;
  const auto zone = keys::ZoneOf(**config);
  const WallTime begin = keys::DayOf(*zone, t.clock.Wall()).begin;
  ledger::Totals totals;
  for (const WallTime at : {begin, begin - std::chrono::minutes(15)}) {
    const ledger::Entry entry = ledger::Answered(at);
    totals[ledger::KeyOf(entry)].Add(entry);
  }
  {
    const auto database =
        store::Database::Open(*t.context().StateFolder(), Duration(2000), ledger::RequestsFile());
    ASSERT_TRUE(database->Transact(
        [&](store::Connection& connection) { return ledger::AddTotals(connection, totals); }));
  }
  ASSERT_EQ(t.Agm({"keys", "list", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["keys"][0]["spent"]["day"]["requests"], 1);
  EXPECT_EQ(t.Document()["keys"][0]["spent"]["month"]["requests"], 2);
}

TEST(KeysList, TellsTheStateOfEachKeyInItsColour) {
  CommandTest t;
  for (const char* name : {"on", "off"}) ASSERT_EQ(t.Agm({"keys", "add", name}), 0);
  ASSERT_EQ(t.Agm({"keys", "disable", "off"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Key off is disabled; a running gateway takes it up at once."));
  t.io.colour = t.io.out_is_terminal = true;
  ASSERT_EQ(t.Agm({"keys", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, t.io.Paint("ready", Colour::kGreen))) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, t.io.Paint("disabled", Colour::kDim))) << t.io.out;
  EXPECT_FALSE(Has(t.io.err, "agm keys adopt")) << t.io.err;
}

TEST(MapResolve, NamesNoLosersWhereThereAreNone) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"map", "resolve", "gemini-4-neon", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["losers"], Json::array());
  EXPECT_EQ(t.Document()["name"], "gemini-4-neon");
  EXPECT_TRUE(t.Document()["why"].is_string());
}

TEST(MapResolve, NamesOnlyAccountsThatMayServe) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"one\"\nkind = \"mock\"\n"
      "[[accounts]]\nname = \"two\"\nkind = \"mock\"\nmodels = [\"y\", \"x*\"]\n"
      "[[accounts]]\nname = \"off\"\nkind = \"mock\"\nenabled = false\n"
      "[[accounts]]\nname = \"unset\"\napi_key_env = \"NOT_SET\"\n"
      "[[accounts]]\nname = \"other\"\nkind = \"mock\"\nmodels = [\"y\"]\n");
  ASSERT_EQ(t.Agm({"map", "resolve", "x1"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "try 1: x1 (accounts: one, two)\n")) << t.io.out;
  ASSERT_EQ(t.Agm({"map", "resolve", "x1", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["targets"],
            Json::array({Json{{"model", "x1"}, {"accounts", {"one", "two"}}}}));
}

TEST(Models, RefuseWhatIsNoList) {
  CommandTest t;
  for (const char* body : {"{}", "[]", "1", R"({"data":{}})", R"({"data":1})", R"({"list":[]})"}) {
    t.gateway.answers["GET /v1/models"] = {200, body};
    EXPECT_EQ(t.Agm({"models"}), 1) << body;
    EXPECT_TRUE(Has(t.io.err, "/v1/models gave no list")) << t.io.err;
  }
}

TEST(SchemaCheck, SaysThatTheSchemaLiesWithin) {
  CommandTest t;
  const auto error = [&](const std::string& text) {
    EXPECT_EQ(t.Agm({"schema", "check", t.folder.Write("s.json", text).string()}), 1);
    return t.io.err;
  };
  for (const std::string type : {"function", "json_schema"}) {
    EXPECT_TRUE(Has(error("{\"type\": \"" + type + "\"}"),
                    "type: \"" + type +
                        "\" is no type of JSON Schema; give the schema alone, which lies inside "
                        "of this\n"))
        << t.io.err;
  }
  EXPECT_TRUE(Has(error("{\"type\": \"text\"}"), "type: \"text\" is no type of JSON Schema\n"));
  const std::string good = t.folder.Write("good.json", "{\"type\": \"object\"}").string();
  EXPECT_EQ(t.Agm({"schema", "check", good, "--model", "gemini-2.5-flash-image"}), 0)
      << "it takes no tools, but schemas: " << t.io.err;
  EXPECT_TRUE(Has(error("[]"), "expected a JSON schema, which is an object, found an array"));
  EXPECT_TRUE(Has(error("1"), "expected a JSON schema, which is an object, found number"));
}

TEST(Program, TakesOneCommandAtATime) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"models", "probe"}), 2);
  EXPECT_TRUE(Has(t.io.err, "unexpected argument \"probe\" for \"agm models\"")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "list", "show"}), 2);
  EXPECT_EQ(t.Agm({"-"}), 2);
  EXPECT_TRUE(Has(t.io.err, "unknown command \"-\" for \"agm\"")) << t.io.err;
  EXPECT_TRUE(t.gateway.asked.empty());
}

}  // namespace
}  // namespace agm::cli
