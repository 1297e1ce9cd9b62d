#include "cli/probe_command.h"

#include <gtest/gtest.h>

#include "cli/probe_checks.h"
#include "cli/run_file.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

using Answer = FakeGateway::Answer;

constexpr const char* kChat = R"({"id":"c1","object":"chat.completion","created":1,"model":"m",
  "choices":[{"index":0,"message":{"role":"assistant","content":"ready"},"finish_reason":"stop"}],
  "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";

GatewayAnswer Good(std::string body, std::string type = "application/json") {
  GatewayAnswer answer;
  answer.status = 200;
  answer.body = std::move(body);
  answer.content_type = std::move(type);
  return answer;
}

GatewayAnswer Stream(std::string body) { return Good(std::move(body), "text/event-stream"); }

std::string Chunk(const std::string& choice) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","choices":[)" + choice + "]}\n\n";
}

const std::string kText = Chunk(R"({"index":0,"delta":{"content":"ready"},"finish_reason":null})");
const std::string kStop = Chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");

TEST(Probe, ReadsEveryFlag) {
  CommandTest t;
  auto options = t.Parse<ProbeOptions>(
      AddProbe, {"probe", "--base-url", "http://x", "--api-key", "k", "--model", "m", "--only",
                 "chat,stream", "--timeout", "2.5"});
  ASSERT_TRUE(options) << t.io.err;
  EXPECT_EQ(options->base_url, "http://x");
  EXPECT_EQ(options->api_key, "k");
  EXPECT_EQ(options->model, "m");
  EXPECT_EQ(options->only, (std::vector<std::string>{"chat", "stream"}));
  EXPECT_EQ(options->timeout, 2.5);
}

TEST(Probe, RefusesACaseThatDoesNotExist) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"probe", "--only", "chat,straem"}), 2);
  EXPECT_TRUE(Has(t.io.err, "did you mean stream?")) << t.io.err;
}

TEST(Probe, FailsWithThreeIfNoGatewayListens) {
  CommandTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"probe", "--base-url", "http://127.0.0.1:1"}), 3);
  EXPECT_EQ(t.io.out, "");
}

TEST(Probe, ProbesTheGatewayAndNotAStrangerOnItsPort) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  t.gateway.host = "127.0.0.1:9002";
  EXPECT_EQ(t.Agm({"probe", "--only", "health", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["base_url"], "http://127.0.0.1:9002");
}

TEST(Probe, PrintsOneLineACase) {
  CommandTest t;
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok","version":"1"})"};
  t.gateway.answers["POST /v1/chat/completions"] = {
      200, kChat, {{"x-mapped-model", "gemini-2.5-flash"}, {"x-account-email", "me@example.com"}}};
  EXPECT_EQ(t.Agm({"probe", "--only", "health,chat"}), 0) << t.io.err << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "ok      health           200 ")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "gemini-2.5-flash")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "me@example.com")) << t.io.out;
  EXPECT_EQ(std::count(t.io.out.begin(), t.io.out.end(), '\n'), 3);
}

TEST(Probe, SkipsRoutesThatTheGatewayDoesNotHave) {
  CommandTest t;
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  t.gateway.answers["POST /v1/chat/completions"] = {
      400, R"({"error":{"message":"tools are not built","code":"unsupported_parameter"}})"};
  EXPECT_EQ(t.Agm({"probe", "--only", "health,tools,responses,embeddings", "--json"}), 0)
      << t.io.err;
  EXPECT_EQ(t.Document()["skipped"], 3);
  EXPECT_EQ(t.Document()["passed"], 1);
}

TEST(Probe, TakesAModelThatIsNotFoundForAFailure) {
  CommandTest t;
  t.gateway.otherwise = {404, R"({"error":{"message":"no such model","code":"model_not_found"}})"};
  EXPECT_EQ(t.Agm({"probe", "--only", "chat"}), 1);
  t.gateway.otherwise = {404, R"({"error":{"message":"gone"}})", {{"x-mapped-model", "m"}}};
  EXPECT_EQ(t.Agm({"probe", "--only", "gemini"}), 1);
  EXPECT_TRUE(Has(t.io.out, "failed  gemini")) << t.io.out;
}

