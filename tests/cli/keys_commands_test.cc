#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "cli/keys_add_command.h"
#include "cli/keys_command.h"
#include "core/keys/key_text.h"
#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "tests/cli/command_fixture.h"
#include "tests/core/ledger/entries.h"

namespace agm::cli {
namespace {

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

TEST(KeysCommands, AddPrintsTheKeyOnceAndStoresItsDigest) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci", "--budget", "2/day", "--budget", "20/month", "--rpm", "60",
                   "--models", "gemini-*,gpt-4o", "--expires", "2099-01-31"}),
            0)
      << t.io.err;
  const std::string key = FirstLine(t.io.out);
  EXPECT_EQ(t.io.out, key + "\n");
  const auto parts = keys::ReadKeyText(key);
  ASSERT_TRUE(parts) << key;
  const std::string config = t.ReadConfig();
  EXPECT_TRUE(Has(config, "[[keys]]\nname = \"ci\"\nid = \"" + std::string(parts->id) + "\""));
  EXPECT_TRUE(Has(config, "hash = \"" + keys::HashOf(parts->secret) + "\""));
  EXPECT_FALSE(Has(config, std::string(parts->secret)));
  EXPECT_TRUE(Has(config, "scopes = [\"inference\"]"));
  EXPECT_TRUE(Has(config, "budget = { day = 2, month = 20 }"));
  EXPECT_TRUE(Has(t.io.err, "agm keys show ci"));
  EXPECT_TRUE(Has(t.io.err, "proxy.auth_mode"));
  EXPECT_FALSE(Has(t.io.err, key));
}

TEST(KeysCommands, QuietPrintsNothingButTheKey) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"-q", "keys", "add", "ci"}), 0);
  EXPECT_TRUE(keys::ReadKeyText(FirstLine(t.io.out)));
  EXPECT_EQ(t.io.err, "");
}

TEST(KeysCommands, AddInJsonHasTheKeyInItsDocument) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"--json", "keys", "add", "ci"}), 0);
  EXPECT_EQ(t.Document()["name"], "ci");
  EXPECT_TRUE(keys::ReadKeyText(t.Document()["key"].get<std::string>()));
}

TEST(KeysCommands, AddRefusesANameThatIsTakenAndValuesThatAreNone) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0);
  const std::string before = t.ReadConfig();
  EXPECT_EQ(t.Agm({"keys", "add", "ci"}), 2);
  EXPECT_TRUE(Has(t.io.err, "agm keys rotate ci"));
  EXPECT_EQ(t.Agm({"keys", "add", "x", "--budget", "2"}), 2);
  EXPECT_EQ(t.Agm({"keys", "add", "x", "--rpm", "-1"}), 2);
  EXPECT_EQ(t.Agm({"keys", "add", "x", "--scope", "root"}), 2);
  EXPECT_EQ(t.Agm({"keys", "add", "local"}), 2);
  EXPECT_EQ(t.Agm({"keys", "add", "a b"}), 2);
  EXPECT_EQ(t.ReadConfig(), before);
}

TEST(KeysCommands, TakesARepeatedNameOnce) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0);
  ASSERT_EQ(t.Agm({"--json", "keys", "disable", "ci", "ci"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["name"], "ci");
  EXPECT_EQ(t.Agm({"keys", "remove", "ci", "ci"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "\"ci\""));
}

TEST(KeysCommands, SetChangesOnlyWhatIsGivenAndKeepsComments) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci", "--budget", "2/day", "--rpm", "60"}), 0);
  std::string config = t.ReadConfig();
  config.replace(config.find("requests_per_minute"), 0, "# for the build server\n");
  t.WriteConfig(config);
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--budget", "20/month"}), 0) << t.io.err;
  std::string expected = config;
  const std::string old = "budget = { day = 2 }";
  expected.replace(expected.find(old), old.size(), "budget = { day = 2, month = 20 }");
  EXPECT_EQ(t.ReadConfig(), expected);
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "0"}), 0);
  EXPECT_FALSE(Has(t.ReadConfig(), "requests_per_minute ="));
  EXPECT_EQ(t.Agm({"keys", "set", "ci"}), 2);
  EXPECT_EQ(t.Agm({"keys", "set", "cj", "--rpm", "1"}), 1);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"ci\"?"));
}

TEST(KeysCommands, ADryRunShowsTheLinesAndWritesNothing) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0);
  const std::string before = t.ReadConfig();
  ASSERT_EQ(t.Agm({"keys", "set", "ci", "--rpm", "60", "--dry-run"}), 0);
  EXPECT_EQ(t.io.out, "+requests_per_minute = 60\n");
  ASSERT_EQ(t.Agm({"keys", "remove", "ci", "--dry-run"}), 0);
  EXPECT_TRUE(Has(t.io.out, "-name = \"ci\""));
  EXPECT_EQ(t.ReadConfig(), before);
}

