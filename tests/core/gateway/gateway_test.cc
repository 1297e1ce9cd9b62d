// The gateway over real sockets, between clients and the embedded mock.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

TEST_F(GatewayTest, AnswersAChatInItsDialect) {
  Add("work", "good-key");
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hello there", false, "gpt-4o"));
  ASSERT_EQ(got.status, 200) << got.body;
  Json json = got.json();
  EXPECT_EQ(json["object"], "chat.completion");
  EXPECT_EQ(json["model"], "gpt-4o");
  EXPECT_NE(json["choices"][0]["message"]["content"].get<std::string>().find("hello there"),
            std::string::npos);
  EXPECT_EQ(json["choices"][0]["finish_reason"], "stop");
  EXPECT_GT(json["usage"]["total_tokens"], 0);
  EXPECT_FALSE(got.header("x-request-id").empty());
  EXPECT_TRUE(got.header("x-mapped-model").starts_with("gemini-")) << got.header("x-mapped-model");
  EXPECT_EQ(got.header("x-account-email"), "work@example.com");
}

TEST_F(GatewayTest, StreamsAChatToItsDone) {
  Add("work", "good-key");
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("one two three", true));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_TRUE(got.header("content-type").starts_with("text/event-stream"));
  EXPECT_TRUE(got.body.starts_with("data: {"));
  EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(got.header("x-account-email"), "work@example.com");
}

int CommentsIn(const std::string& stream) {
  constexpr std::string_view kComment = ": keep-alive\n\n";
  int count = 0;
  for (auto at = stream.find(kComment); at != std::string::npos;
       at = stream.find(kComment, at + kComment.size())) {
    ++count;
  }
  return count;
}

class SilenceTest : public GatewayTest {
 protected:
  /// A stream whose upstream pauses for 600 ms in the middle.
  std::string Stream(Duration keepalive_interval) {
    EXPECT_TRUE(mock_->SetScript(
        R"({"steps":[{"do":{"words":5,"stall_after_events":1,"stall_ms":600}}]})"));
    config_.proxy.keepalive_interval = keepalive_interval;
    Add("work", "good-key");
    Start();
    Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", true));
    EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n")) << got.body;
    return std::move(got.body);
  }
};

TEST_F(SilenceTest, IsFilledWithComments) { EXPECT_GE(CommentsIn(Stream(Duration(100))), 2); }

TEST_F(SilenceTest, IsLeftAsItIsWhereTheUserWantsThat) {
  EXPECT_EQ(CommentsIn(Stream(Duration(0))), 0);
}

TEST_F(GatewayTest, TurnsOneAccountsQuotaIntoAnothersAnswer) {
  Add("limited", "quota-minute-key");
  Add("fresh", "good-key");
  config_.accounts[0].priority = 0;
  config_.accounts[1].priority = 1;
  Start();
  const Got first = Chat("hi");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.header("x-account-email"), "fresh@example.com");
  EXPECT_EQ(RequestsOf("quota-minute-key"), 1);

  ASSERT_EQ(Chat("again").status, 200);
  EXPECT_EQ(RequestsOf("quota-minute-key"), 1) << "an account in cooldown was asked";

  Json accounts = Ask("GET", "/agm/accounts").json()["accounts"];
  EXPECT_EQ(accounts[0]["models_cooling"], 1);
  EXPECT_EQ(accounts[0]["reason"], "minute_quota");
  EXPECT_FALSE(accounts[0]["until"].is_null());
  EXPECT_EQ(accounts[1]["state"], "ready");
}

TEST_F(GatewayTest, ReportsThatAllAccountsAreInCooldown) {
  Add("one", "quota-minute-one");
  Add("two", "quota-minute-two");
  Start();
  const Got got = Chat("hi");
  ASSERT_EQ(got.status, 429) << got.body;
  EXPECT_GT(std::stoi(got.header("retry-after")), 0);
  Json error = got.json()["error"];
  EXPECT_EQ(error["type"], "rate_limit_error");
  ASSERT_EQ(error["accounts"].size(), 2U) << got.body;
  EXPECT_EQ(error["accounts"][0]["reason"], "minute_quota");
  EXPECT_EQ(got.body.find("quota-minute"), std::string::npos) << "a key is in the answer";
}

