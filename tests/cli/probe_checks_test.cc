#include "cli/probe_checks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::cli {
namespace {

using Check = std::string (*)(const GatewayAnswer&);

GatewayAnswer Of(std::string body, std::string type = "application/json") {
  GatewayAnswer answer;
  answer.status = 200;
  answer.body = std::move(body);
  answer.content_type = std::move(type);
  return answer;
}

GatewayAnswer StreamOf(std::string body) { return Of(std::move(body), "text/event-stream"); }

/// What is said of a good document after the value at a pointer was replaced; null removes it.
std::string Changed(Check check, const char* good, const char* path, const Json& value) {
  Json json = Json::parse(good);
  EXPECT_EQ(check(Of(json.dump())), "") << good;
  const Json::json_pointer pointer(path);
  EXPECT_TRUE(json.contains(pointer)) << path;
  if (!value.is_null()) {
    json[pointer] = value;
  } else if (Json& parent = json[pointer.parent_pointer()]; parent.is_array()) {
    parent.clear();
  } else {
    parent.erase(pointer.back());
  }
  return check(Of(json.dump()));
}

constexpr const char* kChat = R"({"id":"c","object":"chat.completion","choices":[{"message":
  {"role":"assistant","content":"ready"},"finish_reason":"stop"}],"usage":{"total_tokens":2}})";
constexpr const char* kCall = R"({"choices":[{"message":{"tool_calls":[{"id":"1","function":
  {"name":"get_weather","arguments":"{\"city\":\"Bonn\"}"}}]},"finish_reason":"tool_calls"}]})";
constexpr const char* kResponse = R"({"id":"r","object":"response","status":"completed","output":
  [{"type":"reasoning"},{"type":"message","content":[{"text":"ready"}]}]})";

TEST(ProbeChecks, WantAnObject) {
  for (const Check check :
       {CheckHealth, CheckModels, CheckChat, CheckTools, CheckJsonSchema, CheckResponses,
        CheckCompletions, CheckEmbeddings, CheckAnthropic, CheckGemini}) {
    EXPECT_TRUE(check(Of("<html>")).starts_with("the body is no JSON: "));
    EXPECT_EQ(check(Of("[]")), "the body is no JSON object");
    EXPECT_NE(check(Of("{}")), "");
  }
}

TEST(ProbeChecks, ReadHealthAndModels) {
  EXPECT_EQ(CheckHealth(Of(R"({"status":"ok"})")), "");
  EXPECT_EQ(CheckHealth(Of(R"({"status":"bad"})")), "status is \"bad\", not \"ok\"");
  const char* models = R"({"object":"list","data":[{"id":"m"}]})";
  EXPECT_EQ(Changed(CheckModels, models, "/data", nullptr), "data is missing or of the wrong type");
  EXPECT_EQ(Changed(CheckModels, models, "/data", "m"), "data is missing or of the wrong type");
  EXPECT_EQ(Changed(CheckModels, models, "/data", Json::array()), "the list is empty");
  EXPECT_EQ(Changed(CheckModels, models, "/data/0/id", ""), "a model has no id");
  EXPECT_EQ(Changed(CheckModels, models, "/object", "x"), "object is \"x\", not \"list\"");
}

TEST(ProbeChecks, WantEveryMemberOfACompletion) {
  for (const char* path :
       {"/object", "/id", "/choices/0/message/role", "/choices/0/message/content",
        "/choices/0/finish_reason", "/usage/total_tokens"}) {
    EXPECT_NE(Changed(CheckChat, kChat, path, nullptr), "") << path;
  }
  EXPECT_EQ(Changed(CheckChat, kChat, "/choices/0/message/content", ""),
            "choices.0.message.content is missing or of the wrong type");
  EXPECT_EQ(Changed(CheckChat, kChat, "/usage/total_tokens", "2"),
            "usage.total_tokens is missing or of the wrong type");
  const char* completion =
      R"({"object":"text_completion","choices":[{"text":"a","finish_reason":"stop"}]})";
  for (const char* path : {"/object", "/choices/0/text", "/choices/0/finish_reason"}) {
    EXPECT_NE(Changed(CheckCompletions, completion, path, nullptr), "") << path;
  }
}