TEST(Probe, FailsACaseWhoseAnswerNoClientCouldUse) {
  CommandTest t;
  t.gateway.otherwise = {200, R"({"hello":"world"})"};
  EXPECT_EQ(t.Agm({"probe", "--json"}), 1);
  const Json document = t.Document();
  EXPECT_EQ(document["failed"], 12);
  for (const Json& one : document["cases"]) {
    EXPECT_EQ(one["result"], "failed") << one.dump();
    EXPECT_TRUE(one["why"].is_string()) << one.dump();
    EXPECT_TRUE(one["latency_ms"].is_number()) << one.dump();
  }
  EXPECT_TRUE(Has(t.io.err, "12 of 12 cases failed")) << t.io.err;
}

TEST(Probe, StopsAfterAFailureThatEveryCaseWouldMeet) {
  for (const int status : {401, 403}) {
    CommandTest t;
    t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
    t.gateway.otherwise = {status, R"({"error":{"message":"the key is refused"}})"};
    EXPECT_EQ(t.Agm({"probe", "--json"}), 1);
    EXPECT_EQ(t.Document()["failed"], 1) << t.io.out;
    EXPECT_EQ(t.Document()["skipped"], 10);
    EXPECT_EQ(t.Document()["cases"][5]["why"], "not tried: it would fail as models did");
  }
}

TEST(Probe, StopsWhenOneFailureRepeats) {
  CommandTest t;
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  t.gateway.otherwise = {429, R"({"error":{"message":"every account is out of quota"}})"};
  EXPECT_EQ(t.Agm({"probe", "--json"}), 1);
  EXPECT_EQ(t.Document()["failed"], 2) << t.io.out;
}

TEST(Probe, RefusesATimeoutOfNoUse) {
  for (const char* timeout : {"0", "-1", "0.0001", "nan", "1e300", "soon"}) {
    CommandTest t;
    EXPECT_EQ(t.Agm({"probe", "--timeout", timeout}), 2) << timeout;
    EXPECT_TRUE(Has(t.io.err, "is not a number of seconds from 0.001 to 86400")) << t.io.err;
    EXPECT_LT(t.io.err.size(), 200U);
  }
}

TEST(Probe, FitsEightyColumns) {
  CommandTest t;
  t.io.out_is_terminal = true;
  t.gateway.otherwise = {
      200,
      R"({"hello":"world"})",
      {{"x-mapped-model", "gemini-3-flash-preview"}, {"x-account-email", "somebody@example.com"}}};
  t.Agm({"probe"});
  EXPECT_TRUE(FitsIn(t.io.out, 80)) << t.io.out;
}

TEST(Probe, SendsTheGivenKeyAndShowsItNowhere) {
  CommandTest t;
  t.WriteConfig("[proxy]\napi_key = \"sk-configured\"\n");
  t.Agm({"probe", "--only", "health"});
  EXPECT_EQ(t.gateway.asked.back().credential, "Bearer sk-configured");
  t.Agm({"probe", "--only", "health", "--api-key", "sk-given", "-v"});
  EXPECT_EQ(t.gateway.asked.back().credential, "Bearer sk-given");
  EXPECT_FALSE(Has(t.io.out + t.io.err, "sk-given"));
}

TEST(Probe, NeedsNoConfigurationWithABaseUrl) {
  CommandTest t;
  t.WriteConfig("this is no toml");
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  EXPECT_EQ(t.Agm({"probe", "--base-url", "http://127.0.0.1:1/v1", "--only", "health"}), 0)
      << t.io.err;
  EXPECT_EQ(t.Agm({"probe", "--only", "health"}), 2);
}

TEST(ProbeChecks, TakeAGoodStream) {
  EXPECT_EQ(CheckChatStream(Stream(": hello\n\n" + kText + kStop + "data: [DONE]\n\n")), "");
}

TEST(ProbeChecks, RefuseBrokenStreams) {
  const std::string kDone = "data: [DONE]\n\n";
  EXPECT_NE(CheckChatStream(Good(kText + kStop + kDone)), "");               // content type
  EXPECT_NE(CheckChatStream(Stream(kText + kStop)), "");                     // no [DONE]
  EXPECT_NE(CheckChatStream(Stream(kStop + kDone)), "");                     // no text
  EXPECT_NE(CheckChatStream(Stream(kText + kDone)), "");                     // no finish_reason
  EXPECT_NE(CheckChatStream(Stream(kText + kStop + kDone + kText)), "");     // after the end
  EXPECT_NE(CheckChatStream(Stream(kText + kStop + "data: [DONE]\n")), "");  // not dispatched
  EXPECT_NE(CheckChatStream(Stream(kText + "data: {\"error\":{\"message\":\"x\"}}\n\n")), "");
  EXPECT_NE(CheckChatStream(Stream("data: nonsense\n\n" + kDone)), "");
  EXPECT_NE(CheckChatStream(Stream("")), "");
}