TEST_F(GatewayTest, HidesAccountsWhereTheUserWantsThat) {
  Add("one", "quota-minute-one");
  config_.proxy.expose_account = false;
  Start();
  const Got got = Chat("hi");
  ASSERT_EQ(got.status, 429);
  EXPECT_FALSE(got.json()["error"].contains("accounts"));
  EXPECT_EQ(got.header("x-account-email"), "");
}

TEST_F(GatewayTest, DoesNotPunishAccountsForTheClientsFault) {
  Add("work", "good-key");
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", R"({"model":"gpt-4o","messages":[]})");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["param"], "messages");
  EXPECT_EQ(RequestsOf("good-key"), 0);
  EXPECT_EQ(Ask("GET", "/agm/accounts").json()["accounts"][0]["state"], "ready");
}

TEST_F(GatewayTest, AsksOnceMoreForAnAnswerThatIsEmpty) {
  Add("work", "good-key");
  Start();
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"times":1,"do":{"empty":true}}]})"));
  EXPECT_NE(Chat("hello").json()["choices"][0]["message"]["content"], "");
  EXPECT_EQ(RequestsOf("good-key"), 2);
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"empty":true}}]})"));
  const Got got = Chat("hello");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"][0]["message"]["content"], "");
  EXPECT_EQ(RequestsOf("good-key"), 4);
}

TEST_F(GatewayTest, GivesAnAnswerThatWasCutInsideItsThoughtsAsItIs) {
  Add("work", "good-key");
  Start();
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"empty":true,"finish":"MAX_TOKENS"}}]})"));
  const Got got = Chat("hello");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(RequestsOf("good-key"), 1);
}

TEST_F(GatewayTest, QuarantinesABadKeyAndGoesOn) {
  Add("bad", "invalid-key");
  Add("good", "good-key");
  config_.accounts[1].priority = 1;
  Start();
  ASSERT_EQ(Chat("hi").status, 200);
  ASSERT_EQ(Chat("hi").status, 200);
  EXPECT_EQ(RequestsOf("invalid-key"), 1);
  EXPECT_EQ(Ask("GET", "/agm/accounts").json()["accounts"][0]["state"], "quarantined");
}

TEST_F(GatewayTest, MovesOnAlongAFallbackChain) {
  Add("work", "good-key");
  config_.accounts[0].models = {"gemini-2.5-flash"};
  config_.mapping = {{"best", {"gemini-3.1-pro-preview", "gemini-2.5-flash"}}};
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", false, "best"));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
}

TEST_F(GatewayTest, WithoutAnyAccountSaysHowToAddOne) {
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(got.json()["error"]["code"], "no_account");
  EXPECT_NE(got.body.find("agm accounts add"), std::string::npos) << got.body;
  const Got ready = Ask("GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.json()["status"], "unavailable");
  EXPECT_NE(ready.body.find("agm accounts add"), std::string::npos);
  EXPECT_EQ(Ask("GET", "/healthz").json()["status"], "ok");
}

TEST_F(GatewayTest, TellsLoadBalancersThatItStopsAndServesMeanwhile) {
  Add("work", "good-key");
  Start();
  const auto ask = [&](test::RawClient& client, const std::string& path) {
    client.Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.Read();
  };
  test::RawClient idle(service_->port());
  ASSERT_EQ(ask(idle, "/readyz")->status, 200);
  std::jthread stop([this] { service_->Stop(Duration(60'000), Duration(60'000)); });
  ASSERT_TRUE(test::Eventually([this] { return Ask("GET", "/readyz").status == 503; }));
  EXPECT_EQ(Ask("GET", "/readyz").json()["status"], "stopping");
  EXPECT_EQ(Ask("GET", "/healthz").status, 200);
  EXPECT_EQ(Ask("GET", "/healthz").json()["status"], "stopping");
  EXPECT_EQ(Chat("hi").status, 200);
  const auto answer = ask(idle, "/v1/models");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("Connection"), "close");
  service_->Stop(Duration(0));
}