TEST(ProbeChecks, WantACallOfTheTool) {
  EXPECT_EQ(Changed(CheckTools, kCall, "/choices/0/message/tool_calls/0", nullptr),
            "the model did not call the tool");
  const std::string call = "/choices/0/message/tool_calls/0";
  EXPECT_NE(Changed(CheckTools, kCall, (call + "/id").c_str(), ""), "");
  EXPECT_NE(Changed(CheckTools, kCall, (call + "/function/name").c_str(), "get_time"), "");
  EXPECT_NE(Changed(CheckTools, kCall, "/choices/0/finish_reason", "stop"), "");
  const std::string arguments = call + "/function/arguments";
  EXPECT_EQ(Changed(CheckTools, kCall, arguments.c_str(), "[]"),
            "the call's arguments are no JSON object");
  EXPECT_EQ(Changed(CheckTools, kCall, arguments.c_str(), "{"),
            "the call's arguments are no JSON object");
  EXPECT_EQ(Changed(CheckTools, kCall, arguments.c_str(), R"({"city":""})"),
            "the call's arguments lack \"city\"");
}

TEST(ProbeChecks, WantContentThatFitsTheSchema) {
  const auto said = [](const char* content) {
    Json json = Json::parse(kChat);
    json["choices"][0]["message"]["content"] = content;
    return CheckJsonSchema(Of(json.dump()));
  };
  EXPECT_EQ(said(R"({"capital":"Paris"})"), "");
  EXPECT_EQ(said("Paris"), "the content is no JSON object");
  EXPECT_EQ(said("[1]"), "the content is no JSON object");
  EXPECT_EQ(said(R"({"city":"Paris"})"), "the content lacks \"capital\"");
  EXPECT_EQ(said(R"({"capital":"Paris","a":1})"),
            "the content has members that the schema does not allow");
  EXPECT_NE(said(""), "");
}

TEST(ProbeChecks, WantAMessageWithTextInAResponse) {
  for (const char* path : {"/object", "/id", "/status", "/output"}) {
    EXPECT_NE(Changed(CheckResponses, kResponse, path, nullptr), "") << path;
  }
  EXPECT_EQ(Changed(CheckResponses, kResponse, "/output/1/content/0/text", ""),
            "output holds no message with text");
  EXPECT_EQ(Changed(CheckResponses, kResponse, "/output/1/type", "reasoning"),
            "output holds no message with text");
  EXPECT_EQ(Changed(CheckResponses, kResponse, "/output", "x"),
            "output is missing or of the wrong type");
}

TEST(ProbeChecks, WantNumbersInAnEmbedding) {
  const char* list = R"({"data":[{"embedding":[0.5,1]}]})";
  EXPECT_NE(Changed(CheckEmbeddings, list, "/data/0/embedding", nullptr), "");
  EXPECT_NE(Changed(CheckEmbeddings, list, "/data/0/embedding", Json::array()), "");
  EXPECT_NE(Changed(CheckEmbeddings, list, "/data/0/embedding", "AAAA"), "");
  EXPECT_EQ(Changed(CheckEmbeddings, list, "/data/0/embedding/1", "1"),
            "the embedding holds something else than numbers");
}

TEST(ProbeChecks, WantWhatOtherVendorsClientsNeed) {
  const char* message = R"({"type":"message","role":"assistant","content":[{"type":"text",
    "text":"a"}],"stop_reason":"end_turn","usage":{"output_tokens":1}})";
  for (const char* path : {"/type", "/role", "/content/0/type", "/content/0/text", "/stop_reason",
                           "/usage/output_tokens"}) {
    EXPECT_NE(Changed(CheckAnthropic, message, path, nullptr), "") << path;
  }
  const char* gemini = R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],
    "usageMetadata":{"promptTokenCount":1}})";
  for (const char* path :
       {"/candidates/0/content/parts/0/text", "/usageMetadata/promptTokenCount"}) {
    EXPECT_NE(Changed(CheckGemini, gemini, path, nullptr), "") << path;
  }
}

const std::string kText =
    R"(data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"a"}}]})"
    "\n\n";
const std::string kStop =
    R"(data: {"object":"chat.completion.chunk","choices":[{"finish_reason":"stop"}]})"
    "\n\n";
const std::string kDone = "data: [DONE]\n\n";

