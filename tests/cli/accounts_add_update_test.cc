#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/accounts_add_command.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kWork = "[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1\"\n";

/// `agm accounts add` with these words, in which the upstream accepts every credential.
struct AddMore : CommandTest {
  explicit AddMore(std::string in = {}) : CommandTest(std::move(in)) {
    gateway.otherwise = {200, R"({"models":[]})"};
  }
  int Add(std::vector<std::string> words) {
    words.insert(words.begin(), {"accounts", "add"});
    return Agm(words);
  }
};

TEST(AccountsAddUsage, NamesWhatIsMissingForTheKind) {
  const auto refused = [](const std::string& config, const std::vector<std::string>& words) {
    AddMore t;
    if (!config.empty()) t.WriteConfig(config);
    EXPECT_EQ(t.Add(words), 2) << t.io.err;
    EXPECT_TRUE(t.gateway.asked.empty());
    return t.io.err;
  };
  EXPECT_TRUE(Has(refused("", {"cloud", "--kind", "vertex", "--project", "p"}),
                  "a vertex account needs its key file (--service-account FILE), or your own OAuth "
                  "client (--oauth)"));
  EXPECT_TRUE(Has(refused("", {"local", "--kind", "openai"}),
                  "kind openai needs the server's address, such as --base-url "
                  "http://127.0.0.1:11434/v1"));
  EXPECT_TRUE(Has(refused("", {"me", "--client-secret-env", "X"}), "which is missing"));
  EXPECT_TRUE(Has(refused("", {"me", "--client-secret-file", "X"}), "which is missing"));
  EXPECT_TRUE(Has(refused("", {"me", "--oauth", "--kind", "mock"}),
                  "--oauth is for kinds gemini and vertex"));
  EXPECT_TRUE(Has(refused("", {"me", "--oauth", "--kind", "vertex"}),
                  "a vertex account needs its --project"));
  EXPECT_TRUE(Has(refused("", {"AIzaSyD-secret-secret-secret-secret-12"}),
                  "NAME looks like a key; give a name, and the key when it is asked for"));
  EXPECT_TRUE(
      Has(refused("", {"cloud", "--service-account", "/nowhere/sa.json"}), "--service-account: "));
}

TEST(AccountsAddUsage, TakesFromTheAccountWhatIsNotGiven) {
  AddMore local;
  local.WriteConfig(
      "[[accounts]]\nname = \"local\"\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\n");
  EXPECT_EQ(local.Add({"local", "--priority", "2", "--no-check"}), 0) << local.io.err;
  EXPECT_TRUE(Has(local.ReadConfig(), "base_url = \"http://127.0.0.1:1/v1\"\npriority = 2\n"));
  EXPECT_EQ(Has(local.ReadConfig(), "kind = \"openai\"\n"), true);
  AddMore cloud;
  cloud.WriteConfig(
      "[[accounts]]\nname = \"cloud\"\nkind = \"vertex\"\nproject = \"p\"\n"
      "api_key = \"AQ.some-key-1\"\n");
  EXPECT_EQ(cloud.Add({"cloud", "--location", "europe-west1", "--no-check"}), 0) << cloud.io.err;
  EXPECT_TRUE(Has(cloud.ReadConfig(), "location = \"europe-west1\"")) << cloud.ReadConfig();
  EXPECT_EQ(cloud.Add({"cloud", "--oauth", "--client-id", "x"}), 2);
  EXPECT_FALSE(Has(cloud.io.err, "needs its --project")) << cloud.io.err;
}

TEST(AccountsAddUsage, AVertexAccountMayHaveAnApiKey) {
  AddMore t("AQ.some-key-1\n");
  EXPECT_EQ(t.Add({"cloud", "--kind", "vertex", "--project", "p", "--api-key-stdin", "--no-check"}),
            0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "kind = \"vertex\"\napi_key = \"AQ.some-key-1\"\n"))
      << t.ReadConfig();
}