TEST(ProbeChecks, WantTheToolToBeCalledAsItsSchemaSays) {
  auto call = [](const std::string& name, const std::string& arguments) {
    Json function = {{"name", name}, {"arguments", arguments}};
    Json calls =
        Json::array({Json{{"id", "call_1"}, {"type", "function"}, {"function", function}}});
    Json message = {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", calls}};
    Json choice = {{"message", message}, {"finish_reason", "tool_calls"}};
    return Good(DumpJson({{"choices", Json::array({choice})}}));
  };
  EXPECT_EQ(CheckTools(call("get_weather", R"({"city":"Paris"})")), "");
  EXPECT_NE(CheckTools(call("other", R"({"city":"Paris"})")), "");
  EXPECT_NE(CheckTools(call("get_weather", R"({"town":"Paris"})")), "");
  EXPECT_NE(CheckTools(call("get_weather", "Paris")), "");
  EXPECT_NE(CheckTools(Good(kChat)), "");
}

TEST(ProbeChecks, WantContentThatTheSchemaAllows) {
  auto content = [](const std::string& text) {
    Json json = *ParseJson(kChat);
    json["choices"][0]["message"]["content"] = text;
    return Good(DumpJson(json));
  };
  EXPECT_EQ(CheckJsonSchema(content(R"({"capital":"Paris"})")), "");
  EXPECT_NE(CheckJsonSchema(content(R"({"capital":"Paris","more":1})")), "");
  EXPECT_NE(CheckJsonSchema(content("Paris")), "");
}

TEST(ProbeChecks, CountTheEventsOfAResponse) {
  const std::string response =
      R"({"id":"r","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"ready"}]}]})";
  auto event = [](const std::string& type, int number, const std::string& more) {
    return "event: " + type + "\ndata: {\"type\":\"" + type +
           "\",\"sequence_number\":" + std::to_string(number) + more + "}\n\n";
  };
  const std::string created = event("response.created", 0, "");
  const std::string text = event("response.output_text.delta", 1, R"(,"delta":"ready")");
  const std::string done = event("response.completed", 2, ",\"response\":" + response);
  EXPECT_EQ(CheckResponses(Good(response)), "");
  EXPECT_EQ(CheckResponsesStream(Stream(created + text + done)), "");
  EXPECT_NE(CheckResponsesStream(Stream(created + text)), "");
  EXPECT_NE(CheckResponsesStream(Stream(created + done)), "");
  EXPECT_NE(CheckResponsesStream(Stream(created + event("response.completed", 1, ""))), "");
}

TEST(ProbeChecks, TakeGoodAnswersOfTheOtherApis) {
  EXPECT_EQ(CheckHealth(Good(R"({"status":"ok"})")), "");
  EXPECT_EQ(CheckModels(Good(R"({"object":"list","data":[{"id":"m"}]})")), "");
  EXPECT_NE(CheckModels(Good(R"({"object":"list","data":[]})")), "");
  EXPECT_EQ(CheckChat(Good(kChat)), "");
  EXPECT_EQ(CheckCompletions(Good(
                R"({"object":"text_completion","choices":[{"text":"x","finish_reason":"stop"}]})")),
            "");
  EXPECT_EQ(CheckEmbeddings(Good(R"({"data":[{"embedding":[0.1,0]}]})")), "");
  EXPECT_NE(CheckEmbeddings(Good(R"({"data":[{"embedding":["x"]}]})")), "");
  EXPECT_EQ(CheckAnthropic(Good(
                R"({"type":"message","role":"assistant","content":[{"type":"text","text":"x"}],)"
                R"("stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}})")),
            "");
  EXPECT_EQ(CheckGemini(Good(R"({"candidates":[{"content":{"parts":[{"text":"x"}]}}],)"
                             R"("usageMetadata":{"promptTokenCount":1}})")),
            "");
}

}  // namespace
}  // namespace agm::cli
