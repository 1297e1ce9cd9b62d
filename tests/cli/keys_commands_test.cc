#include <gtest/gtest.h>

#include <string>

#include "cli/keys_add_command.h"
#include "cli/keys_command.h"
#include "core/keys/key_text.h"
#include "tests/cli/command_test.h"

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