TEST(KeysCommands, RotateKeepsTheIdAndTheOldSecretForAWhile) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0);
  const std::string old = FirstLine(t.io.out);
  ASSERT_EQ(t.Agm({"keys", "rotate", "ci", "--grace", "24h"}), 0) << t.io.err;
  const std::string fresh = FirstLine(t.io.out);
  EXPECT_NE(fresh, old);
  EXPECT_EQ(keys::ReadKeyText(fresh)->id, keys::ReadKeyText(old)->id);
  EXPECT_TRUE(Has(t.ReadConfig(),
                  "previous_hash = \"" + keys::HashOf(keys::ReadKeyText(old)->secret) + "\""));
  ASSERT_EQ(t.Agm({"keys", "rotate", "ci"}), 0);
  EXPECT_FALSE(Has(t.ReadConfig(), "previous_hash"));
}

TEST(KeysCommands, EnableDisableAndRemove) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "ci"}), 0);
  ASSERT_EQ(t.Agm({"keys", "add", "home"}), 0);
  ASSERT_EQ(t.Agm({"keys", "disable", "ci", "home"}), 0);
  ASSERT_EQ(t.Agm({"--json", "keys", "list"}), 0);
  EXPECT_EQ(t.Document()["keys"][0]["state"], "disabled");
  EXPECT_EQ(t.Document()["keys"][0]["spent"]["day"]["requests"], 0);
  ASSERT_EQ(t.Agm({"keys", "enable", "ci"}), 0);
  ASSERT_EQ(t.Agm({"keys", "remove", "ci", "nobody"}), 1);
  ASSERT_EQ(t.Agm({"keys", "remove", "ci", "home"}), 0);
  EXPECT_FALSE(Has(t.ReadConfig(), "keys"));
  ASSERT_EQ(t.Agm({"keys", "list"}), 0);
  EXPECT_TRUE(Has(t.io.err, "agm keys add"));
}

