#include "cli/oauth_login.h"

#include <gtest/gtest.h>

#include <thread>

#include "cli/accounts_add_command.h"
#include "core/base/file.h"
#include "core/base/percent.h"
#include "core/gateway/url.h"
#include "tests/cli/command_fixture.h"
#include "tests/support/raw_client.h"

namespace agm::cli {
namespace {

/// A user who visits the consent page, which responds through `redirect`; the token endpoint is the
/// fake gateway's "POST /token".
struct LoginTest : CommandTest {
  explicit LoginTest(std::string in = "GOCSPX-secret\n") : CommandTest(std::move(in)) {
    gateway.answers["POST /token"] = {
        200, R"({"access_token":"ya29.x","refresh_token":"1//refresh","expires_in":3600})"};
    gateway.otherwise = {200, R"({"models":[]})"};
    browser.patience = Duration(5'000);
    browser.open = [this](const Context&, const std::string& url) {
      consent = url;
      visitor = std::jthread([this, url] { Visit(url); });
    };
    options.name = "me";
    options.oauth.wanted = true;
    options.oauth.client_id = "id.apps.googleusercontent.com";
    options.oauth.client_secret.from_stdin = true;
  }

  static std::string Parameter(const std::string& url, const std::string& name) {
    return gateway::QueryParameter(url.substr(url.find('?') + 1), name);
  }

  void Visit(const std::string& url) {
    const std::string to = Parameter(url, "redirect_uri");
    const int port = std::stoi(to.substr(to.rfind(':') + 1));
    for (const std::string& target : redirects(Parameter(url, "state"))) {
      test::RawClient client(port);
      client.Send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      pages.push_back(client.ReadAll());
    }
  }

  Result<void> Run() {
    Context waiting(io, waiting_clock, env, [this] { return gateway.Transport(); });
    auto done = RunAccountsAddWith(waiting, options, browser);
    if (visitor.joinable()) visitor.join();
    return done;
  }

  std::string TokenForm() const {
    for (const auto& asked : gateway.asked) {
      if (asked.path == "/token") return asked.body;
    }
    return {};
  }

  test::WaitingClock waiting_clock;  // tokens are fetched on another thread
  std::function<std::vector<std::string>(const std::string&)> redirects =
      [](const std::string& state) {
        return std::vector<std::string>{"/?state=" + state + "&code=4%2Fcode&scope=x"};
      };
  AccountsAddOptions options;
  Browser browser;
  std::string consent;
  std::vector<std::string> pages;
  std::jthread visitor;
};

TEST(OauthLogin, AddsAnAccountThatTheUserLetIn) {
  LoginTest t;
  const auto done = t.Run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(Has(t.ReadConfig(),
                  "name = \"me\"\nclient_id = \"id.apps.googleusercontent.com\"\n"
                  "client_secret = \"GOCSPX-secret\"\nrefresh_token = \"1//refresh\"\n"))
      << t.ReadConfig();
  EXPECT_TRUE(Has(t.io.err, t.consent)) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "GOCSPX-secret")) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "1//refresh")) << t.io.err;
  ASSERT_EQ(t.pages.size(), 1U);
  EXPECT_TRUE(Has(t.pages[0], "You can close this page")) << t.pages[0];
}

TEST(OauthLogin, AsksGoogleForWhatItNeedsAndTiesTheCodeToItself) {
  LoginTest t;
  ASSERT_TRUE(t.Run());
  EXPECT_TRUE(t.consent.starts_with("https://accounts.google.com/o/oauth2/v2/auth?")) << t.consent;
  EXPECT_EQ(t.Parameter(t.consent, "response_type"), "code");
  EXPECT_EQ(t.Parameter(t.consent, "access_type"), "offline");
  EXPECT_EQ(t.Parameter(t.consent, "code_challenge_method"), "S256");
  EXPECT_EQ(t.Parameter(t.consent, "code_challenge").size(), 43U);
  EXPECT_TRUE(Has(t.Parameter(t.consent, "scope"), "auth/cloud-platform"));
  EXPECT_TRUE(t.Parameter(t.consent, "redirect_uri").starts_with("http://127.0.0.1:"));
  EXPECT_FALSE(Has(t.consent, "GOCSPX"));
  const std::string form = t.TokenForm();
  EXPECT_TRUE(Has(form, "grant_type=authorization_code&code=4%2Fcode&redirect_uri=http%3A%2F%2F"))
      << form;
  EXPECT_TRUE(Has(form, "&client_secret=GOCSPX-secret")) << form;
  EXPECT_EQ(gateway::QueryParameter(form, "code_verifier").size(), 64U);
  EXPECT_EQ(gateway::QueryParameter(form, "redirect_uri"), t.Parameter(t.consent, "redirect_uri"));
}

