#include "cli/accounts_add_command.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// A fixture in which Google's API accepts one key.
struct AddTest : CommandTest {
  explicit AddTest(std::string in = {}) : CommandTest(std::move(in)) {
    Upstream(200, R"({"models":[]})");
  }
  /// Sets the upstream's response to every request.
  void Upstream(int status, const std::string& body) {
    gateway.otherwise = FakeGateway::Answer{status, body};
  }
};

TEST(AccountsAdd, ReadsEveryFlag) {
  CommandTest t;
  auto options = t.Parse<AccountsAddOptions>(
      AddAccountsAdd, {"add", "cloud", "--kind", "vertex", "--email", "a@b.c", "--service-account",
                       "sa.json", "--project", "p", "--location", "l", "--base-url", "http://x",
                       "--models", "a,b*", "--priority", "-3", "--no-check"});
  ASSERT_TRUE(options) << t.io.err;
  EXPECT_EQ(options->name, "cloud");
  EXPECT_EQ(options->kind, "vertex");
  EXPECT_EQ(options->email, "a@b.c");
  EXPECT_EQ(options->service_account, "sa.json");
  EXPECT_EQ(options->project, "p");
  EXPECT_EQ(options->location, "l");
  EXPECT_EQ(options->base_url, "http://x");
  EXPECT_EQ(options->models, (std::vector<std::string>{"a", "b*"}));
  EXPECT_EQ(options->priority, -3);
  EXPECT_TRUE(options->no_check);
}

TEST(AccountsAdd, TakesOneSourceOfTheKeyOnly) {
  CommandTest t;
  EXPECT_FALSE(t.Parse<AccountsAddOptions>(AddAccountsAdd,
                                           {"add", "--api-key-stdin", "--api-key-env", "VAR"}));
  EXPECT_EQ(t.code, 2);
}

TEST(AccountsAdd, RefusesAKindThatDoesNotExist) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "--kind", "gemnii"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean gemini?")) << t.io.err;
}

TEST(AccountsAdd, AddsAnAccountThatTheUpstreamTakes) {
  AddTest t("AIza-some-key-1234\n");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"work\"\napi_key = \"AIza-some-key-1234\"\n"))
      << t.ReadConfig();
  EXPECT_TRUE(Has(t.io.err, "Added account work")) << t.io.err;
  EXPECT_EQ(t.io.out, "");
  ASSERT_FALSE(t.gateway.asked.empty());
  EXPECT_EQ(t.gateway.asked[0].credential, "AIza-some-key-1234");
}

TEST(AccountsAdd, AddsAServerWithOpenAisApi) {
  AddTest t;
  t.Upstream(200, R"({"object":"list","data":[{"id":"llama3.3:latest"},{"id":"qwen3:8b"}]})");
  EXPECT_EQ(t.Agm({"accounts", "add", "local", "--kind", "openai", "--base-url",
                   "http://127.0.0.1:11434/v1"}),
            0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "kind = \"openai\"\nbase_url = \"http://127.0.0.1:11434/v1\""))
      << t.ReadConfig();
  EXPECT_TRUE(Has(t.io.err, "Its models: llama3.3:latest, qwen3:8b")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "agm map set gpt-4o local/llama3.3:latest")) << t.io.err;
  EXPECT_EQ(t.gateway.asked.at(0).credential, "");
}

TEST(AccountsAdd, AsksForTheAddressOfAServer) {
  AddTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "local", "--kind", "openai"}), 2);
  EXPECT_TRUE(Has(t.io.err, "--base-url http://127.0.0.1:11434/v1")) << t.io.err;
}

TEST(AccountsAdd, NamesTheWayToGiveAServersKey) {
  AddTest t;
  t.Upstream(401, R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})");
  EXPECT_EQ(t.Agm({"accounts", "add", "groq", "--kind", "openai", "--base-url",
                   "https://api.groq.example/openai/v1"}),
            1);
  EXPECT_TRUE(Has(t.io.err, "--api-key-stdin")) << t.io.err;
}

TEST(AccountsAdd, AddsNothingThatTheUpstreamRefuses) {
  AddTest t("AIza-some-key-1234");
  t.Upstream(400,
             R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",
      "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin"}), 1);
  EXPECT_TRUE(Has(t.io.err, "Nothing was added")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "AIza-some")) << t.io.err;
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(AccountsAdd, AddsAKeyThatIsOnlyOutOfQuota) {
  AddTest t("AIza-some-key-1234");
  t.Upstream(429, R"({"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}})");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "work"));
  EXPECT_TRUE(Has(t.io.err, "Added account work: the upstream accepts it, but: ")) << t.io.err;
}

