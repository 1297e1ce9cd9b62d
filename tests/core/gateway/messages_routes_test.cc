// Anthropic's routes over real sockets.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"
#include "core/gateway/session.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/messages_grammar.h"

namespace agm::gateway {
namespace {

constexpr const char* kHello =
    R"({"model":"gemini-3-flash-preview","max_tokens":4000,"messages":[{"role":"user","content":"hi"}])";

class MessagesRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
  }

  void Script(const std::string& steps) {
    ASSERT_TRUE(mock_->SetScript("{\"steps\":[" + steps + "]}"));
  }

  Got Messages(const std::string& more = "") {
    return Ask("POST", "/v1/messages", kHello + more + "}");
  }

  Got Count(const std::string& text) {
    const Json body = {{"model", "gemini-3-flash-preview"},
                       {"messages", Json::array({{{"role", "user"}, {"content", text}}})}};
    return Ask("POST", "/v1/messages/count_tokens", body.dump());
  }

  // How many requests for this method the mock has received since the last call.
  long Asked(std::string_view method) {
    const auto requests = mock_->TakeRequests();
    return std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
      return request.path.find(method) != std::string::npos;
    });
  }
};

TEST_F(MessagesRoutesTest, ACountBeforeEditsOfTheContextIsTheSame) {
  Start();
  const std::string body =
      R"({"model":"gemini-3-flash-preview","messages":[{"role":"user","content":"hi"}],)"
      R"("context_management":{"edits":[{"type":"clear_thinking_20251015"}]}})";
  const Json counted = Ask("POST", "/v1/messages/count_tokens", body).json();
  ASSERT_TRUE(counted["input_tokens"].is_number()) << counted;
  EXPECT_EQ(counted["context_management"]["original_input_tokens"], counted["input_tokens"]);
  EXPECT_FALSE(Count("hi").json().contains("context_management"));
}

TEST_F(MessagesRoutesTest, NameTheRequestInHeaderAndError) {
  Start();
  const Got good = Messages();
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.header("request-id"), good.header("x-request-id"));
  const Got bad = Ask("POST", "/v1/messages", "{}");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.json()["request_id"], bad.header("request-id"));
  EXPECT_EQ(Ask("GET", "/v1/models").header("request-id"), "");
}

TEST_F(MessagesRoutesTest, SendPingsWhileTheUpstreamIsSilent) {
  config_.proxy.keepalive_interval = Duration(30);
  Start();
  Script(R"({"do":{"stall_after_events":1,"stall_ms":200}})");
  const Got got = Messages(R"(,"stream":true)");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_NE(got.body.find("event: ping\ndata: {\"type\":\"ping\"}\n\n"), std::string::npos);
  EXPECT_EQ(test::MessagesStreamProblem(got.body), "") << got.body;
}

TEST_F(MessagesRoutesTest, KeepTheSignatureOfACallForItsResult) {
  Start();
  constexpr std::string_view kTools = R"(,"tools":[{"name":"f","input_schema":{"type":"object"}}])";
  const Json call =
      Json::parse(
          Ask("POST", "/v1/messages",
              R"({"model":"gemini-3-flash-preview","max_tokens":4000,"messages":[{"role":"user","content":"call f {}"}])" +
                  std::string(kTools) + "}")
              .body)["content"]
          .back();
  ASSERT_EQ(call["type"], "tool_use");
  mock_->TakeRequests();
  const Json messages = Json::array(
      {{{"role", "user"}, {"content", "call f {}"}},
       {{"role", "assistant"}, {"content", Json::array({call})}},
       {{"role", "user"},
        {"content", Json::array({{{"type", "tool_result"}, {"tool_use_id", call["id"]}}})}}});
  const std::string body = R"({"model":"gemini-3-flash-preview","max_tokens":4000,"messages":)" +
                           messages.dump() + std::string(kTools) + "}";
  ASSERT_EQ(Ask("POST", "/v1/messages", body).status, 200);
  const Json asked = Json::parse(mock_->TakeRequests().back().body);
  const std::string signature = asked["contents"][1]["parts"][0].value("thoughtSignature", "");
  EXPECT_NE(signature, "");
  EXPECT_NE(signature, "skip_thought_signature_validator");
}