TEST_F(GatewayTest, AsksForTheKeyInEveryAnswersOwnShape) {
  Add("work", "good-key");
  config_.proxy.auth_mode = config::AuthMode::kAllExceptHealth;
  config_.proxy.api_keys = {{"laptop", Secret("sk-client")}};
  Start();
  const Got openai = Chat("hi");
  EXPECT_EQ(openai.status, 401);
  EXPECT_EQ(openai.header("www-authenticate"), "Bearer");
  EXPECT_EQ(openai.json()["error"]["type"], "invalid_request_error");
  EXPECT_EQ(Ask("POST", "/v1/messages", "{}").json()["error"]["type"], "authentication_error");
  EXPECT_EQ(Ask("GET", "/v1beta/models").json()["error"]["status"], "UNAUTHENTICATED");
  EXPECT_EQ(Ask("GET", "/healthz").status, 200);
  const Got good =
      Ask("POST", "/v1/chat/completions", ChatBody("hi"), {{"Authorization", "Bearer sk-client"}});
  EXPECT_EQ(good.status, 200) << good.body;
}

TEST_F(GatewayTest, RefusesPathsMethodsAndTypesAsJson) {
  Add("work", "good-key");
  Start();
  const Got path = Ask("GET", "/v1/chatt");
  EXPECT_EQ(path.status, 404);
  EXPECT_EQ(path.json()["error"]["code"], "unknown_url");
  const Got method = Ask("DELETE", "/v1/models");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.header("allow"), "GET, HEAD");
  EXPECT_FALSE(method.json()["error"]["message"].get<std::string>().empty());
  http::OutgoingRequest form;
  const Got type = Ask("POST", "/v1/chat/completions", "",
                       {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(type.status, 415);
  EXPECT_FALSE(type.json()["error"]["message"].get<std::string>().empty());
}

TEST_F(GatewayTest, NamesTheBaseUrlOfAnUnknownPath) {
  Start();
  const std::string message = Ask("GET", "/v2/nothing").json()["error"]["message"];
  EXPECT_NE(message.find("; the base URL is http://127.0.0.1:"), std::string::npos) << message;
  EXPECT_TRUE(message.ends_with("/v1")) << message;
}

TEST_F(GatewayTest, NamesTheBaseUrlThatClientsOfTheApiTake) {
  Start();
  const auto ends_with_port = [](const Got& got) {
    const std::string message = got.json()["error"]["message"];
    const std::size_t port = message.rfind(':');
    EXPECT_NE(message.find("; the base URL is http://127.0.0.1:"), std::string::npos) << message;
    return port != std::string::npos &&
           message.find_first_not_of("0123456789", port + 1) == std::string::npos;
  };
  EXPECT_TRUE(ends_with_port(Ask("GET", "/v1beta/nothing")));
  EXPECT_TRUE(ends_with_port(Ask("GET", "/nothing", "", {{"anthropic-version", "2023-06-01"}})));
}

TEST_F(GatewayTest, TellsAPreflightFromAWrongMethod) {
  Start();
  const Got plain = Ask("OPTIONS", "/v1/chat/completions");
  EXPECT_EQ(plain.status, 405);
  EXPECT_EQ(plain.header("allow"), "POST");
  EXPECT_EQ(plain.json()["error"]["code"], "method_not_supported");
  const Got editor = Ask("OPTIONS", "/v1/chat/completions", "",
                         {{"Origin", "vscode-webview://1"},
                          {"Access-Control-Request-Headers", "authorization,x-stainless-os"}});
  EXPECT_EQ(editor.status, 204);
  EXPECT_EQ(editor.header("access-control-allow-origin"), "vscode-webview://1");
  EXPECT_EQ(editor.header("access-control-allow-headers"), "authorization,x-stainless-os");
  EXPECT_EQ(editor.header("access-control-max-age"), "600") << "else each request asks twice";
  EXPECT_EQ(Ask("OPTIONS", "/v1/models", "", {{"Origin", "https://evil.example"}}).status, 403);
}

TEST_F(GatewayTest, TakesTheModelFromAzuresPath) {
  Add("work", "good-key");
  Start();
  const std::string path = "/openai/deployments/gemini-2.5-pro/chat/completions?api-version=1";
  for (const char* body : {R"({"messages":[{"role":"user","content":"hi"}]})",
                           R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})"}) {
    const Got got = Ask("POST", path, body);
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-pro");
  }
}

