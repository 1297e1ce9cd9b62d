// Accounts of kind openai: a local server that answers what it is told, and another agm.

#include <gmock/gmock.h>

#include "core/base/guarded.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/scripted_server.h"

namespace agm::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A server with OpenAI's API and one model.
class LocalServer {
 public:
  explicit LocalServer(std::string model)
      : model_(std::move(model)), server_([this](test::Visitor& visitor) { Serve(visitor); }) {}

  std::string url() const { return server_.url("/v1"); }
  std::vector<std::string> heads() const { return seen_.Copy().heads; }
  std::vector<std::string> bodies() const { return seen_.Copy().bodies; }
  /// The next requests are answered with this status and body; 0: normally.
  void Refuse(int status, std::string body) {
    auto seen = seen_.Lock();
    seen->status = status;
    seen->refusal = std::move(body);
  }
  /// False: it has no images API.
  void Draws(bool images_api) {
    auto seen = seen_.Lock();
    seen->draws = images_api;
  }

 private:
  struct Seen {
    std::vector<std::string> heads;
    std::vector<std::string> bodies;
    int status = 0;
    bool draws = true;  ///< has the images API
    std::string refusal;
  };

  void Serve(test::Visitor& visitor) {
    while (visitor.ReadRequest()) {
      if (visitor.head().starts_with("GET")) {
        visitor.Send(test::HttpAnswer(R"({"object":"list","data":[{"id":")" + model_ +
                                      R"(","owned_by":"library"},{"id":"bare"}]})"));
        continue;
      }
      visitor.Send(Answer(visitor));
    }
  }

  std::string Answer(const test::Visitor& visitor) {
    auto seen = seen_.Lock();
    seen->heads.push_back(visitor.head());
    seen->bodies.push_back(visitor.body());
    if (seen->status != 0) return test::HttpAnswer(seen->refusal, seen->status);
    if (visitor.head().find("/images/generations") != std::string::npos) {
      if (!seen->draws) return test::HttpAnswer(R"({"error":{"message":"Not Found"}})", 404);
      return test::HttpAnswer(
          R"({"created":1,"data":[{"b64_json":"iVBORw0KGgo="},{"b64_json":"iVBORw0KGgo="}],)"
          R"("usage":{"input_tokens":3,"output_tokens":7}})");
    }
    if (visitor.body().find("\"modalities\":[\"image\"]") != std::string::npos) {
      return test::HttpAnswer(
          R"({"choices":[{"index":0,"message":{"role":"assistant","content":"","images":[{"type":)"
          R"("image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},)"
          R"("finish_reason":"stop"}]})");
    }
    if (visitor.head().find("/embeddings") != std::string::npos) {
      return test::HttpAnswer(
          R"({"data":[{"index":0,"embedding":[0.5,0.25]}],"usage":{"prompt_tokens":1}})");
    }
    if (visitor.body().find("\"stream\":true") != std::string::npos) {
      return test::HttpAnswer(
          "data: {\"choices\":[{\"delta\":{\"content\":\"local\"}}]}\n\n"
          "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":"
          "{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n",
          200, "text/event-stream");
    }
    return test::HttpAnswer(
        R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":)"
        R"("local"},"finish_reason":"stop"}],"timings":{"ms":1}})");
  }

  const std::string model_;
  Guarded<Seen> seen_;
  test::ScriptedServer server_;
};

class OpenAiUpstreamTest : public GatewayTest {
 protected:
  void AddLocal(const std::string& url, const std::string& key = "") {
    config::Account account;
    account.name = "local";
    account.kind = config::AccountKind::kOpenAi;
    account.base_url = url;
    account.api_key = Secret(key);
    config_.accounts.push_back(account);
  }

  Got Chat(const std::string& model, bool stream = false) {
    return Ask("POST", "/v1/chat/completions", ChatBody("Hi", stream, model));
  }
  static std::string Text(const Got& got) {
    const Json json = got.json();
    return got.status == 200 ? json["choices"][0]["message"]["content"].get<std::string>()
                             : got.body;
  }

  LocalServer local_{"llama3.3:latest"};
};

