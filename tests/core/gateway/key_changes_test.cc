// Client keys over HTTP. The file watch is the program's; these tests load the file themselves.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/config/load.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

class KeyChangesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    std::ofstream(file_)
        << "# my keys\n[proxy]\nport = 0\nmax_wait = 0\nauth_mode = \"strict\"\n"
           "api_key = \"sk-of-the-owner\"\n"
        << "\n[[accounts]]\nname = \"work\"\napi_key = \"AIza-work\"\nbase_url = \""
        << mock_->base_url() << "\"\n";
    Load();
    Start();
    service_->LetEdit(file_, {});
  }

  void Load() {
    const auto loaded = config::Load(config::Location{file_, config::FoundBy::kFlag}, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    config_ = loaded->config;
    if (service_) {
      ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
    }
  }

  Got As(const std::string& key, const std::string& method, const std::string& path,
         const std::string& body = "") {
    return Ask(
        method, path, body.empty() && method != "GET" ? "{}" : body,
        {{"Authorization", "Bearer " + key}, {"Content-Type", "application/json"}, {"X-Agm", "1"}});
  }
  Got Own(const std::string& method, const std::string& path, const std::string& body = "") {
    return As("sk-of-the-owner", method, path, body);
  }
  /// Makes a key and loads it; returns its text.
  std::string Make(const std::string& body) {
    const Got made = Own("POST", "/agm/keys", body);
    EXPECT_EQ(made.status, 200) << made.body;
    Load();
    return made.json().value("key", "");
  }
  std::string Text() { return *ReadFile(file_, 1U << 20U); }

  test::TempDir folder_;
  const std::filesystem::path file_ = folder_.path() / "config.toml";
};

TEST_F(KeyChangesTest, AKeyIsMadeAndShownOnce) {
  const std::string key =
      Make(R"({"name":"ci","requests_per_minute":60,"budget":{"day":2.5,"month":20},)"
           R"("models":["gemini-*"],"expires":"30d"})");
  EXPECT_TRUE(key.starts_with("sk-agm-"));
  EXPECT_EQ(As(key, "POST", "/v1/chat/completions", ChatBody("hi")).status, 200);
  const Got refused = As(key, "GET", "/agm/keys");
  EXPECT_EQ(refused.status, 403) << "the scope is inference";
  EXPECT_EQ(refused.json()["error"]["code"], "missing_scope");
  const Got list = Own("GET", "/agm/keys");
  EXPECT_EQ(list.header("cache-control"), "no-store");
  const Json made = list.json()["keys"][0];
  EXPECT_EQ(made["name"], "ci");
  EXPECT_EQ(made["requests_per_minute"]["limit"], 60);
  EXPECT_EQ(made["budget"]["day"]["limit_usd"], 2.5);
  EXPECT_EQ(made["budget"]["month"]["limit_usd"], 20);
  const std::string secret = key.substr(key.rfind('-') + 1);
  EXPECT_EQ(list.body.find(secret), std::string::npos);
  EXPECT_EQ(Text().find(secret), std::string::npos);
  EXPECT_NE(Text().find("# my keys"), std::string::npos);
}

