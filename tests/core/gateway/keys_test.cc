#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

/// A gateway whose clients have keys of [[keys]].
class KeysTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.time_zone = "UTC";
    Add("work", "AIza-work");
  }

  config::ClientKey& AddKey(const std::string& name) {
    const keys::NewKey made = keys::MakeKey();
    config::ClientKey key;
    key.name = name;
    key.id = made.id;
    key.hash = made.hash;
    texts_[name] = made.key.Reveal();
    config_.keys.push_back(std::move(key));
    return config_.keys.back();
  }

  Got As(const std::string& name, const std::string& method, const std::string& path,
         const std::string& body = "") {
    return Ask(method, path, body, {{"Authorization", "Bearer " + texts_[name]}});
  }
  Got ChatAs(const std::string& name, const std::string& text = "hi", bool stream = false) {
    return As(name, "POST", "/v1/chat/completions", ChatBody(text, stream));
  }
  static std::string MessagesBody() {
    return R"({"model":"gemini-2.5-flash","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";
  }
  /// What the key has left.
  Json Me(const std::string& name) { return As(name, "GET", "/agm/me").json(); }

  std::map<std::string, std::string> texts_;
};

TEST_F(KeysTest, ARefusalForTheRateReachesNoAccount) {
  AddKey("ci").requests_per_minute = 2;
  AddKey("home");
  Start();
  EXPECT_EQ(ChatAs("ci").status, 200);
  const Got second = ChatAs("ci");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.header("x-ratelimit-limit-requests"), "2");
  EXPECT_EQ(second.header("x-ratelimit-remaining-requests"), "0");
  EXPECT_NE(second.header("x-ratelimit-reset-requests"), "");
  EXPECT_EQ(second.header("x-ratelimit-limit-tokens"), "");
  const long before = RequestsOf("AIza-work");
  const Got refused = ChatAs("ci");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.json()["error"]["code"], "rate_limit_exceeded");
  EXPECT_EQ(refused.json()["error"]["type"], "rate_limit_error");
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(refused.header("x-ratelimit-remaining-requests"), "0");
  EXPECT_EQ(refused.header("x-account-email"), "");
  EXPECT_EQ(RequestsOf("AIza-work"), before);
  EXPECT_EQ(ChatAs("home").status, 200);
  EXPECT_EQ(ChatAs("home").header("x-ratelimit-limit-requests"), "");
}

TEST_F(KeysTest, EachApiIsRefusedInItsOwnShape) {
  config::ClientKey& key = AddKey("ci");
  key.budget.month = 0;
  key.requests_per_minute = 100;
  Start();
  const Got openai = ChatAs("ci");
  EXPECT_EQ(openai.status, 429);
  EXPECT_EQ(openai.json()["error"]["code"], "insufficient_quota");
  EXPECT_EQ(openai.json()["error"]["type"], "insufficient_quota");
  EXPECT_EQ(openai.header("x-should-retry"), "false");
  EXPECT_GT(std::stol(openai.header("retry-after")), 0);
  const Got anthropic = As("ci", "POST", "/v1/messages", MessagesBody());
  EXPECT_EQ(anthropic.status, 429);
  EXPECT_EQ(anthropic.json()["type"], "error");
  EXPECT_EQ(anthropic.json()["error"]["type"], "rate_limit_error");
  EXPECT_EQ(anthropic.header("x-should-retry"), "false");
  EXPECT_EQ(anthropic.header("anthropic-ratelimit-requests-limit"), "100");
  EXPECT_EQ(anthropic.header("anthropic-ratelimit-requests-remaining"), "100");
  EXPECT_NE(anthropic.header("anthropic-ratelimit-requests-reset").find('T'), std::string::npos);
  EXPECT_EQ(anthropic.header("x-ratelimit-limit-requests"), "");
  const Got responses =
      As("ci", "POST", "/v1/responses", R"({"model":"gemini-2.5-flash","input":"hi"})");
  EXPECT_EQ(responses.status, 429);
  const Got embeddings =
      As("ci", "POST", "/v1/embeddings", R"({"model":"gemini-embedding-001","input":"hi"})");
  EXPECT_EQ(embeddings.status, 429);
  EXPECT_EQ(RequestsOf("AIza-work"), 0);
}