TEST_F(OpenAiUpstreamTest, AnswersEveryFrontDialect) {
  AddLocal(local_.url());
  Start();
  EXPECT_EQ(Text(Chat("llama3.3")), "local");
  EXPECT_THAT(Chat("llama3.3", true).body, HasSubstr("\"content\":\"local\""));
  const Got message =
      Ask("POST", "/v1/messages",
          R"({"model":"llama3.3","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(message.json()["content"][0]["text"], "local") << message.body;
  const Got response = Ask("POST", "/v1/responses", R"({"model":"llama3.3","input":"Hi"})");
  EXPECT_EQ(response.json()["output"][0]["content"][0]["text"], "local") << response.body;
  const Got completion = Ask("POST", "/v1/completions", R"({"model":"llama3.3","prompt":"Hi"})");
  EXPECT_EQ(completion.json()["choices"][0]["text"], "local") << completion.body;
  const Got embedding = Ask("POST", "/v1/embeddings", R"({"model":"llama3.3","input":"Hi"})");
  EXPECT_EQ(embedding.json()["data"][0]["embedding"], Json::array({0.5, 0.25})) << embedding.body;
  const Got count = Ask("POST", "/v1/messages/count_tokens",
                        R"({"model":"llama3.3","messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_GT(count.json()["input_tokens"], 0) << count.body;
}

TEST_F(OpenAiUpstreamTest, SendsNoAuthorizationWithoutAKey) {
  AddLocal(local_.url());
  Start();
  EXPECT_EQ(Chat("llama3.3").status, 200);
  EXPECT_THAT(local_.heads().at(0), Not(HasSubstr("uthorization")));
}

TEST_F(OpenAiUpstreamTest, SendsTheKeyAsABearerToken) {
  AddLocal(local_.url(), "sk-local");
  Start();
  EXPECT_EQ(Chat("llama3.3").status, 200);
  EXPECT_THAT(local_.heads().at(0), HasSubstr("Authorization: Bearer sk-local"));
}

TEST_F(OpenAiUpstreamTest, PassesUnknownFieldsThroughAndBack) {
  AddLocal(local_.url());
  Start();
  const Got got = Ask("POST", "/v1/chat/completions",
                      R"({"model":"llama3.3","min_p":0.1,"messages":[{"role":"user",)"
                      R"("content":"Hi"}]})");
  EXPECT_THAT(local_.bodies().at(0), HasSubstr("\"min_p\":0.1"));
  EXPECT_EQ(got.json()["timings"]["ms"], 1) << got.body;
}

TEST_F(OpenAiUpstreamTest, AsksEachAccountOnlyForTheModelsOfItsUpstream) {
  Add("google", "good-key");
  AddLocal(local_.url());
  Start();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(Text(Chat("llama3.3")), "local");
    EXPECT_THAT(Text(Chat("gemini-2.5-flash")), HasSubstr("mock"));
  }
  EXPECT_EQ(local_.bodies().size(), 4U);
  EXPECT_EQ(RequestsOf("good-key"), 1 + 4);  // the list of models, then the calls
}

TEST_F(OpenAiUpstreamTest, ListsModelsWithTheOwnerThatTheirServerNames) {
  Add("google", "good-key");
  AddLocal(local_.url());
  Start();
  const auto owner = [&](const std::string& model) {
    const Got got = Ask("GET", "/v1/models/" + model);
    EXPECT_EQ(got.status, 200) << got.body;
    return got.json().value("owned_by", "");
  };
  EXPECT_EQ(owner("llama3.3:latest"), "library");
  EXPECT_EQ(owner("bare"), "unknown");
  EXPECT_EQ(owner("gemini-2.5-flash"), "google");
}

TEST_F(OpenAiUpstreamTest, SendsATargetThatNamesItsAccountThere) {
  Add("google", "good-key");
  AddLocal(local_.url());
  config_.mapping.push_back({"gpt-4o", {"local/llama3.3"}});
  Start();
  EXPECT_EQ(Text(Chat("gpt-4o")), "local");
  EXPECT_EQ(Text(Chat("local/llama3.3")), "local");
  EXPECT_THAT(local_.bodies().at(0), HasSubstr("\"model\":\"llama3.3\""));
}

TEST_F(OpenAiUpstreamTest, FallsBackToTheLocalModelAndReturnsByItself) {
  Add("google", "good-key");
  AddLocal(local_.url());
  config_.mapping.push_back({"gpt-4o", {"gemini-2.5-flash", "llama3.3"}});
  ASSERT_TRUE(
      mock_->SetScript(R"({"steps":[{"times":1,"do":{"error":"quota-minute","retry":"1s"}}]})"));
  Start();
  EXPECT_EQ(Text(Chat("gpt-4o")), "local");  // Google is out of quota
  EXPECT_EQ(Text(Chat("gpt-4o")), "local");
  const TimePoint end = SystemClock().Now() + std::chrono::seconds(10);
  std::string text = "local";
  while (text == "local" && SystemClock().Now() < end) {
    SystemClock().Sleep(Duration(200));
    text = Text(Chat("gpt-4o"));
  }
  EXPECT_THAT(text, HasSubstr("mock"));
}

// A conversation goes on at the local model with the calls and results that Google's model made.
TEST_F(OpenAiUpstreamTest, TellsAMovedConversationInTheNewProvidersForm) {
  Add("google", "good-key");
  AddLocal(local_.url());
  Start();
  Json body = Json::parse(ChatBody("call look {\"x\":1}", false, "gemini-3-pro-preview"));
  body["tools"] = Json::array(
      {{{"type", "function"},
        {"function",
         {{"name", "look"},
          {"parameters", {{"type", "object"}, {"properties", {{"x", {{"type", "integer"}}}}}}}}}}});
  const Json turn =
      Ask("POST", "/v1/chat/completions", DumpJson(body)).json()["choices"][0]["message"];
  ASSERT_TRUE(turn.contains("tool_calls")) << turn;
  body["messages"].push_back(turn);
  body["messages"].push_back(
      {{"role", "tool"}, {"tool_call_id", turn["tool_calls"][0]["id"]}, {"content", "42"}});
  body["model"] = "llama3.3";
  EXPECT_EQ(Text(Ask("POST", "/v1/chat/completions", DumpJson(body))), "local");
  const Json sent = Json::parse(local_.bodies().at(0));
  EXPECT_EQ(sent["messages"][1]["tool_calls"][0]["function"]["name"], "look");
  EXPECT_EQ(sent["messages"][2]["content"], "42");
  EXPECT_THAT(local_.bodies().at(0), Not(HasSubstr("signature")));
}

TEST_F(OpenAiUpstreamTest, RepairsARequestWithAFieldThatTheServerDoesNotTake) {
  AddLocal(local_.url());
  Start();
  local_.Refuse(400, R"({"error":{"message":"Unrecognized request argument supplied: min_p"}})");
  Ask("POST", "/v1/chat/completions",
      R"({"model":"llama3.3","min_p":0.1,"messages":[{"role":"user","content":"Hi"}]})");
  ASSERT_EQ(local_.bodies().size(), 2U);
  EXPECT_THAT(local_.bodies().at(1), Not(HasSubstr("min_p")));
}

TEST_F(OpenAiUpstreamTest, GivesAModelItsReasoningDetailsBackInTheNextTurn) {
  AddLocal(local_.url());
  Start();
  const std::string details =
      R"([{"type":"reasoning.encrypted","data":"QUJD","id":"r1","format":"f","index":0}])";
  local_.Refuse(200, R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
                     R"("content":null,"reasoning_details":)" +
                         details +
                         R"(,"tool_calls":[{"id":"call_1","type":"function","function":)"
                         R"({"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})");
  const Json ask = {{"model", "llama3.3:latest"},
                    {"messages", Json::array({{{"role", "user"}, {"content", "Hi"}}})}};
  const Got first = Ask("POST", "/v1/chat/completions", DumpJson(ask));
  const Json turn = first.json()["choices"][0]["message"];
  ASSERT_EQ(turn["tool_calls"][0]["id"], "call_1") << first.body;
  Json next = ask;
  next["messages"].push_back({{"role", "assistant"}, {"tool_calls", turn["tool_calls"]}});
  next["messages"].push_back({{"role", "tool"}, {"tool_call_id", "call_1"}, {"content", "r"}});
  Ask("POST", "/v1/chat/completions", DumpJson(next));
  const Json sent = Json::parse(local_.bodies().back());
  EXPECT_EQ(sent["messages"][1]["reasoning_details"], Json::parse(details)) << sent;
  next["messages"][1]["tool_calls"][0]["id"] = "call_2";
  next["messages"][2]["tool_call_id"] = "call_2";
  Ask("POST", "/v1/chat/completions", DumpJson(next));
  EXPECT_THAT(local_.bodies().back(), Not(HasSubstr("reasoning_details")));
}