TEST_F(KeyChangesTest, LimitsAreChangedAndRemoved) {
  Make(R"({"name":"ci","requests_per_minute":60,"parallel":2,"budget":{"day":2,"month":20}})");
  const Got changed = Own("PATCH", "/agm/keys/ci",
                          R"({"requests_per_minute":null,"parallel":8,"budget":{"day":null}})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  Load();
  const config::ClientKey& key = config_.keys.front();
  EXPECT_EQ(key.requests_per_minute, 0);
  EXPECT_EQ(key.parallel, 8);
  EXPECT_FALSE(key.budget.day);
  EXPECT_EQ(key.budget.month, 20'000'000'000);
  const std::string list = Own("GET", "/agm/keys").body;
  EXPECT_NE(list.find(R"("used_usd":0,)"), std::string::npos) << list;
}

TEST_F(KeyChangesTest, ALimitIsAWholeNumberOrNull) {
  Make(R"({"name":"ci"})");
  const auto change = [&](const std::string& limit) {
    return Own("PATCH", "/agm/keys/ci", R"({"requests_per_minute":)" + limit + "}");
  };
  for (const char* wrong : {"-1", "1.5", "2000000001", "\"5\"", "true"}) {
    const Got got = change(wrong);
    EXPECT_EQ(got.status, 400) << wrong;
    EXPECT_EQ(got.json()["error"]["message"],
              "requests_per_minute: expected a whole number, or null for no limit")
        << wrong;
  }
  for (const char* right : {"0", "1", "1000000", "null"}) {
    EXPECT_EQ(change(right).status, 200) << right;
  }
}

TEST_F(KeyChangesTest, AnswersNameTheKeyAndWhatWasDone) {
  const Got made = Own("POST", "/agm/keys", R"({"name":"ci"})");
  EXPECT_EQ(made.header("cache-control"), "no-store");
  Load();
  const Got changed = Own("PATCH", "/agm/keys/ci", R"({"enabled":false})");
  EXPECT_EQ(changed.body, R"({"name":"ci","changed":true})");
  EXPECT_EQ(changed.header("cache-control"), "no-store");
  const Got removed = Own("DELETE", "/agm/keys/ci");
  EXPECT_EQ(removed.body, R"({"name":"ci","removed":true})");
  EXPECT_EQ(removed.header("cache-control"), "no-store");
}

TEST_F(KeyChangesTest, ADisabledKeyIsRefusedUntilItIsEnabled) {
  const std::string key = Make(R"({"name":"ci"})");
  ASSERT_EQ(Own("PATCH", "/agm/keys/ci", R"({"enabled":false})").status, 200);
  Load();
  EXPECT_EQ(As(key, "GET", "/v1/models").status, 401);
  ASSERT_EQ(Own("PATCH", "/agm/keys/ci", R"({"enabled":true})").status, 200);
  Load();
  EXPECT_EQ(As(key, "GET", "/v1/models").status, 200);
}

TEST_F(KeyChangesTest, ARotatedKeyHasGraceIfItIsAskedFor) {
  const std::string first = Make(R"({"name":"ci"})");
  const Got rotated = Own("PATCH", "/agm/keys/ci", R"({"rotate":{"grace":"24h"}})");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  Load();
  const std::string second = rotated.json()["key"];
  EXPECT_EQ(As(first, "GET", "/v1/models").status, 200);
  EXPECT_EQ(As(second, "GET", "/v1/models").status, 200);
  const std::string third = Own("PATCH", "/agm/keys/ci", R"({"rotate":true})").json()["key"];
  Load();
  EXPECT_EQ(As(second, "GET", "/v1/models").status, 401);
  EXPECT_EQ(As(third, "GET", "/v1/models").status, 200);
}

TEST_F(KeyChangesTest, ARemovedKeyIsUnknown) {
  const std::string key = Make(R"({"name":"my+key@1"})");
  EXPECT_EQ(Own("DELETE", "/agm/keys/my%2Bkey%401").status, 200);
  Load();
  EXPECT_TRUE(config_.keys.empty());
  EXPECT_EQ(As(key, "GET", "/v1/models").status, 401);
  EXPECT_EQ(Own("DELETE", "/agm/keys/my%2Bkey%401").status, 404);
  EXPECT_EQ(Own("PATCH", "/agm/keys/nobody", R"({"enabled":true})").status, 404);
}

TEST_F(KeyChangesTest, BadChangesAreRefusedAndChangeNothing) {
  Make(R"({"name":"ci"})");
  const std::string before = Text();
  for (const std::string body :
       {"", "[]", "{}", "{\"name\":\"ci\"}", "{\"name\":\"a/b\"}", "{\"name\":\"x\",\"budget\":-1}",
        R"({"name":"x","budget":{"day":-1}})", R"({"name":"x","budget":{"week":1}})",
        R"({"name":"x","requests_per_minute":-1})", R"({"name":"x","requests_per_minute":1.5})",
        R"({"name":"x","scopes":["root"]})", R"({"name":"x","models":"gemini-*"})",
        R"({"name":"x","expires":"soon"})", R"({"name":"x","enabled":"yes"})",
        R"({"name":"x","hash":"sha256:00"})", R"({"name":"x","budget_of":"both"})",
        R"({"name":"x","models":["a\u0000b"]})"}) {
    const Got got = Own("POST", "/agm/keys", body.empty() ? "{" : body);
    EXPECT_EQ(got.status, 400) << body << got.body;
  }
  EXPECT_EQ(Own("PATCH", "/agm/keys/ci", "{}").status, 400);
  EXPECT_EQ(Own("PATCH", "/agm/keys/ci", R"({"name":"other"})").status, 400);
  EXPECT_EQ(Own("PATCH", "/agm/keys/ci", R"({"rotate":{"grace":"soon"}})").status, 400);
  EXPECT_EQ(Own("PATCH", "/agm/keys/ci", R"({"rotate":true,"enabled":false})").status, 400);
  EXPECT_EQ(Text(), before);
}

TEST_F(KeyChangesTest, NeedTheScopeAdminAndThePagesHeader) {
  const std::string reader = Make(R"({"name":"reader","scopes":["read"]})");
  const std::string before = Text();
  for (const std::string& key : {reader, std::string("sk-wrong")}) {
    for (const std::string method : {"POST", "PATCH", "DELETE"}) {
      const Got got =
          As(key, method, method == "POST" ? "/agm/keys" : "/agm/keys/reader", R"({"name":"x"})");
      EXPECT_EQ(got.status, key == reader ? 403 : 401) << method;
    }
  }
  const Got bare =
      Ask("DELETE", "/agm/keys/reader", "{}",
          {{"Authorization", "Bearer sk-of-the-owner"}, {"Content-Type", "application/json"}});
  EXPECT_EQ(bare.status, 403);
  const Got foreign = Ask("POST", "/agm/keys", R"({"name":"x"})",
                          {{"Authorization", "Bearer sk-of-the-owner"},
                           {"Content-Type", "application/json"},
                           {"X-Agm", "1"},
                           {"Origin", "https://evil.example"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(Text(), before);
}

}  // namespace
}  // namespace agm::gateway