TEST_F(GatewayTest, HelpsWithAModelThatNobodyServes) {
  Add("work", "good-key");
  config_.accounts[0].models = {"gemini-2.5-*"};
  config_.mapping = {{"smart", {"gemini-9-ultra"}}};
  Start();
  const auto said = [&](const std::string& model) {
    const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", false, model));
    EXPECT_EQ(got.status, 404) << got.body;
    EXPECT_EQ(got.json()["error"]["code"], "model_not_found");
    EXPECT_EQ(got.json()["error"]["param"], "model");
    return got.json()["error"]["message"].get<std::string>();
  };
  EXPECT_EQ(said("gemini-2.6-flash"),
            "no account has access to the model \"gemini-2.6-flash\"; no rule maps this name; did "
            "you mean \"gemini-2.5-flash\"?; `agm models` lists the models, `agm map set "
            "gemini-2.6-flash MODEL` maps the name");
  EXPECT_NE(said("smart").find("your rule \"smart\" led to \"gemini-9-ultra\""), std::string::npos);
  EXPECT_NE(said("openai/gemini-2.5-pro").find("did you mean \"gemini-2.5-pro\"?"),
            std::string::npos);
  EXPECT_NE(said("gemini-2.5-flash:free").find("did you mean \"gemini-2.5-flash\"?"),
            std::string::npos);
  EXPECT_EQ(RequestsOf("good-key"), 0);
}

TEST_F(GatewayTest, ListsEachExactNameThatItServesAndFindsPatternsToo) {
  Add("work", "good-key");
  config_.mapping = {{"my-*", {"gemini-2.5-flash"}}};
  Start();
  std::vector<std::string> ids;
  const Json list = Ask("GET", "/v1/models").json();
  for (const Json& model : list["data"]) ids.push_back(model["id"]);
  ASSERT_NE(std::find(ids.begin(), ids.end(), "o3"), ids.end());
  for (const std::string& id : ids) {
    EXPECT_EQ(id.find('*'), std::string::npos) << id;
    EXPECT_EQ(Ask("GET", "/v1/models/" + id).json()["id"], id);
  }
  EXPECT_EQ(Ask("GET", "/v1/models/my-own").json()["id"], "my-own");
  EXPECT_EQ(Ask("GET", "/v1/models/nothing").status, 404);
}

TEST_F(GatewayTest, LeavesBuiltInNamesOutOfTheListWhereTheUserWantsThat) {
  Add("work", "good-key");
  config_.proxy.list_aliases = false;
  Start();
  const Json list = Ask("GET", "/v1/models").json();
  EXPECT_FALSE(list["data"].empty());
  for (const Json& model : list["data"]) EXPECT_NE(model["id"], "o3");
  EXPECT_EQ(Ask("GET", "/v1/models/o3").json()["id"], "o3");
}