TEST_F(OpenAiUpstreamTest, DrawsWithTheServersImagesApi) {
  AddLocal(local_.url());
  Start();
  const Got got = Ask("POST", "/v1/images/generations",
                      R"({"model":"llama3.3:latest","prompt":"a cat","n":2,"size":"1024x1024"})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["data"].size(), 2U);
  EXPECT_EQ(got.json()["data"][0]["b64_json"], "iVBORw0KGgo=");
  EXPECT_EQ(got.json()["usage"]["output_tokens"], 7);
  EXPECT_THAT(local_.heads().back(), HasSubstr("POST /v1/images/generations"));
  EXPECT_EQ(Json::parse(local_.bodies().back()), (Json{{"model", "llama3.3:latest"},
                                                       {"prompt", "a cat"},
                                                       {"n", 2},
                                                       {"response_format", "b64_json"},
                                                       {"size", "1024x1024"}}));
}

TEST_F(OpenAiUpstreamTest, DrawsInAChatWhereTheServerHasNoImagesApi) {
  local_.Draws(false);
  AddLocal(local_.url());
  Start();
  const Got got =
      Ask("POST", "/v1/images/generations", R"({"model":"llama3.3:latest","prompt":"a cat"})");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["data"][0]["b64_json"], "iVBORw0KGgo=");
  EXPECT_THAT(local_.heads().back(), HasSubstr("POST /v1/chat/completions"));
}