TEST(AccountsAdd, FailsWithThreeWhereTheUpstreamCannotBeReached) {
  AddTest t("AIza-some-key-1234");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin"}), 3);
  EXPECT_TRUE(Has(t.io.err, "--no-check")) << t.io.err;
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(AccountsAdd, TriesNothingWithNoCheck) {
  AddTest t("AIza-some-key-1234");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin", "--no-check"}), 0) << t.io.err;
  EXPECT_TRUE(t.gateway.asked.empty());
  EXPECT_TRUE(Has(t.ReadConfig(), "work"));
}

TEST(AccountsAdd, WantsASourceOffATerminal) {
  AddTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "work"}), 2);
  EXPECT_TRUE(Has(t.io.err, "--api-key-stdin")) << t.io.err;
}

TEST(AccountsAdd, AsksWithoutEchoOnATerminal) {
  AddTest t("AIza-typed-key-99\n");
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "add", "work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "API key for work: ")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err + t.io.out, "AIza-typed")) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "AIza-typed-key-99"));
}

TEST(AccountsAdd, StoresTheReferenceAndNotTheKey) {
  AddTest t;
  t.env["GEMINI_API_KEY"] = "AIza-from-env-1";
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-env", "GEMINI_API_KEY"}), 0) << t.io.err;
  const auto file = t.folder.Write("key.txt", "AIza-from-file-2\n");
  EXPECT_EQ(t.Agm({"accounts", "add", "b", "--api-key-file", file.string()}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "api_key_env = \"GEMINI_API_KEY\"")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "api_key_file = \"" + file.string() + "\"")) << t.ReadConfig();
  EXPECT_FALSE(Has(t.ReadConfig(), "AIza"));
  std::set<std::string> tried;
  for (const auto& asked : t.gateway.asked) {
    if (asked.method == "GET") tried.insert(asked.credential);
  }
  EXPECT_EQ(tried, (std::set<std::string>{"AIza-from-env-1", "AIza-from-file-2"}));
}

TEST(AccountsAdd, TellsHowManyModelsTheKeyHas) {
  AddTest t("AIza-typed-key-99\n");
  t.gateway.otherwise = {200,
                         R"({"models":[{"name":"models/gemini-a"},{"name":"models/gemini-b"}]})"};
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, " and lists 2 models.")) << t.io.err;
}

TEST(AccountsAdd, NamesTheFirstEightModelsOfAServer) {
  const auto said = [](int models) {
    std::string list;
    for (int i = 1; i <= models; ++i) {
      list += (i > 1 ? "," : "") + std::string(R"({"id":"m)") + std::to_string(i) + R"("})";
    }
    AddTest t;
    t.Upstream(200, R"({"object":"list","data":[)" + list + "]}");
    EXPECT_EQ(
        t.Agm({"accounts", "add", "local", "--kind", "openai", "--base-url", "http://127.0.0.1:1"}),
        0)
        << t.io.err;
    return t.io.err;
  };
  EXPECT_TRUE(Has(said(0), "It has no models yet.\n"));
  EXPECT_FALSE(Has(said(0), "Its models"));
  EXPECT_TRUE(Has(said(8), "Its models: m1, m2, m3, m4, m5, m6, m7, m8\n"));
  EXPECT_TRUE(Has(said(9), "Its models: m1, m2, m3, m4, m5, m6, m7, m8, ...\n"));
}

TEST(AccountsAdd, TellsAnUntriedAccountFromTheMocks) {
  AddTest t("AIza-some-key-1234");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin", "--no-check"}), 0);
  EXPECT_TRUE(Has(t.io.err, "Added account work; it was not tried.")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "add", "fake", "--kind", "mock"}), 0);
  EXPECT_TRUE(Has(t.io.err, "Added account fake; the embedded mock answers for it.")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "add", "fake", "--priority", "3"}), 0);
  EXPECT_TRUE(Has(t.io.err, "Updated account fake; the embedded mock")) << t.io.err;
}