TEST(ProbeChecks, WantAChatStreamInItsOrder) {
  EXPECT_EQ(CheckChatStream(StreamOf(kText + kStop + kDone)), "");
  EXPECT_EQ(CheckChatStream(StreamOf(": hello\n\n" + kText + kStop + kDone)), "");
  EXPECT_EQ(CheckChatStream(Of(kText + kStop + kDone)),
            "Content-Type is \"application/json\", not text/event-stream");
  EXPECT_EQ(CheckChatStream(StreamOf("")), "the stream has no events");
  EXPECT_EQ(CheckChatStream(StreamOf(kText + kStop)), "the stream does not end with data: [DONE]");
  EXPECT_EQ(CheckChatStream(StreamOf(kStop + kDone)), "no chunk carries text");
  EXPECT_EQ(CheckChatStream(StreamOf(kText + kDone)), "no chunk has a finish_reason");
  EXPECT_EQ(CheckChatStream(StreamOf(kText + kStop + kDone + kText)),
            "something follows data: [DONE]");
  EXPECT_EQ(CheckChatStream(StreamOf("data: 1\n\n" + kDone)), "a chunk is no JSON object");
  EXPECT_EQ(CheckChatStream(StreamOf("data: {\"object\":\"x\"}\n\n")),
            "object is \"x\", not \"chat.completion.chunk\"");
  EXPECT_EQ(CheckChatStream(StreamOf("data: {\"error\":{\"message\":\"broke\"}}\n\n")),
            "the stream ends in an error: broke");
}

TEST(ProbeChecks, ReadTheFramesOfAStream) {
  const std::string all = kText + kStop + kDone;
  std::string dos;
  for (const char c : all) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(CheckChatStream(StreamOf(dos)), "");
  std::string tight = all;
  for (std::size_t at = tight.find("data: "); at != tight.npos; at = tight.find("data: ", at)) {
    tight.erase(at + 5, 1);
  }
  EXPECT_EQ(CheckChatStream(StreamOf(tight)), "");
  EXPECT_EQ(CheckChatStream(StreamOf("data: {\"object\":\ndata: \"chat.completion.chunk\"}\n\n")),
            "the stream does not end with data: [DONE]");
  const std::string cut = "the stream breaks off inside an event";
  EXPECT_EQ(CheckChatStream(StreamOf(all.substr(0, all.size() - 1))), cut);
  EXPECT_EQ(CheckChatStream(StreamOf(all.substr(0, all.size() - 2))), cut);
}

std::string Event(int number, const std::string& type, const std::string& more = "") {
  return "event: " + type + "\ndata: {\"type\":\"" + type +
         "\",\"sequence_number\":" + std::to_string(number) + more + "}\n\n";
}

TEST(ProbeChecks, WantAResponsesStreamInItsOrder) {
  const std::string begin = Event(0, "response.created");
  const std::string text = Event(1, "response.output_text.delta", R"(,"delta":"a")");
  const std::string whole = ",\"response\":" + Json::parse(kResponse).dump();
  const auto said = [](const std::string& stream) {
    return CheckResponsesStream(StreamOf(stream));
  };
  EXPECT_EQ(said(begin + text + Event(2, "response.completed", whole)), "");
  EXPECT_EQ(said(begin + text + Event(2, "response.completed", whole) + kDone), "");
  EXPECT_NE(CheckResponsesStream(Of(begin)), "");
  EXPECT_EQ(said(Event(0, "response.in_progress")), "response.created is not the first");
  EXPECT_EQ(said(begin + text), "the stream does not end with response.completed");
  EXPECT_EQ(said(begin + Event(1, "response.completed", whole)), "no event carries text");
  EXPECT_EQ(said(begin + text + Event(2, "response.completed")),
            "response is missing or of the wrong type");
  EXPECT_EQ(said(begin + text + Event(2, "response.completed", R"(,"response":{})")),
            "object is \"\", not \"response\"");
  EXPECT_EQ(said(Event(1, "response.created")), "sequence_number does not count by one");
  EXPECT_EQ(said(begin + begin), "sequence_number does not count by one");
  EXPECT_EQ(said(begin + Event(1, "error")), "the stream ends in error");
  EXPECT_EQ(said(begin + Event(1, "response.failed")), "the stream ends in response.failed");
  EXPECT_EQ(said("event: a\ndata: {\"type\":\"b\",\"sequence_number\":0}\n\n"),
            "event a has the type b");
  EXPECT_EQ(said("event: a\ndata: {\"type\":\"a\"}\n\n"),
            "sequence_number is missing or of the wrong type");
  EXPECT_EQ(said("event: a\ndata: 1\n\n"), "an event's data is no JSON object");
}

}  // namespace
}  // namespace agm::cli