TEST_F(GatewayTest, ListsModelsInBothShapes) {
  Add("work", "good-key");
  config_.mapping = {{"my-model", {"gemini-2.5-flash"}}, {"gpt-5*", {"gemini-2.5-pro"}}};
  Start();
  Json list = Ask("GET", "/v1/models").json();
  std::vector<std::string> ids;
  for (const Json& model : list["data"]) ids.push_back(model["id"]);
  EXPECT_NE(std::find(ids.begin(), ids.end(), "gemini-2.5-flash"), ids.end());
  EXPECT_NE(std::find(ids.begin(), ids.end(), "my-model"), ids.end());
  EXPECT_EQ(std::find(ids.begin(), ids.end(), "gpt-5*"), ids.end());
  EXPECT_EQ(Ask("GET", "/v1/models/my-model").json()["id"], "my-model");
  EXPECT_EQ(Ask("GET", "/v1/models/none").status, 404);
  Json google = Ask("GET", "/v1/models", "", {{"x-goog-api-key", "any"}}).json();
  EXPECT_TRUE(google["models"][0]["name"].get<std::string>().starts_with("models/"));
}

TEST_F(GatewayTest, CountsWhatItDid) {
  Add("work", "good-key");
  Start();
  ASSERT_EQ(Chat("hi").status, 200);
  const std::string metrics = Ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("agm_requests_total{route=\"chat_completions\",status=\"200\"} 1"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find("agm_account_state{account=\"work\",state=\"ready\"} 1"),
            std::string::npos);
  EXPECT_NE(
      metrics.find("agm_first_byte_seconds_count{route=\"chat_completions\",stream=\"false\"} 1"),
      std::string::npos);
}

TEST_F(GatewayTest, KeepsTheAccountsStateOverAReload) {
  Add("limited", "quota-minute-key");
  Add("fresh", "good-key");
  config_.accounts[1].priority = 1;
  Start();
  ASSERT_EQ(Chat("hi").status, 200);
  config_.mapping = {{"mine", {"gemini-2.5-flash"}}};
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", false, "mine"));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
  EXPECT_EQ(RequestsOf("quota-minute-key"), 1);
}

TEST_F(GatewayTest, BuildsOnAnswersThatItKept) {
  Add("work", "good-key");
  Start();
  Json first =
      Ask("POST", "/v1/responses", R"({"model":"gemini-2.5-flash","input":"my name is Ada"})")
          .json();
  ASSERT_EQ(first["object"], "response") << first;
  const std::string id = first["id"];
  mock_->TakeRequests();
  const Got second = Ask(
      "POST", "/v1/responses",
      R"({"model":"gemini-2.5-flash","input":"who am I?","previous_response_id":")" + id + "\"}");
  ASSERT_EQ(second.status, 200) << second.body;
  const auto seen = mock_->TakeRequests();
  ASSERT_FALSE(seen.empty());
  EXPECT_NE(seen.back().body.find("my name is Ada"), std::string::npos);
  EXPECT_NE(seen.back().body.find("who am I?"), std::string::npos);

  EXPECT_EQ(Ask("GET", "/v1/responses/" + id).json()["id"], id);
  Json items = Ask("GET", "/v1/responses/" + id + "/input_items").json();
  EXPECT_EQ(items["data"][0]["content"][0]["text"], "my name is Ada");
  EXPECT_EQ(Ask("DELETE", "/v1/responses/" + id).json()["deleted"], true);
  EXPECT_EQ(Ask("GET", "/v1/responses/" + id).status, 404);
}

TEST_F(GatewayTest, KeepsAStreamedAnswerThatFailed) {
  Add("work", "good-key");
  Start();
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"cut_after_events":2}}]})"));
  const Got got =
      Ask("POST", "/v1/responses",
          R"({"model":"gemini-2.5-flash","stream":true,"input":"tell me a long story"})");
  ASSERT_NE(got.body.find("response.failed"), std::string::npos) << got.body;
  const std::size_t at = got.body.find("\"id\":\"resp_") + 6;
  const std::string id = got.body.substr(at, got.body.find('"', at) - at);
  Json kept = Ask("GET", "/v1/responses/" + id).json();
  EXPECT_EQ(kept["status"], "failed") << kept;
  EXPECT_EQ(kept["id"], id);
}