TEST(AccountsAddUsage, AServiceAccountIsOneOfVertex) {
  AddMore t;
  t.folder.Write("sa.json", "{}");
  t.Add({"cloud", "--service-account", (t.folder / "x/../sa.json").string(), "--project", "p",
         "--no-check"});
  EXPECT_EQ(t.code, 2) << "x is no folder: " << t.io.err;
  std::filesystem::create_directories(t.folder / "x");
  EXPECT_EQ(t.Add({"cloud", "--service-account", (t.folder / "x/../sa.json").string(), "--project",
                   "p", "--no-check"}),
            0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"cloud\"\nkind = \"vertex\"\nservice_account = \"" +
                                      (t.folder / "sa.json").string() + "\"\nproject = \"p\"\n"))
      << t.ReadConfig();
  EXPECT_EQ(
      t.Add({"--service-account", (t.folder / "sa.json").string(), "--project", "q", "--no-check"}),
      0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"vertex\"\n")) << "a name of its kind";
}

TEST(AccountsAddFields, WritesTheKindOnlyWhereItIsNotTheDefault) {
  AddMore t("AIza-some-key-1\n");
  EXPECT_EQ(t.Add({"a", "--kind", "gemini", "--api-key-stdin"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "kind")) << t.ReadConfig();
  AddMore other;
  other.WriteConfig(
      "[[accounts]]\nname = \"work\"\nkind = \"vertex\"\nproject = \"p\"\napi_key = "
      "\"AQ.key-1\"\n");
  EXPECT_EQ(other.Add({"work", "--priority", "1", "--no-check"}), 0) << other.io.err;
  EXPECT_TRUE(Has(other.ReadConfig(), "kind = \"vertex\"")) << other.ReadConfig();
  EXPECT_EQ(other.Add({"work", "--kind", "gemini", "--no-check"}), 0) << other.io.err;
  EXPECT_TRUE(Has(other.ReadConfig(), "kind = \"gemini\"")) << other.ReadConfig();
}

TEST(AccountsAddFields, WritesEachField) {
  AddMore t("AIza-some-key-1\n");
  EXPECT_EQ(t.Add({"a", "--api-key-stdin", "--email", "a@b.c", "--project", "p", "--base-url",
                   "http://127.0.0.1:1", "--models", "x,y*", "--priority", "-1", "--no-check"}),
            0)
      << t.io.err;
  EXPECT_EQ(t.ReadConfig().substr(t.ReadConfig().find("[[accounts]]")),
            "[[accounts]]\nname = \"a\"\nemail = \"a@b.c\"\napi_key = \"AIza-some-key-1\"\n"
            "project = \"p\"\nbase_url = \"http://127.0.0.1:1\"\nmodels = [\"x\", \"y*\"]\n"
            "priority = -1\n");
}

TEST(AccountsAddFields, SaysNothingOfEnabledWhereTheAccountIs) {
  AddMore t;
  t.WriteConfig(kWork);
  EXPECT_EQ(t.Add({"work", "--priority", "1", "--no-check"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "enabled")) << t.ReadConfig();
}

TEST(AccountsAddKey, EachSourceTakesThePlaceOfTheOthers) {
  AddMore t("AIza-typed-key-1\n");
  t.WriteConfig(kWork);
  t.env["NEW_KEY"] = "AIza-env-key-1";
  const std::string file = t.folder.Write("key", "AIza-file-key-1\n").string();
  EXPECT_EQ(t.Add({"work", "--api-key-file", file, "--no-check"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[[accounts]]\nname = \"work\"\napi_key_file = \"" + file + "\"\n");
  EXPECT_EQ(t.Add({"work", "--api-key-env", "NEW_KEY", "--no-check"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[[accounts]]\nname = \"work\"\napi_key_env = \"NEW_KEY\"\n");
  EXPECT_EQ(t.Add({"work", "--api-key-file", file, "--no-check"}), 0) << t.io.err;
  EXPECT_EQ(t.Add({"work", "--api-key-stdin", "--no-check"}), 0) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), "[[accounts]]\nname = \"work\"\napi_key = \"AIza-typed-key-1\"\n");
}

TEST(AccountsAddKey, IsKeptWhereThereIsNoTerminalToAskOn) {
  for (const char* credential :
       {"api_key = \"AIza-work-key-1\"\n", "api_key_env = \"KEY\"\n",
        "api_key_file = \"KEYFILE\"\n",
        "client_id = \"i\"\nclient_secret = \"s\"\nrefresh_token = \"1//r\"\n"}) {
    AddMore t;
    t.env["KEY"] = "AIza-env-key-1";
    std::string text = "[[accounts]]\nname = \"work\"\n" + std::string(credential);
    if (const std::size_t at = text.find("KEYFILE"); at != std::string::npos) {
      text.replace(at, 7, t.folder.Write("key", "AIza-file-key-1\n").string());
    }
    t.WriteConfig(text);
    EXPECT_EQ(t.Add({"work", "--no-check"}), 0) << t.io.err;
    EXPECT_TRUE(Has(t.io.err, "Updated account work; it was not tried.")) << t.io.err;
    EXPECT_EQ(t.ReadConfig(), text);
  }
}

TEST(AccountsAddKey, IsAskedForOnATerminalWithAWordWhereToGetOne) {
  AddMore t("AIza-typed-key-99\n");
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Add({"work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err,
                  "Create a key at https://aistudio.google.com/apikey (there is a free tier), then "
                  "paste it here.\n"))
      << t.io.err;
  AddMore none("\n");
  none.io.in_is_terminal = true;
  EXPECT_EQ(none.Add({"work"}), 2);
  EXPECT_TRUE(Has(none.io.err, "no key was typed")) << none.io.err;
  EXPECT_FALSE(std::filesystem::exists(none.config_file()));
  AddMore blank(" \t\n");
  blank.io.in_is_terminal = true;
  EXPECT_EQ(blank.Add({"work"}), 2);
  EXPECT_TRUE(Has(blank.io.err, "no key was typed")) << blank.io.err;
  AddMore words("two words\n");
  words.io.in_is_terminal = true;
  EXPECT_EQ(words.Add({"work"}), 2);
  EXPECT_TRUE(Has(words.io.err, "the typed text: expected one key")) << words.io.err;
  AddMore local;
  local.io.in_is_terminal = true;
  EXPECT_EQ(
      local.Add({"local", "--kind", "openai", "--base-url", "http://127.0.0.1:1/v1", "--no-check"}),
      0)
      << local.io.err;
  EXPECT_FALSE(Has(local.io.err, "key")) << local.io.err;
  for (const auto& asked : local.gateway.asked) EXPECT_EQ(asked.path, "/agm/accounts");
}

TEST(AccountsAddKey, IsNotAskedForWithoutATerminal) {
  AddMore t;
  EXPECT_EQ(t.Add({"work"}), 2);
  EXPECT_TRUE(t.io.err.starts_with("agm: no key is given, and there is no terminal to ask on"))
      << t.io.err;
}

TEST(AccountsAddKey, IsOneWordOfPlainCharacters) {
  const auto added = [](const std::string& key) {
    AddMore t(key);
    t.Add({"work", "--api-key-stdin", "--no-check"});
    return t.code == 0 ? t.ReadConfig() : t.io.err;
  };
  EXPECT_TRUE(Has(added(" \t\r\n\v\fAIza!~1\f\v\n\r\t "), "api_key = \"AIza!~1\"\n"));
  EXPECT_TRUE(Has(added("k"), "api_key = \"k\"\n"));
  for (const char* key : {"a b", "a\tb", "a\x7f", "a\x01", "schlüssel", "a\nb"}) {
    EXPECT_TRUE(Has(added(key), "expected one key, found space or odd characters in it")) << key;
  }
  EXPECT_TRUE(Has(added(""), "standard input: there is no key"));
  EXPECT_TRUE(Has(added(std::string((64U << 10U) + 1, 'k')), "agm: "));
}

TEST(AccountsAddKey, SaysWhatIsWrongWithItsSource) {
  AddMore t;
  t.env["EMPTY"] = "";
  t.env["BLANK"] = " ";
  EXPECT_EQ(t.Add({"a", "--api-key-env", "AIza-no-name"}), 2);
  EXPECT_TRUE(
      Has(t.io.err, "--api-key-env: expected the name of an environment variable, not a key"))
      << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "AIza")) << t.io.err;
  EXPECT_EQ(t.Add({"a", "--api-key-env", "EMPTY"}), 2);
  EXPECT_TRUE(Has(t.io.err, "--api-key-env: EMPTY is not set")) << t.io.err;
  EXPECT_EQ(t.Add({"a", "--api-key-env", "BLANK"}), 2);
  EXPECT_TRUE(Has(t.io.err, "--api-key-env BLANK: there is no key")) << t.io.err;
  EXPECT_EQ(t.Add({"a", "--api-key-file", t.folder.Write("empty", "\n").string()}), 2);
  EXPECT_TRUE(Has(t.io.err, "empty: there is no key")) << t.io.err;
  EXPECT_EQ(t.Add({"a", "--api-key-file", (t.folder / "none").string()}), 2);
  EXPECT_TRUE(Has(t.io.err, "--api-key-file: ")) << t.io.err;
}

TEST(AccountsAddReport, TellsWhatTheUpstreamSaysAndWhatComesNext) {
  AddMore t("AIza-some-key-1\n");
  t.gateway.answers["POST /agm/accounts"] = {200, "{}"};
  t.io.err_is_terminal = true;
  EXPECT_EQ(t.Add({"work", "--api-key-stdin"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "trying work upstream ...")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Added account work: the upstream accepts it (")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, " ms) and lists 0 models.\n")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "Its models")) << "Google's have many";
  EXPECT_FALSE(Has(t.io.err, "It has no models yet")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "The running gateway uses it from now on.\n")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Next: agm clients (points a client at the gateway)\n")) << t.io.err;
}

TEST(AccountsAddReport, IsSilentOnAGatewayThatDoesNotRun) {
  AddMore t("AIza-some-key-1\n");
  t.gateway.up = false;
  EXPECT_EQ(t.Add({"work", "--api-key-stdin", "--no-check"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "The running gateway")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "cannot be used")) << t.io.err;
}

TEST(AccountsAddReport, LeavesOutTheModelsOfAServerThatListsNone) {
  AddMore t;
  t.gateway.otherwise = {429, R"({"error":{"message":"slow"}})"};
  EXPECT_EQ(t.Add({"local", "--kind", "openai", "--base-url", "http://127.0.0.1:1/v1"}), 0)
      << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "Added account local: the upstream accepts it, but: ")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "models")) << t.io.err;
}

TEST(AccountsAddReport, NamesWhereAnotherKeyIsToBeHad) {
  AddMore t("AIza-work-key-1\n");
  t.WriteConfig(kWork);
  EXPECT_EQ(t.Add({"other", "--api-key-stdin"}), 1);
  EXPECT_TRUE(Has(t.io.err,
                  "account work has this key already, and two accounts with one key share one "
                  "quota. Nothing was added; give the key of another project (create one at "
                  "https://aistudio.google.com/apikey)\n"))
      << t.io.err;
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(AccountsAddKey, IsNotAskedForWhereOnlyAFieldChanges) {
  AddMore t("AIza-typed-key-99\n");
  t.WriteConfig(kWork);
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Add({"work", "--project", "p-1"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "API key for")) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "project = \"p-1\"")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "AIza-work-key-1")) << t.ReadConfig();
}

}  // namespace
}  // namespace agm::cli