TEST(KeysCommands, AdoptMovesTheKeysOfTheProxyTable) {
  CommandTest t;
  t.WriteConfig("# mine\n[proxy]\nport = 9000\napi_key = \"sk-the-key-that-clients-have\"\n");
  ASSERT_EQ(t.Agm({"keys", "adopt"}), 0) << t.io.err;
  const std::string config = t.ReadConfig();
  EXPECT_FALSE(Has(config, "sk-the-key"));
  EXPECT_TRUE(Has(config, "# mine\n[proxy]\nport = 9000\n"));
  EXPECT_TRUE(Has(config, "name = \"default\""));
  EXPECT_TRUE(Has(config, keys::HashOf("sk-the-key-that-clients-have")));
  EXPECT_TRUE(Has(config, "scopes = [\"inference\", \"read\", \"metrics\", \"admin\"]"));
  ASSERT_EQ(t.Agm({"keys", "adopt"}), 0);
  EXPECT_EQ(t.ReadConfig(), config);

  t.WriteConfig(
      "[proxy]\napi_keys = [{ name = \"a\", key = \"sk-1\" }, { name = \"b\", key = "
      "\"sk-2\" }]\n");
  ASSERT_EQ(t.Agm({"--json", "keys", "adopt"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["adopted"].size(), 2U);
  EXPECT_TRUE(Has(t.io.err, "agm keys rotate a"));
  EXPECT_FALSE(Has(t.ReadConfig(), "sk-1"));
}

class KeysSpendingTest : public testing::Test {
 protected:
  void SetUp() override {
    t_.WriteConfig(
        "[proxy]\napi_keys = [{ name = \"old\", key = \"sk-1\" }]\n"
        "[[keys]]\nname = \"laptop\"\nid = \"aaaaaaaa\"\nhash = \"sha256:" +
        std::string(64, 'a') + "\"\nbudget = { day = 2 }\n");
    const WallTime now = test::FakeClock::kStart;
    ledger::Entry today = ledger::Answered(now - std::chrono::minutes(5));
    today.cost = {250'000'000, 0};
    ledger::Entry earlier = ledger::Answered(now - std::chrono::days(3));
    earlier.target = "gemini-2.5-pro";
    earlier.cost = {1'000'000'000, 0};
    ledger::Entry old = ledger::Failed(now - std::chrono::minutes(1));
    old.caller = "old";
    ledger::Entry foreign = ledger::Answered(now);
    foreign.caller = "gone";
    ledger::Totals totals;
    for (const auto& entry : {today, earlier, old, foreign}) {
      totals[ledger::KeyOf(entry)].Add(entry);
    }
    const auto database =
        store::Database::Open(*t_.context().StateFolder(), Duration(2000), ledger::RequestsFile());
    ASSERT_TRUE(database->Transact(
        [&](store::Connection& connection) { return ledger::AddTotals(connection, totals); }));
  }

  // The words of the line that begins with `name`, with one space between them.
  std::string Row(const std::string& name) const {
    std::istringstream lines(t_.io.out);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string row;
      for (std::string word; words >> word;) row += (row.empty() ? "" : " ") + word;
      if (row.starts_with(name + " ")) return row;
    }
    return "none";
  }

  CommandTest t_;
};

TEST_F(KeysSpendingTest, UsageHasARowForEachKeyThatWasUsed) {
  ASSERT_EQ(t_.Agm({"keys", "usage"}), 0) << t_.io.err;
  EXPECT_EQ(Row("KEY"), "KEY REQUESTS ERRORS IN OUT BILLED LIST");
  EXPECT_EQ(Row("laptop"), "laptop 2 0 2.0k 200 $0 $1.25");
  EXPECT_EQ(Row("old"), "old 1 1 0 0 $0 $0");
  EXPECT_EQ(Row("gone"), "none");
}

TEST_F(KeysSpendingTest, UsageIsOfOneKeyByModelAndSinceAMoment) {
  ASSERT_EQ(t_.Agm({"keys", "usage", "laptop", "--by", "model"}), 0) << t_.io.err;
  EXPECT_EQ(Row("KEY"), "KEY MODEL REQUESTS ERRORS IN OUT BILLED LIST");
  EXPECT_EQ(Row("laptop gemini-2.5-flash"), "laptop gemini-2.5-flash 1 0 1.0k 100 $0 $0.2500");
  EXPECT_EQ(Row("laptop gemini-2.5-pro"), "laptop gemini-2.5-pro 1 0 1.0k 100 $0 $1.00");
  EXPECT_EQ(Row("old"), "none");
  ASSERT_EQ(t_.Agm({"keys", "usage", "--since", "1d"}), 0) << t_.io.err;
  EXPECT_EQ(Row("laptop"), "laptop 1 0 1.0k 100 $0 $0.2500");
  EXPECT_NE(t_.Agm({"keys", "usage", "gone"}), 0);
  EXPECT_TRUE(Has(t_.io.err, "gone")) << t_.io.err;
}

TEST_F(KeysSpendingTest, ListComparesTheSpendingWithTheBudget) {
  ASSERT_EQ(t_.Agm({"keys", "list"}), 0) << t_.io.err;
  EXPECT_EQ(Row("laptop"), "laptop ready $0.2500 / $2 $1.25 - -");
  EXPECT_EQ(Row("old"), "old proxy $0 $0 - -");
  EXPECT_TRUE(Has(t_.io.err, "agm keys adopt"));
  ASSERT_EQ(t_.Agm({"--json", "keys", "list"}), 0);
  const Json spent = t_.Document()["keys"][0]["spent"];
  EXPECT_EQ(spent["day"]["requests"], 1);
  EXPECT_EQ(spent["day"]["tokens"], 1100);
  EXPECT_EQ(spent["month"]["requests"], 2);
  EXPECT_EQ(spent["month"]["cost_list_usd"], 1.25);
}

TEST_F(KeysSpendingTest, ShowTellsWhatOneKeyHasSpent) {
  ASSERT_EQ(t_.Agm({"keys", "show", "laptop"}), 0) << t_.io.err;
  EXPECT_TRUE(Has(t_.io.out, "today                 1 requests, 1.1k tokens, $0.2500 list"));
  EXPECT_TRUE(Has(t_.io.out, "this month            2 requests, 2.2k tokens, $1.25 list"));
}

TEST(KeysCommands, TablesFitEightyColumns) {
  CommandTest t;
  ASSERT_EQ(t.Agm({"keys", "add", "a-key-with-quite-a-long-name", "--budget", "2.50/day",
                   "--budget", "20/month", "--rpm", "60", "--tpm", "200000", "--parallel", "8",
                   "--tokens", "5M/day", "--expires", "2099-01-31"}),
            0);
  t.io.out_is_terminal = true;
  t.io.width = 80;
  ASSERT_EQ(t.Agm({"keys", "list"}), 0);
  EXPECT_TRUE(FitsIn(t.io.out, 80)) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "$0 / $2.5")) << t.io.out;
  ASSERT_EQ(t.Agm({"keys", "show", "a-key-with-quite-a-long-name"}), 0);
  EXPECT_FALSE(Has(t.io.out, "sha256"));
  EXPECT_TRUE(Has(t.io.out, "requests per minute   60")) << t.io.out;
  ASSERT_EQ(t.Agm({"keys", "usage"}), 0);
  ASSERT_EQ(t.Agm({"--json", "keys", "usage", "--by", "model"}), 0);
  EXPECT_EQ(t.Document()["rows"].size(), 0U);
}

}  // namespace
}  // namespace agm::cli