TEST_F(MessagesRoutesTest, GenerateNothingForNoTokens) {
  Start();
  mock_->TakeRequests();
  const Got got = Ask(
      "POST", "/v1/messages",
      R"({"model":"gemini-3-flash-preview","max_tokens":0,"messages":[{"role":"user","content":"hi"}]})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["stop_reason"], "max_tokens");
  EXPECT_GT(got.json()["usage"]["input_tokens"], 0);
  EXPECT_EQ(Asked(":generateContent"), 0);
}

TEST_F(MessagesRoutesTest, CountEqualPromptsOnceAndWithoutALease) {
  Start();
  const long before = Ask("GET", "/agm/accounts").json()["accounts"][0]["requests"];
  mock_->TakeRequests();
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 24; ++i) {
    clients.emplace_back(
        [&] { good += Count("the same text").json()["input_tokens"] > 0 ? 1 : 0; });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 24);
  EXPECT_EQ(Asked(":countTokens"), 1);
  EXPECT_EQ(Ask("GET", "/agm/accounts").json()["accounts"][0]["requests"], before);
}

TEST_F(MessagesRoutesTest, EstimateWhereTheUpstreamCannotCount) {
  Start();
  Script(R"({"match":{"method":"countTokens"},"do":{"error":"quota-minute"}})");
  const Got got = Count(std::string(4000, 'x'));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_GT(got.json()["input_tokens"], 500);
  EXPECT_LT(got.json()["input_tokens"], 2000);
  EXPECT_EQ(Ask("GET", "/agm/accounts").json()["accounts"][0]["state"], "ready");
}

TEST_F(MessagesRoutesTest, EstimateWhereTheUpstreamTakesTooLongToCount) {
  Start();
  Script(R"({"match":{"method":"countTokens"},"do":{"hang_ms":20000}})");
  const auto began = std::chrono::steady_clock::now();
  const Got got = Count(std::string(4000, 'x'));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_GT(got.json()["input_tokens"], 500);
}

TEST_F(MessagesRoutesTest, ListModelsOnOnePageForTheirVersionHeader) {
  Start();
  const Json page = Ask("GET", "/v1/models", "", {{"anthropic-version", "2023-06-01"}}).json();
  EXPECT_EQ(page["has_more"], false);
  ASSERT_FALSE(page["data"].empty());
  EXPECT_EQ(page["data"][0]["type"], "model");
  EXPECT_EQ(page["first_id"], page["data"][0]["id"]);
  EXPECT_EQ(page["last_id"], page["data"].back()["id"]);
  const std::string path = "/v1/models/" + page["last_id"].get<std::string>();
  EXPECT_EQ(Ask("GET", path, "", {{"anthropic-version", "x"}}).json()["id"], page["last_id"]);
  EXPECT_EQ(Ask("GET", path).json()["object"], "model");
}

TEST_F(MessagesRoutesTest, RefuseWhatIsNotServedInTheirOwnForm) {
  Start();
  const Got batches = Ask("POST", "/v1/messages/batches", "{}");
  EXPECT_EQ(batches.status, 404);
  EXPECT_EQ(batches.json()["error"]["type"], "not_found_error");
  const Got files = Ask("GET", "/v1/files", "", {{"anthropic-version", "2023-06-01"}});
  EXPECT_EQ(files.status, 200);
  EXPECT_EQ(files.json()["has_more"], false);
  const Got missing = Ask("GET", "/v1/files/file_x", "", {{"anthropic-version", "2023-06-01"}});
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.json()["type"], "error");
  EXPECT_FALSE(Ask("GET", "/v1/files/file_x").json().contains("type"));
}

TEST_F(MessagesRoutesTest, TellOfAPromptThatIsTooLongInTheWordsOfTheApi) {
  Start();
  Script(R"({"do":{"error":"too-long"}})");
  const Got got = Messages();
  EXPECT_EQ(got.status, 400);
  const std::string message = got.json()["error"]["message"];
  EXPECT_EQ(message, "prompt is too long: 1048999 tokens > 1048576 maximum");
}

TEST(SessionHeader, IsTheSessionWithItsAgent) {
  http::Request request;
  EXPECT_EQ(SessionHeader(request), "");
  request.headers = {{"X-Claude-Code-Session-Id", "s"}};
  EXPECT_EQ(SessionHeader(request), "s");
  request.headers.emplace_back("x-claude-code-agent-id", "a");
  EXPECT_EQ(SessionHeader(request), "s\na");
  request.headers.emplace_back("x-session-id", "own");
  EXPECT_EQ(SessionHeader(request), "own");
}

}  // namespace
}  // namespace agm::gateway