TEST(AccountsAdd, RefusesALoginThatCannotBe) {
  const auto refused = [](std::vector<std::string> more) {
    AddTest t;
    std::vector<std::string> words = {"accounts", "add", "work"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(t.Agm(words), 2) << t.io.err;
    EXPECT_TRUE(t.gateway.asked.empty());
    return t.io.err;
  };
  EXPECT_TRUE(Has(refused({"--client-id", "x"}), "belong to --oauth, which is missing"));
  EXPECT_TRUE(Has(refused({"--kind", "openai", "--base-url", "http://x", "--oauth"}),
                  "--oauth is for kinds "));
  EXPECT_TRUE(Has(refused({"--kind", "vertex", "--oauth"}), "needs its --project"));
  EXPECT_TRUE(Has(refused({"--kind", "vertex", "--project", "p"}), "needs its key file"));
}

TEST(AccountsAdd, RefusesSourcesThatHoldNoKey) {
  AddTest t(" \n");
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-stdin"}), 2);
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-env", "NOT_SET"}), 2);
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-file", "/nowhere/key"}), 2);
  t.env["ODD"] = "two words";
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-env", "ODD"}), 2);
  EXPECT_FALSE(Has(t.io.err, "words")) << t.io.err;
}

TEST(AccountsAdd, KeepsWhatIsNotGivenAndEnablesAgain) {
  AddTest t;
  t.WriteConfig(
      "# mine\n[[accounts]]\nname = \"work\"   # the first\napi_key = \"AIza-old-key-1\"\n"
      "project = \"p\"\nenabled = false\n");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--email", "a@b.c"}), 0) << t.io.err;
  const std::string text = t.ReadConfig();
  EXPECT_TRUE(Has(text, "# mine\n[[accounts]]\nname = \"work\"   # the first\n")) << text;
  EXPECT_TRUE(Has(text, "api_key = \"AIza-old-key-1\"\nproject = \"p\"\nenabled = true\n")) << text;
  EXPECT_TRUE(Has(text, "email = \"a@b.c\"")) << text;
  EXPECT_TRUE(Has(t.io.err, "Updated account work")) << t.io.err;
  EXPECT_EQ(t.gateway.asked.back().path, "/agm/accounts");  // ends its quarantine there
  EXPECT_EQ(t.gateway.asked.back().body, R"({"heal":"work"})");
}

TEST(AccountsAdd, PutsOneKindOfKeyInThePlaceOfAnother) {
  AddTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-old-key-1\"\n");
  t.env["NEW_KEY"] = "AIza-new-key-2";
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-env", "NEW_KEY"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "AIza-old")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "api_key_env = \"NEW_KEY\"")) << t.ReadConfig();
}

TEST(AccountsAdd, MakesANameUpThatIsFree) {
  AddTest t;
  t.env["K"] = "AIza-some-key-1";
  EXPECT_EQ(t.Agm({"accounts", "add", "--api-key-env", "K"}), 0) << t.io.err;
  t.env["OTHER"] = "AIza-other-key-2";
  EXPECT_EQ(t.Agm({"accounts", "add", "--api-key-env", "OTHER"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"gemini\"")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"gemini-2\"")) << t.ReadConfig();
}

TEST(AccountsAdd, CreatesTheFileThatConfigNames) {
  AddTest t;
  t.env["K"] = "AIza-some-key-1";
  const std::string file = (t.folder / "other.toml").string();
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-env", "K", "--config", file}), 0) << t.io.err;
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(t.Agm({"accounts", "list", "--config", (t.folder / "none.toml").string()}), 2);
}

TEST(AccountsAdd, RefusesWrongValuesBeforeItTriesAnything) {
  AddTest t;
  t.env["K"] = "AIza-some-key-1";
  EXPECT_EQ(t.Agm({"accounts", "add", "a", "--api-key-env", "K", "--base-url", "ftp://x"}), 2);
  EXPECT_EQ(t.Agm({"accounts", "add", "a/b", "--api-key-env", "K"}), 2);
  EXPECT_TRUE(t.gateway.asked.empty());
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(AccountsAdd, NeedsNoKeyForAMock) {
  AddTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "m", "--kind", "mock", "--base-url", "http://127.0.0.1:9"}),
            0)
      << t.io.err;
  EXPECT_TRUE(Has(t.ReadConfig(), "kind = \"mock\""));
}

TEST(AccountsAdd, NeverCallsGoogleForAMockWithoutAnAddress) {
  AddTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "m", "--kind", "mock"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "the embedded mock answers for it")) << t.io.err;
  for (const auto& asked : t.gateway.asked) EXPECT_FALSE(Has(asked.url, "google")) << asked.url;
}