TEST(OauthLogin, TriesTheAccountWithItsNewTokenBeforeItIsAdded) {
  LoginTest t;
  t.gateway.otherwise = {403, R"({"error":{"code":403,"status":"PERMISSION_DENIED"}})"};
  const auto done = t.Run();
  ASSERT_FALSE(done);
  EXPECT_TRUE(Has(done.error().message, "Nothing was added")) << done.error().message;
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
  EXPECT_EQ(t.gateway.asked.back().credential, "Bearer ya29.x");
}

TEST(OauthLogin, TakesTheClientFromGooglesFile) {
  LoginTest t("");
  const std::string file = (t.folder.path() / "client_secret.json").string();
  ASSERT_TRUE(WriteFileAtomically(
      file,
      R"({"installed":{"client_id":"from-file","client_secret":"s","auth_uri":"https://auth.test/a?x=1","token_uri":"https://auth.test/token"}})"));
  t.options.oauth.client_id.reset();
  t.options.oauth.client_secret.from_stdin = false;
  t.options.oauth.client_secret.file = file;
  ASSERT_TRUE(t.Run());
  EXPECT_TRUE(t.consent.starts_with("https://auth.test/a?x=1&client_id=from-file&")) << t.consent;
  EXPECT_EQ(t.gateway.asked[0].url, "https://auth.test/token");
  EXPECT_TRUE(Has(t.ReadConfig(), "client_id = \"from-file\"\n"));
}

TEST(OauthLogin, RefusesTheFileOfAWebClient) {
  LoginTest t("");
  const std::string file = (t.folder.path() / "client_secret.json").string();
  ASSERT_TRUE(WriteFileAtomically(file, R"({"web":{"client_id":"x"}})"));
  t.options.oauth.client_secret.from_stdin = false;
  t.options.oauth.client_secret.file = file;
  const auto done = t.Run();
  ASSERT_FALSE(done);
  EXPECT_TRUE(Has(done.error().message, "of the type \"Desktop app\"")) << done.error().message;
}

TEST(OauthLogin, ReplacesTheKeyThatAnAccountHad) {
  LoginTest t;
  t.WriteConfig("[[accounts]]\nname = \"me\"\napi_key = \"AIza-old\" # old\nproject = \"p\"\n");
  t.options.kind = "vertex";
  t.options.no_check = true;
  const auto done = t.Run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(Has(t.ReadConfig(), "AIza-old")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "kind = \"vertex\"")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "refresh_token = \"1//refresh\"")) << t.ReadConfig();
  EXPECT_EQ(t.Parameter(t.consent, "scope"), "https://www.googleapis.com/auth/cloud-platform");
}

TEST(OauthLogin, SaysThatTheUserDenied) {
  LoginTest t;
  t.redirects = [](const std::string& state) {
    return std::vector<std::string>{"/?error=access_denied&state=" + state};
  };
  const auto done = t.Run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kUpstreamRejected);
  EXPECT_EQ(done.error().message, "access was denied in the browser\nNothing was added.");
  EXPECT_EQ(t.TokenForm(), "");
  EXPECT_FALSE(std::filesystem::exists(t.config_file()));
}

TEST(OauthLogin, TakesNoCodeFromAStranger) {
  LoginTest t;
  t.redirects = [](const std::string& state) {
    return std::vector<std::string>{"/?code=evil&state=guessed", "/?code=evil", "/favicon.ico",
                                    "/?code=good&state=" + state};
  };
  const auto done = t.Run();
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(t.pages.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(t.pages[i].starts_with("HTTP/1.1 400 ")) << t.pages[i];
  }
  EXPECT_TRUE(Has(t.TokenForm(), "code=good&"));
}

TEST(OauthLogin, IsNotHeldUpByAConnectionThatSaysNothing) {
  LoginTest t;
  std::optional<test::RawClient> silent;
  const auto visit = t.browser.open;
  t.browser.open = [&](const Context& context, const std::string& url) {
    const std::string to = LoginTest::Parameter(url, "redirect_uri");
    silent.emplace(std::stoi(to.substr(to.rfind(':') + 1)));
    visit(context, url);
  };
  const auto done = t.Run();
  EXPECT_TRUE(done) << done.error().message;
}