TEST_F(OpenAiUpstreamTest, RefusesNativeCallsOfItsModels) {
  Add("google", "key-a");
  AddLocal(local_.url());
  Start();
  for (const std::string method : {"generateContent", "streamGenerateContent?alt=sse"}) {
    const Got got = Ask("POST", "/v1beta/models/llama3.3:latest:" + method,
                        R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
    EXPECT_EQ(got.status, 404);
    EXPECT_EQ(got.json()["error"]["status"], "NOT_FOUND");
    const std::string message = got.json()["error"]["message"];
    EXPECT_THAT(message, HasSubstr("models/llama3.3:latest is not found"));
    EXPECT_THAT(message, HasSubstr("ask for it at /v1/chat/completions"));
  }
  EXPECT_TRUE(local_.heads().empty());
  EXPECT_THAT(Ask("GET", "/v1beta/models").body, Not(HasSubstr("llama3.3")));
  EXPECT_THAT(Ask("GET", "/v1/models").body, HasSubstr("llama3.3:latest"));
}

TEST_F(OpenAiUpstreamTest, ShowsAModelUnderItsNameWithoutTheTag) {
  AddLocal(local_.url());
  config_.mapping.push_back({"mine", {"llama3.3"}});
  Start();
  for (const std::string name : {"llama3.3", "llama3.3:latest", "mine"}) {
    const Got got = Ask("GET", "/v1/models/" + name);
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.json()["id"], name);
  }
  EXPECT_EQ(Ask("GET", "/v1/models/llama3").status, 404);
  EXPECT_EQ(Ask("GET", "/v1/models/llama3.3:7b").status, 404);
}

TEST_F(OpenAiUpstreamTest, TellsTheClientWhatTheServerSays) {
  AddLocal(local_.url(), "sk-wrong");
  Start();
  local_.Refuse(401, R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})");
  const Got got = Chat("llama3.3");
  EXPECT_EQ(got.status, 403) << got.body;
  EXPECT_THAT(got.body, HasSubstr("upstream_key_invalid"));
  EXPECT_THAT(got.body, Not(HasSubstr("sk-wrong")));
}

// The client's dialect, this gateway, the upstream's dialect, another gateway, its upstream.
TEST_F(OpenAiUpstreamTest, AnswersThroughAnotherGateway) {
  Add("google", "good-key");
  Start();
  config::Config outer;
  outer.proxy.port = 0;
  config::Account inner;
  inner.name = "inner";
  inner.kind = config::AccountKind::kOpenAi;
  inner.base_url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1";
  outer.accounts.push_back(inner);
  auto database = store::Database::OpenInMemory();
  auto second = Service::Start(std::make_shared<const config::Config>(outer), *log_, SystemClock(),
                               *transport_, *database);
  ASSERT_TRUE(second);
  std::jthread serving([service = second->get()] { EXPECT_TRUE(service->Serve()); });
  std::swap(service_, *second);
  for (const bool stream : {false, true}) {
    const Got got = Chat("gemini-2.5-flash", stream);
    EXPECT_EQ(got.status, 200);
    EXPECT_THAT(got.body, HasSubstr("mock"));
  }
  const Got call =
      Ask("POST", "/v1/messages",
          R"({"model":"gemini-2.5-flash","max_tokens":99,"messages":[{"role":"user",)"
          R"("content":"call look {\"x\":1}"}],"tools":[{"name":"look",)"
          R"("input_schema":{"type":"object","properties":{"x":{"type":"integer"}}}}]})");
  EXPECT_EQ(call.json()["stop_reason"], "tool_use") << call.body;
  EXPECT_EQ(call.json()["content"].back()["input"]["x"], 1) << call.body;
  std::swap(service_, *second);
  (*second)->Stop(Duration(0));
}

}  // namespace
}  // namespace agm::gateway