TEST(AccountsAdd, RefusesAKeyThatAnotherAccountHas) {
  AddTest t;
  t.WriteConfig("[[accounts]]\nname = \"home\"\napi_key = \"AIza-some-key-1\"\n");
  t.env["K"] = "AIza-some-key-1";
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-env", "K"}), 1);
  EXPECT_TRUE(Has(t.io.err, "account home has this key already")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "AIza-some")) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "work"));
  EXPECT_EQ(t.Agm({"accounts", "add", "home", "--api-key-env", "K"}), 0) << t.io.err;
}

TEST(AccountsAdd, AKeyMayServeInTwoRegions) {
  const auto error = [](const std::string& location) {
    AddTest t;
    t.WriteConfig(
        "[[accounts]]\nname = \"home\"\nkind = \"vertex\"\nproject = \"p\"\n"
        "location = \"europe-west1\"\napi_key = \"AQ.some-key-1\"\n");
    t.env["K"] = "AQ.some-key-1";
    t.Agm({"accounts", "add", "work", "--kind", "vertex", "--project", "p", "--location", location,
           "--api-key-env", "K"});
    return t.io.err;
  };
  EXPECT_FALSE(Has(error("us-central1"), "has this key already")) << error("us-central1");
  EXPECT_TRUE(Has(error("europe-west1"), "has this key already")) << error("europe-west1");
  EXPECT_FALSE(Has(error("europe-west1"), "aistudio")) << "a page of another kind's keys";
}

TEST(AccountsAdd, NeverPrintsAKeyThatStandsOnTheCommandLine) {
  const std::string key = "AIzaSyD-secret-secret-secret-secret-12";
  for (std::vector<std::string> line : {std::vector<std::string>{"accounts", "add", "work", key},
                                        {"accounts", "add", key},
                                        {"accounts", key},
                                        {"accounts", "add", "work", "short"},
                                        {key}}) {
    AddTest t;
    EXPECT_EQ(t.Agm(line), 2);
    EXPECT_FALSE(Has(t.io.err + t.io.out, line.back())) << t.io.err;
  }
}

TEST(AccountsAdd, SaysWhereToCreateAKeyAndWhatComesNext) {
  AddTest t("AIza-typed-key-99\n");
  t.io.in_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "add", "work"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "https://aistudio.google.com/apikey")) << t.io.err;
  AddTest alone("AIza-some-key-1234");
  alone.gateway.up = false;
  EXPECT_EQ(alone.Agm({"accounts", "add", "work", "--api-key-stdin", "--no-check"}), 0);
  EXPECT_TRUE(Has(alone.io.err, "Next: agm serve")) << alone.io.err;
}

TEST(AccountsAdd, TakesAMissingKeyFileForWrongUsage) {
  AddTest t;
  EXPECT_EQ(t.Agm({"accounts", "add", "c", "--kind", "vertex", "--project", "p",
                   "--service-account", "nowhere.json"}),
            2);
  EXPECT_TRUE(Has(t.io.err, "nowhere.json")) << t.io.err;
}

TEST(AccountsAdd, PrintsOneDocumentWithJson) {
  AddTest t("AIza-some-key-1234");
  EXPECT_EQ(t.Agm({"accounts", "add", "work", "--api-key-stdin", "--json"}), 0) << t.io.err;
  const Json document = t.Document();
  EXPECT_EQ(document["name"], "work");
  EXPECT_EQ(document["added"], true);
  EXPECT_EQ(document["check"], "good");
  EXPECT_EQ(document["key"], "AIza…1234");
  EXPECT_EQ(document["kind"], "gemini");
  EXPECT_EQ(document["models"], 0);
  EXPECT_TRUE(document["why"].is_null());

  AddTest untried;
  EXPECT_EQ(untried.Agm({"accounts", "add", "fake", "--kind", "mock", "--json"}), 0);
  EXPECT_EQ(untried.Agm({"accounts", "add", "fake", "--priority", "3", "--json"}), 0);
  const Json second = untried.Document();
  EXPECT_EQ(second["added"], false);
  EXPECT_TRUE(second["key"].is_null());
  EXPECT_TRUE(second["check"].is_null());
  EXPECT_TRUE(second["models"].is_null());

  AddTest limited("AIza-some-key-1234");
  limited.Upstream(429, R"({"error":{"code":429,"message":"slow"}})");
  EXPECT_EQ(limited.Agm({"accounts", "add", "work", "--api-key-stdin", "--json"}), 0);
  EXPECT_EQ(limited.Document()["check"], "limited");
  EXPECT_TRUE(limited.Document()["models"].is_null());
  EXPECT_TRUE(limited.Document()["why"].is_string());
}

}  // namespace
}  // namespace agm::cli