TEST_F(GatewayTest, NeverShowsAnAnswerToAnotherClientsKey) {
  Add("work", "good-key");
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  config_.proxy.api_keys = {{"ada", Secret("sk-ada")}, {"bob", Secret("sk-bob")}};
  Start();
  const std::vector<http::Header> ada = {{"Authorization", "Bearer sk-ada"}};
  const std::vector<http::Header> bob = {{"Authorization", "Bearer sk-bob"}};
  const std::string id =
      Ask("POST", "/v1/responses", R"({"model":"gemini-2.5-flash","input":"secret"})", ada)
          .json()["id"];
  EXPECT_EQ(Ask("GET", "/v1/responses/" + id, "", ada).status, 200);
  EXPECT_EQ(Ask("GET", "/v1/responses/" + id, "", bob).status, 404);
  const Got built =
      Ask("POST", "/v1/responses",
          R"({"model":"gemini-2.5-flash","input":"x","previous_response_id":")" + id + "\"}", bob);
  EXPECT_EQ(built.status, 400);
  EXPECT_EQ(built.json()["error"]["code"], "previous_response_not_found");
}

TEST_F(GatewayTest, TakesAResponsesBodyOnTheChatRoute) {
  Add("work", "good-key");
  Start();
  const Got got =
      Ask("POST", "/v1/chat/completions", R"({"model":"gemini-2.5-flash","input":"hi"})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["object"], "chat.completion");
}

TEST_F(GatewayTest, GivesSeveralChoicesWhereTheModelGivesOne) {
  Add("work", "good-key");
  Start();
  const Got got =
      Ask("POST", "/v1/chat/completions",
          R"({"model":"gemini-3.5-flash","n":3,"messages":[{"role":"user","content":"hi"}]})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"].size(), 3U);
}

TEST_F(GatewayTest, AsksForSeveralChoicesSideBySide) {
  Add("work", "good-key");
  Start();
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"hang_ms":300}}]})"));
  const auto begun = std::chrono::steady_clock::now();
  const Got got =
      Ask("POST", "/v1/chat/completions",
          R"({"model":"gemini-3.5-flash","n":6,"messages":[{"role":"user","content":"hi"}]})");
  const auto took = std::chrono::steady_clock::now() - begun;
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"].size(), 6U);
  EXPECT_LT(took, std::chrono::milliseconds(1200));
}

// An upstream that sends a long response in hops; `bodies` collects its requests.
std::unique_ptr<test::ScriptedServer> LongAnswer(std::vector<std::string> answers,
                                                 Guarded<std::vector<std::string>>& bodies) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return std::make_unique<test::ScriptedServer>(
      [next, answers = std::move(answers), &bodies](test::Visitor& visitor) mutable {
        while (visitor.ReadRequest()) {
          if (visitor.head().starts_with("GET")) {
            visitor.Send(test::HttpAnswer("{}"));
            continue;
          }
          auto all = bodies.Lock();
          all->push_back(visitor.body());
          visitor.Send(test::HttpAnswer(answers[std::min((*next)++, answers.size() - 1)]));
        }
      });
}

constexpr const char* kFirstHop =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"one, "}]},)"
    R"("finishReason":"CONTINUATION","continuationToken":"tok-1"}],)"
    R"("usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}})";
constexpr const char* kLastHop =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"two"}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12}})";

TEST_F(GatewayTest, FollowsALongAnswerOverItsHops) {
  Guarded<std::vector<std::string>> bodies;
  const auto upstream = LongAnswer({kFirstHop, kLastHop}, bodies);
  config_.accounts.push_back(AccountOf("work", "good-key", upstream->url()));
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("count", false, "gemini-4-neon"));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"][0]["message"]["content"], "one, two");
  EXPECT_EQ(got.json()["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(got.json()["usage"]["prompt_tokens"], 5);
  EXPECT_EQ(got.json()["usage"]["completion_tokens"], 5);
  const auto asked = bodies.Copy();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].find("continuationToken"), std::string::npos);
  EXPECT_EQ(Json::parse(asked[1])["continuationToken"], "tok-1");
  EXPECT_EQ(Json::parse(asked[1])["contents"], Json::parse(asked[0])["contents"]);
}