TEST_F(KeysTest, LimitsHoldForTheNativeApiToo) {
  AddKey("ci").models = {"gemini-2.5-flash"};
  AddKey("poor").budget.month = 0;
  Start();
  const std::string body = R"({"contents":[{"parts":[{"text":"hi"}]}]})";
  const std::string path = "/v1beta/models/gemini-2.5-";
  EXPECT_EQ(As("ci", "POST", path + "flash:generateContent", body).status, 200);
  EXPECT_EQ(As("ci", "POST", path + "pro:generateContent", body).status, 403);
  const Got spent = As("poor", "POST", path + "flash:generateContent", body);
  EXPECT_EQ(spent.status, 429);
  EXPECT_EQ(spent.json()["error"]["status"], "RESOURCE_EXHAUSTED");
  const std::string cache = R"({"model":"models/gemini-2.5-pro","contents":[{}]})";
  EXPECT_EQ(As("ci", "POST", "/v1beta/cachedContents", cache).status, 403);
  EXPECT_EQ(RequestsOf("AIza-work"), 1);
}

TEST_F(KeysTest, AKeySeesAndUsesOnlyItsModels) {
  AddKey("ci").models = {"gemini-2.5-flash", "fast"};
  config_.mapping = {{"fast", {"gemini-2.5-pro"}}, {"slow", {"gemini-2.5-pro"}}};
  AddKey("all");
  Start();
  const Json ids = As("ci", "GET", "/v1/models").json()["data"];
  ASSERT_EQ(ids.size(), 2U) << ids.dump();
  EXPECT_EQ(ids[0]["id"], "fast");
  EXPECT_EQ(ids[1]["id"], "gemini-2.5-flash");
  EXPECT_EQ(As("ci", "GET", "/v1/models/fast").status, 200);
  EXPECT_EQ(As("ci", "GET", "/v1/models/gemini-2.5-pro").status, 404);
  EXPECT_GT(As("all", "GET", "/v1/models").json()["data"].size(), 3U);
  EXPECT_EQ(ChatAs("ci").status, 200);
  EXPECT_EQ(As("ci", "POST", "/v1/chat/completions", ChatBody("hi", false, "fast")).status, 200);
  const long before = RequestsOf("AIza-work");
  const Got refused = As("ci", "POST", "/v1/chat/completions", ChatBody("hi", false, "slow"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.json()["error"]["code"], "model_not_allowed");
  EXPECT_NE(refused.body.find("gemini-2.5-flash, fast"), std::string::npos) << refused.body;
  const Got counted = As("ci", "POST", "/v1/messages/count_tokens",
                         R"({"model":"slow","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(counted.status, 403);
  EXPECT_EQ(RequestsOf("AIza-work"), before);
}

TEST_F(KeysTest, StoredResponsesBelongToTheKeyThatMadeThem) {
  AddKey("ci");
  AddKey("home");
  Start();
  const Got made =
      As("ci", "POST", "/v1/responses", R"({"model":"gemini-2.5-flash","input":"hi"})");
  ASSERT_EQ(made.status, 200);
  const std::string id = made.json()["id"];
  EXPECT_EQ(As("ci", "GET", "/v1/responses/" + id).status, 200);
  EXPECT_EQ(As("home", "GET", "/v1/responses/" + id).status, 404);
  EXPECT_EQ(As("home", "DELETE", "/v1/responses/" + id).status, 404);
  const std::string next = R"({"model":"gemini-2.5-flash","input":"hi","previous_response_id":")";
  EXPECT_EQ(As("home", "POST", "/v1/responses", next + id + "\"}").status, 400);
  EXPECT_EQ(As("ci", "POST", "/v1/responses", next + id + "\"}").status, 200);
}

TEST_F(KeysTest, MetricsTellLimitsByKey) {
  config::ClientKey& key = AddKey("ci");
  key.requests_per_minute = 1;
  key.budget.day = 1'000'000'000;
  key.scopes = {config::KeyScope::kInference, config::KeyScope::kMetrics};
  Start();
  ChatAs("ci");
  ChatAs("ci");
  const std::string metrics = As("ci", "GET", "/metrics").body;
  EXPECT_NE(metrics.find(R"(agm_key_limited_total{key="ci",limit="requests_per_minute"} 1)"),
            std::string::npos);
  EXPECT_NE(metrics.find(R"(agm_key_budget_used_ratio{key="ci",window="day"} )"),
            std::string::npos);
}

}  // namespace
}  // namespace agm::gateway
