#include "cli/accounts_import_command.h"

#include <gtest/gtest.h>

#include "tests/cli/command_fixture.h"
#include "tests/support/service_account_key.h"

namespace agm::cli {
namespace {

constexpr const char* kRefusal =
    R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[
      {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})";

struct ImportTest : CommandTest {
  explicit ImportTest(std::string in) : CommandTest(std::move(in)) {
    gateway.otherwise = {200, R"({"models":[]})"};
  }
};

TEST(AccountsImport, AddsOneAccountForEachKey) {
  ImportTest t("# mine\nAIza-key-1\n\n  work\tAIza-key-2 \r\nAIza-key-3\n");
  EXPECT_EQ(t.Agm({"accounts", "import"}), 0) << t.io.err;
  const std::string text = t.ReadConfig();
  EXPECT_TRUE(Has(text, "name = \"gemini\"\napi_key = \"AIza-key-1\"")) << text;
  EXPECT_TRUE(Has(text, "name = \"work\"\napi_key = \"AIza-key-2\"")) << text;
  EXPECT_TRUE(Has(text, "name = \"gemini-2\"\napi_key = \"AIza-key-3\"")) << text;
  EXPECT_TRUE(Has(t.io.err, "Added 3 accounts")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err + t.io.out, "AIza")) << t.io.err;
}

TEST(AccountsImport, SkipsKeysThatAreThereAlready) {
  ImportTest t("AIza-key-1\nAIza-key-2\nAIza-key-2\n");
  t.WriteConfig("[[accounts]]\nname = \"home\"\napi_key = \"AIza-key-1\"\n");
  EXPECT_EQ(t.Agm({"accounts", "import", "-", "--json"}), 0) << t.io.err;
  const Json accounts = t.Document()["accounts"];
  EXPECT_EQ(accounts[0]["result"], "skipped");
  EXPECT_EQ(accounts[0]["why"], "account home has this key");
  EXPECT_EQ(accounts[1]["result"], "added");
  EXPECT_EQ(accounts[2]["result"], "skipped");
}

TEST(AccountsImport, AddsTheOthersWhereOneIsRefused) {
  ImportTest t("AIza-key-1\n");
  t.gateway.otherwise = {400, kRefusal};
  EXPECT_EQ(t.Agm({"accounts", "import"}), 1);
  EXPECT_TRUE(Has(t.io.err, "https://aistudio.google.com/apikey")) << t.io.err;
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(AccountsImport, SaysOfARepeatedKeyThatItIsRefusedToo) {
  ImportTest t("AIza-key-1\nAIza-key-1\n");
  t.gateway.otherwise = {400, kRefusal};
  EXPECT_EQ(t.Agm({"accounts", "import", "--json"}), 1);
  const Json accounts = t.Document()["accounts"];
  ASSERT_EQ(accounts.size(), 2u);
  EXPECT_EQ(accounts[1]["result"], accounts[0]["result"]) << accounts.dump();
  EXPECT_NE(accounts[1]["result"], "skipped");
}

TEST(AccountsImport, TriesNothingWithNoCheck) {
  ImportTest t("AIza-key-1\n");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "import"}), 3);
  ImportTest untried("AIza-key-1\n");
  untried.gateway.up = false;
  EXPECT_EQ(untried.Agm({"accounts", "import", "--no-check"}), 0) << untried.io.err;
  EXPECT_TRUE(Has(untried.ReadConfig(), "AIza-key-1"));
}

TEST(AccountsImport, AddsNothingWhereALineIsWrong) {
  for (const char* lines : {"AIza-key-1\na b AIza-secret-3\n", "home AIza-secret-3\n",
                            "x AIza-key-1\nx AIza-secret-3\n", "", "# none\n"}) {
    ImportTest t(lines);
    t.WriteConfig("[[accounts]]\nname = \"home\"\napi_key = \"AIza-home\"\n");
    EXPECT_EQ(t.Agm({"accounts", "import"}), 2) << lines;
    EXPECT_FALSE(Has(t.io.err, "AIza")) << t.io.err;
    EXPECT_FALSE(Has(t.ReadConfig(), "key-1"));
  }
}

TEST(AccountsImport, TakesAMissingFileForWrongUsage) {
  ImportTest t("");
  EXPECT_EQ(t.Agm({"accounts", "import", "/nowhere/keys.txt"}), 2);
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "import"}), 2);
}

TEST(AccountsAdd, WarnsOfAnAccountThatCannotBeUsedHere) {
  CommandTest t;
  t.gateway.up = false;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key_env = \"NOT_SET\"\n");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--priority", "3", "--no-check"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "account work cannot be used: NOT_SET is not set")) << t.io.err;
}

TEST(AccountsAdd, StoresWhereTheServiceAccountsKeyIs) {
  CommandTest t;
  t.gateway.up = false;
  const std::string file =
      t.folder.Write("sa.json", test::ServiceAccountFile("http://127.0.0.1:1/token")).string();
  EXPECT_EQ(t.Agm({"accounts", "add", "cloud", "--kind", "vertex", "--project", "p",
                   "--service-account", file, "--no-check"}),
            0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "service_account = \"" + file + "\"\n")) << t.ReadConfig();
}

TEST(AccountsAdd, AsksForNoKeyWhereAnotherFieldChanges) {
  const std::vector<std::vector<std::string>> changes = {{"--email", "a@b.c"},
                                                         {"--kind", "gemini"},
                                                         {"--base-url", "http://127.0.0.1:1"},
                                                         {"--models", "gemini-*"},
                                                         {"--priority", "3"}};
  for (const std::vector<std::string>& change : changes) {
    CommandTest t;
    t.gateway.up = false;
    t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n");
    t.io.in_is_terminal = true;
    std::vector<std::string> arguments = {"accounts", "add", "work", "--no-check"};
    arguments.insert(arguments.end(), change.begin(), change.end());
    EXPECT_EQ(t.Agm(arguments), 0) << t.io.err;
    EXPECT_FALSE(Has(t.io.err, "API key for work")) << change[0];
  }
}

TEST(AccountsAdd, KeepsTheKeyWhereNoneIsTyped) {
  CommandTest t("\n");
  t.gateway.up = false;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n");
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--no-check"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "API key for work (empty keeps it): ")) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "api_key = \"AIza-work-key-1234\"")) << t.ReadConfig();
  CommandTest other("AIza-typed-key-99\n");
  other.gateway.up = false;
  other.WriteConfig(t.ReadConfig());
  other.io.in_is_terminal = true;
  EXPECT_EQ(other.Agm({"accounts", "add", "work", "--no-check"}), 0) << other.io.err;
  EXPECT_TRUE(Has(other.ReadConfig(), "AIza-typed-key-99")) << other.ReadConfig();
}

TEST(AccountsAdd, StoresTheModelsThatAreGiven) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "fake", "--kind", "mock", "--models", "gemini-*"}), 0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "models = [\"gemini-*\"]")) << t.ReadConfig();
  EXPECT_EQ(t.Agm({"accounts", "add", "fake", "--priority", "3"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "models = [\"gemini-*\"]")) << t.ReadConfig();
}

}  // namespace
}  // namespace agm::cli