TEST_F(GatewayTest, EndsALongAnswerAsCutWhereNoHopCanBeHad) {
  Guarded<std::vector<std::string>> bodies;
  const auto upstream = LongAnswer({kFirstHop, "this is no answer"}, bodies);
  config_.accounts.push_back(AccountOf("work", "good-key", upstream->url()));
  Start();
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody("count", false, "gemini-4-neon"));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["choices"][0]["message"]["content"], "one, ");
  EXPECT_EQ(got.json()["choices"][0]["finish_reason"], "length");
}

TEST_F(GatewayTest, EmbedsMoreTextsThanOneCallTakesOverAnAccountThatGivesOut) {
  Add("one", "good-one");
  Add("two", "good-two");
  Start();
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps":[{"match":{"method":"batchEmbedContents","nth":2},"do":{"error":"quota-minute"}}]})"));
  Json body = {{"model", "text-embedding-3-small"}, {"dimensions", 8}, {"input", Json::array()}};
  for (int i = 0; i < 150; ++i) body["input"].push_back("text " + std::to_string(i));
  const Got got = Ask("POST", "/v1/embeddings", DumpJson(body));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-embedding-2");
  EXPECT_EQ(got.header("x-account-email"), "two@example.com");
  Json json = got.json();
  ASSERT_EQ(json["data"].size(), 150U);
  EXPECT_EQ(json["data"][149]["index"], 149);
  EXPECT_EQ(json["data"][0]["embedding"].size(), 8U);
  EXPECT_NE(json["data"][0]["embedding"], json["data"][149]["embedding"]);
  EXPECT_GT(json["usage"]["prompt_tokens"], 0);
  EXPECT_EQ(RequestsOf("good-one"), 1 + 2);  // the list of models, then two calls
  EXPECT_EQ(RequestsOf("good-two"), 1 + 1);
}

TEST_F(GatewayTest, RefusesEmbeddingsInOpenAisShape) {
  Add("one", "good-one");
  Start();
  const Got got = Ask("POST", "/v1/embeddings", R"({"model":"m","input":[1,2]})");
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["param"], "input");
  EXPECT_EQ(RequestsOf("good-one"), 0);
}

TEST_F(GatewayTest, AnswersUpgradesWithoutMakingTheClientWait) {
  Add("work", "good-key");
  Start();
  const Got got = Ask("GET", "/v1/responses", "", {{"Upgrade", "websocket"}});
  EXPECT_EQ(got.status, 426);
  EXPECT_EQ(got.header("connection"), "close");
}

TEST_F(GatewayTest, RefusesABodyThatIsNoObjectAlsoWhereThePathNamesTheModel) {
  Add("work", "good-key");
  Start();
  for (const char* body : {"[]", "[1]", "{", "null"}) {
    const Got got = Ask("POST", "/openai/deployments/gemini-2.5-pro/chat/completions", body);
    EXPECT_EQ(got.status, 400) << body;
    EXPECT_EQ(got.json()["error"]["message"].get<std::string>().find("messages"), std::string::npos)
        << got.body;
  }
}

TEST_F(GatewayTest, SaysThatAnotherAccountIsAvailableWhereTheAttemptsAreUsedUp) {
  Add("one", "key-one");
  Add("two", "key-two");
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"error":"quota-minute"}}]})"));
  config_.proxy.max_attempts = 1;
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 429) << got.body;
  EXPECT_EQ(got.header("retry-after"), "1");
  const std::string message = got.json()["error"]["message"];
  EXPECT_TRUE(message.ends_with("; another account is available, try again in 1s")) << message;
}

}  // namespace
}  // namespace agm::gateway