TEST(OauthLogin, GivesUpWhenTheBrowserDoesNotComeBack) {
  LoginTest t;
  t.redirects = [](const std::string&) { return std::vector<std::string>{"/?code=x&state=wrong"}; };
  t.browser.patience = Duration(300);
  const auto done = t.Run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(Has(done.error().message, "did not come back")) << done.error().message;
}

TEST(OauthLogin, SaysWhyTheTokenEndpointRefuses) {
  LoginTest t;
  t.gateway.answers["POST /token"] = {400, R"({"error":"invalid_grant","error_description":"x"})"};
  const auto done = t.Run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kUpstreamRejected);
  EXPECT_TRUE(Has(done.error().message, "(invalid_grant)")) << done.error().message;
  LoginTest none;
  none.gateway.answers["POST /token"] = {200, R"({"access_token":"a"})"};
  const auto without = none.Run();
  ASSERT_FALSE(without);
  EXPECT_TRUE(Has(without.error().message, "gave no refresh token")) << without.error().message;
}

TEST(OauthLogin, ReportsMissingOptionsBeforeItOpensTheBrowser) {
  struct Case {
    std::vector<std::string> arguments;
    std::string why;
  };
  for (const Case& c :
       {Case{{"--oauth"}, "--client-id ID"},
        Case{{"--oauth", "--client-id", "x"}, "--client-secret-stdin"},
        Case{{"--client-id", "x"}, "belong to --oauth"},
        Case{{"--oauth", "--client-id", "x", "--kind", "vertex"}, "needs its --project"},
        Case{{"--oauth", "--client-id", "x", "--kind", "mock"}, "kinds gemini and vertex"},
        Case{{"--oauth", "--api-key-stdin"}, "--oauth"}}) {
    CommandTest t;
    std::vector<std::string> all = {"accounts", "add", "me"};
    all.insert(all.end(), c.arguments.begin(), c.arguments.end());
    EXPECT_EQ(t.Agm(all), 2) << c.why;
    EXPECT_TRUE(Has(t.io.err, c.why)) << t.io.err;
    EXPECT_TRUE(t.gateway.asked.empty());
  }
}

TEST(OauthLogin, KeepsTheClientThatTheAccountHas) {
  LoginTest t("");
  t.WriteConfig(
      "[[accounts]]\nname = \"me\"\nclient_id = \"mine\"\nclient_secret = \"GOCSPX-mine\"\n"
      "refresh_token = \"1//old\"\n");
  t.options.oauth.client_id.reset();
  t.options.oauth.client_secret.from_stdin = false;
  const auto done = t.Run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(t.Parameter(t.consent, "client_id"), "mine");
  EXPECT_TRUE(Has(t.TokenForm(), "&client_secret=GOCSPX-mine")) << t.TokenForm();
  LoginTest other("");
  other.WriteConfig(t.ReadConfig());
  other.options.oauth.client_id = "another";
  other.options.oauth.client_secret.from_stdin = false;
  const auto refused = other.Run();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(Has(refused.error().message, "--client-secret-stdin")) << refused.error().message;
}

TEST(OauthLogin, AsksForTheSecretOnATerminal) {
  LoginTest t("GOCSPX-typed\n");
  t.options.oauth.client_secret.from_stdin = false;
  t.io.in_is_terminal = true;
  const auto done = t.Run();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(Has(t.io.err, "Secret of the OAuth client")) << t.io.err;
  EXPECT_TRUE(Has(t.TokenForm(), "&client_secret=GOCSPX-typed")) << t.TokenForm();
}

TEST(OauthLogin, TakesTheSecretFromGooglesFileAndFromAPlainOne) {
  const std::pair<const char*, const char*> files[] = {
      {R"({"installed":{"client_id":"from-file","client_secret":"GOCSPX-file"}})", "GOCSPX-file"},
      {"GOCSPX-plain\n", "GOCSPX-plain"}};
  for (const auto& [text, secret] : files) {
    LoginTest t("");
    t.options.oauth.client_secret.from_stdin = false;
    t.options.oauth.client_secret.file = t.folder.Write("secret", text).string();
    const auto done = t.Run();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(Has(t.TokenForm(), std::string("&client_secret=") + secret)) << t.TokenForm();
    EXPECT_EQ(t.Parameter(t.consent, "client_id"), "id.apps.googleusercontent.com");
  }
}

}  // namespace
}  // namespace agm::cli
