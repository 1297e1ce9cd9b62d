// Signing in to the page and out of it, in detail.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

const std::vector<http::Header> kChange = {{"Content-Type", "application/json"}, {"X-Agm", "1"}};

class PageSessionTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.api_keys = {{"default", Secret("sk-page")}};
  }
  Got SignIn(const std::string& body) { return Ask("POST", "/agm/session", body, kChange); }
  static Json CodeOf(const Got& got) { return got.json()["error"]["code"]; }
};

TEST_F(PageSessionTest, AWrongKeyAndAWrongLinkAreNamed) {
  Start();
  const Got key = SignIn(R"({"key":"wrong"})");
  EXPECT_EQ(key.status, 401);
  EXPECT_EQ(CodeOf(key), "invalid_api_key");
  const Got link = SignIn(R"({"token":"wrong"})");
  EXPECT_EQ(link.status, 401);
  EXPECT_EQ(CodeOf(link), "invalid_api_key");
  EXPECT_NE(link.body.find("`agm page`"), std::string::npos) << link.body;
}

TEST_F(PageSessionTest, AKeyThatMayNotReadCannotSignIn) {
  const keys::NewKey made = keys::MakeKey();
  config::ClientKey& key = config_.keys.emplace_back();
  key.name = "ci";
  key.id = made.id;
  key.hash = made.hash;
  Start();
  const Got got = SignIn(DumpJson({{"key", std::string(made.key.Reveal())}}));
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(CodeOf(got), "missing_scope");
  EXPECT_NE(got.body.find("the key 'ci' may not look at this page"), std::string::npos) << got.body;
  EXPECT_EQ(got.header("set-cookie"), "");
}

TEST_F(PageSessionTest, TheCookieLivesForAWeekAndEndsWithTheSession) {
  Start();
  const Got in = SignIn(R"({"key":"sk-page"})");
  EXPECT_EQ(in.body, R"({"signed_in":true})");
  const std::string cookie = in.header("set-cookie");
  EXPECT_NE(cookie.find("; Max-Age=604800; "), std::string::npos) << cookie;
  EXPECT_EQ(cookie.find("Secure"), std::string::npos) << cookie;
  std::vector<http::Header> headers = kChange;
  headers.emplace_back("Cookie", cookie.substr(0, cookie.find(';')));
  const Got out = Ask("DELETE", "/agm/session", "{}", headers);
  EXPECT_EQ(out.body, R"({"signed_in":false})");
  const std::string name = cookie.substr(0, cookie.find('='));
  EXPECT_TRUE(out.header("set-cookie").starts_with(name + "=; Path=/agm/; Max-Age=0; "))
      << out.header("set-cookie");
}

TEST_F(PageSessionTest, AForeignPageAndAnotherTypeAreNamed) {
  Start();
  const Got foreign =
      Ask("GET", "/agm/status", "",
          {{"Authorization", "Bearer sk-page"}, {"Origin", "https://evil.example"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(CodeOf(foreign), "foreign_page");
  EXPECT_EQ(foreign.header("cache-control"), "no-store");
  const Got text =
      Ask("POST", "/agm/session", "{}", {{"Content-Type", "text/plain"}, {"X-Agm", "1"}});
  EXPECT_EQ(text.status, 415);
  EXPECT_EQ(CodeOf(text), "unsupported_media_type");
  EXPECT_EQ(Ask("POST", "/agm/session", R"({"key":"sk-page"})",
                {{"Content-Type", "application/json ; charset=utf-8"}, {"X-Agm", "1"}})
                .status,
            200);
}

/// What is noted of a request for embeddings.
TEST_F(PageSessionTest, AnEmbeddingHasARowLikeAnyAnswer) {
  config_.proxy.auth_mode = config::AuthMode::kOff;
  config_.proxy.api_keys.clear();
  config_.mapping = {{"vectors", {"gemini-embedding-001"}},
                     {"either", {"gemini-2.5-flash", "gemini-embedding-001"}}};
  Add("work", "AIza-work");
  Start();
  const Got got = Ask("POST", "/v1/embeddings", R"({"model":"vectors","input":"hi"})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("content-type"), "application/json");
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-embedding-001");
  const std::string id = got.header("x-request-id");
  Json row = Ask("GET", "/agm/requests/" + id).json();
  EXPECT_EQ(row["status"], 200) << row;
  EXPECT_EQ(row["phase"], "done");
  EXPECT_EQ(row["ended_by"], "gateway");
  EXPECT_EQ(row["model"], "vectors");
  EXPECT_EQ(row["target"], "gemini-embedding-001");
  EXPECT_EQ(row["rule"], "exact vectors");
  EXPECT_EQ(row["tries"], 1);
  EXPECT_TRUE(row["first_byte_ms"].is_number());
  Json usage = got.json()["usage"];
  if (usage["prompt_tokens"] != 0) {
    EXPECT_EQ(row["input_tokens"], usage["prompt_tokens"]);
  } else {
    EXPECT_TRUE(row["input_tokens"].is_null());
  }
  const Got second = Ask("POST", "/v1/embeddings", R"({"model":"either","input":"hi"})");
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(Ask("GET", "/agm/requests/" + second.header("x-request-id")).json()["target"],
            "gemini-embedding-001")
      << "the target that answered";
  const Got wrong = Ask("POST", "/v1/embeddings", R"({"model":"vectors"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(Ask("GET", "/agm/requests/" + wrong.header("x-request-id")).json()["phase"], "convert");
}

}  // namespace
}  // namespace agm::gateway
