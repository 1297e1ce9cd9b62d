#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_transport.h"

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
  const std::string reset = second.header("x-ratelimit-reset-requests");
  EXPECT_TRUE(reset == "1m0s" || reset == "59s" || reset == "60s") << reset;
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

/// The quota that Google's SDKs read from a 429; empty if the answer names none.
std::string QuotaIdOf(const Got& got) {
  const Json answer = got.json();
  for (const Json& detail : answer["error"].value("details", Json::array())) {
    if (detail.value("@type", "") == "type.googleapis.com/google.rpc.QuotaFailure") {
      return detail["violations"][0]["quotaId"];
    }
  }
  return {};
}

TEST_F(KeysTest, ANativeRefusalNamesTheQuotaOfTheKey) {
  AddKey("ci").requests_per_minute = 1;
  AddKey("small").tokens_per_minute = 1;
  Start();
  const std::string body = R"({"contents":[{"parts":[{"text":"hi"}]}]})";
  const std::string path = "/v1beta/models/gemini-2.5-flash:generateContent";
  EXPECT_EQ(As("ci", "POST", path, body).status, 200);
  const Got refused = As("ci", "POST", path, body);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(QuotaIdOf(refused), "RequestsPerMinutePerKey");
  const Json answer = refused.json();
  const std::string delay = answer["error"]["details"].back()["retryDelay"];
  EXPECT_GT(std::stoi(delay), 0) << delay;
  EXPECT_EQ(As("small", "POST", path, body).status, 200);  // alone, it may exceed its limit
  EXPECT_EQ(QuotaIdOf(As("small", "POST", path, body)), "TokensPerMinutePerKey");
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
  EXPECT_EQ(QuotaIdOf(spent), "CostPerMonthPerKey");
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

TEST_F(KeysTest, TheHolderSeesWhatIsLeft) {
  config::ClientKey& key = AddKey("ci");
  key.budget.day = 2'000'000'000;
  key.requests_per_minute = 60;
  Start();
  EXPECT_EQ(ChatAs("ci").status, 200);
  EXPECT_EQ(ChatAs("ci", "hi", true).status, 200);
  const Json me = Me("ci");
  EXPECT_EQ(me["name"], "ci");
  EXPECT_EQ(me["requests_per_minute"]["remaining"], 58);
  EXPECT_EQ(me["budget"]["day"]["limit_usd"], 2);
  EXPECT_GT(me["budget"]["day"]["used_usd"].get<double>(), 0);
  EXPECT_EQ(me["budget"]["day"]["used_usd"], me["spent"]["day"]["list_usd"]);
  EXPECT_GT(me["spent"]["month"]["tokens"].get<int>(), 0);
  EXPECT_EQ(me["budget"]["month"], nullptr);
  EXPECT_EQ(As("ci", "GET", "/agm/me").header("cache-control"), "no-store");
  EXPECT_EQ(As("ci", "GET", "/agm/keys").status, 403);
  EXPECT_EQ(DumpJson(me).find("sha256"), std::string::npos);
}

TEST_F(KeysTest, AStreamThatTheClientLeavesIsNotFree) {
  AddKey("ci").tokens.day = 1'000'000;
  Start();
  const std::string chat = ChatBody("a long answer please", true);
  {
    http::OutgoingRequest request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1/chat/completions";
    request.headers = {{"Authorization", "Bearer " + texts_["ci"]},
                       {"Content-Type", "application/json"}};
    request.body = chat;
    auto download = client_.Send(request, NeverCancelled());
    ASSERT_TRUE(download);
    std::string piece;
    ASSERT_TRUE((*download)->Read(piece, TimePoint::max(), NeverCancelled()));
  }
  Json me;
  for (int i = 0; i < 200; ++i) {
    me = Me("ci");
    if (me["spent"]["day"]["tokens"] > 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GT(me["spent"]["day"]["tokens"].get<int>(), 0);
  EXPECT_EQ(me["tokens"]["day"]["used"], me["spent"]["day"]["tokens"]);
}

TEST_F(KeysTest, AStreamWithoutItsUsageIsEstimated) {
  AddKey("ci").tokens.day = 1'000'000;
  test::FakeTransport network;
  test::FakeAnswer cut = test::FakeAnswer::Sse({DumpJson(
      Json{{"candidates", {{{"content", {{"parts", {{{"text", std::string(4'000, 'b')}}}}}}}}}})});
  cut.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut");
  network.AnswerBy([&](const test::SentRequest&) { return cut; });
  transport_ = &network;
  Start();
  ChatAs("ci", std::string(4'000, 'a'), true);
  Json me;
  EXPECT_TRUE(test::Eventually([&] {
    me = Me("ci");
    return me["spent"]["day"]["tokens"] > 1'500;  // the prompt and what was sent
  })) << me;
  EXPECT_EQ(me["tokens"]["day"]["used"], me["spent"]["day"]["tokens"]);
  EXPECT_GT(me["spent"]["day"]["list_usd"], 0);
  TearDown();  // before its network
}

TEST_F(KeysTest, AMinuteHoldsWhatWasUsedAndNotWhatWasExpected) {
  AddKey("ci").tokens_per_minute = 10'000;
  test::FakeTransport network;
  const Json parts = {{{"text", std::string(4'000, 'b')}}};
  network.Answer(test::FakeAnswer::Sse(
      {DumpJson(Json{{"candidates", {{{"content", {{"parts", parts}}}, {"finishReason", "STOP"}}}},
                     {"usageMetadata", {{"promptTokenCount", 3}, {"candidatesTokenCount", 2}}}})}));
  network.AnswerBy([](const test::SentRequest&) { return test::FakeAnswer::Json("{}", 400); });
  transport_ = &network;
  Start();
  const auto left = [&] { return Me("ci")["tokens_per_minute"]["remaining"] == 9'995; };
  EXPECT_EQ(ChatAs("ci", std::string(4'000, 'a'), true).status, 200);
  EXPECT_TRUE(test::Eventually(left)) << Me("ci");
  EXPECT_EQ(ChatAs("ci", std::string(4'000, 'a'), true).status, 400);
  EXPECT_TRUE(test::Eventually(left)) << Me("ci");
  TearDown();  // before its network
}

// Requests of two keys go on while the configuration is reloaded, a key rotated and a limit
// changed. At the end nothing is reserved any more, and every request is counted once.
TEST_F(KeysTest, ReloadsAndRotationsUnderLoadLoseNoReservation) {
  AddKey("ci").tokens.month = 1'000'000'000;
  AddKey("home").parallel = 64;
  Start();
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;
  const std::string old = texts_["ci"];
  std::vector<std::jthread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const std::string chat = ChatBody("hi", t % 3 == 0);
      while (!stop) {
        http::CurlTransport client{{.max_idle = 1}};
        http::OutgoingRequest request;
        request.method = "POST";
        request.url =
            "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1/chat/completions";
        request.headers = {{"Authorization", "Bearer " + (t % 2 == 0 ? old : texts_["home"])},
                           {"Content-Type", "application/json"}};
        request.body = chat;
        auto download = client.Send(request, NeverCancelled());
        if (!download) continue;
        std::string body;
        while (*(*download)->Read(body, TimePoint::max(), NeverCancelled()) ==
               http::ReadState::kData) {
        }
        ((*download)->status() == 200 ? answered : failed) += 1;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    config::ClientKey& key = config_.keys.front();
    const keys::NewKey made = keys::MakeKey(key.id);
    if (i == 0) key.previous_hash = key.hash;
    key.previous_until = "2999-01-01";
    key.hash = made.hash;
    key.tokens.month = 1'000'000'000 + i;
    ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  stop = true;
  threads.clear();
  EXPECT_EQ(failed, 0);
  ASSERT_TRUE(service_->FlushLog());
  const Json home = Me("home");
  EXPECT_EQ(home["parallel"]["running"], 0);
  texts_["ci"] = old;
  // A request's record ends shortly after its client has the whole response.
  const auto settled = [](const Json& key) {
    return key["tokens"]["month"]["used"] == key["spent"]["month"]["tokens"];
  };
  Json ci = Me("ci");
  for (int i = 0; i < 100 && !settled(ci); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_TRUE(service_->FlushLog());
    ci = Me("ci");
  }
  EXPECT_TRUE(settled(ci)) << ci;
  EXPECT_GT(answered, 20);
}

TEST_F(KeysTest, APriceCorrectedTodayCorrectsTheMonth) {
  AddKey("ci").budget.month = 1'000'000'000'000;
  config::OwnPrice price;
  price.match = "gemini-2.5-flash";
  price.input = price.output = 1'000'000;
  config_.prices = {price};
  Start();
  ASSERT_EQ(ChatAs("ci").status, 200);
  ASSERT_TRUE(service_->FlushLog());
  const Json before = Me("ci");
  const double spent = before["spent"]["month"]["list_usd"];
  EXPECT_DOUBLE_EQ(spent, before["spent"]["month"]["tokens"].get<double>() / 1e6);
  config_.prices.front().input = config_.prices.front().output = 3'000'000;
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  const Json after = Me("ci");
  EXPECT_DOUBLE_EQ(after["spent"]["month"]["list_usd"].get<double>(), 3 * spent);
  EXPECT_DOUBLE_EQ(after["budget"]["month"]["used_usd"].get<double>(), 3 * spent);
  EXPECT_EQ(after["spent"]["month"]["tokens"], before["spent"]["month"]["tokens"]);
}

TEST_F(KeysTest, AFlexRequestCostsHalf) {
  AddKey("ci");
  AddKey("home");
  Start();
  const auto body = [](const std::string& tier) {
    Json json = Json::parse(ChatBody("hi"));
    json["service_tier"] = tier;
    return json.dump();
  };
  ASSERT_EQ(As("ci", "POST", "/v1/chat/completions", body("default")).status, 200);
  ASSERT_EQ(As("home", "POST", "/v1/chat/completions", body("flex")).status, 200);
  ASSERT_TRUE(service_->FlushLog());
  const double whole = Me("ci")["spent"]["month"]["list_usd"];
  EXPECT_GT(whole, 0);
  EXPECT_NEAR(Me("home")["spent"]["month"]["list_usd"].get<double>(), whole / 2, 1e-9);
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
