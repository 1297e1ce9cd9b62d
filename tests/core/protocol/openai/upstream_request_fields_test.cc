#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/openai/upstream_request.h"

namespace agm::protocol {
namespace {

chat::Request Hi() {
  chat::Request request;
  chat::Message message;
  message.blocks = {chat::Text{"Hi", {}}};
  request.messages = {message};
  return request;
}

OpenAiRequest Write(const chat::Request& request, Repair repair = Repair::kNone,
                    std::string_view refused = {}) {
  auto written = WriteOpenAiRequest(request, {"m", repair, refused});
  EXPECT_TRUE(written) << written.error().message;
  return written ? *std::move(written) : OpenAiRequest();
}

// What the body has behind its messages.
std::string More(const chat::Request& request, Repair repair = Repair::kNone,
                 std::string_view refused = {}) {
  const std::string body = Write(request, repair, refused).body;
  const std::string begin = R"({"model":"m","messages":[{"role":"user","content":"Hi"})";
  EXPECT_TRUE(body.starts_with(begin)) << body;
  const std::string more = body.substr(std::min(begin.size(), body.size()));
  return more.starts_with(']') ? more.substr(1) : more;
}

chat::Tool Tool(const std::string& name) {
  chat::Tool tool;
  tool.name = name;
  return tool;
}

TEST(OpenAiRequestFields, AreOnlyThoseThatTheRequestHas) { EXPECT_EQ(More(Hi()), "}"); }

TEST(OpenAiRequestFields, HoldTheSampling) {
  chat::Request request = Hi();
  request.sampling.temperature = 0.5;
  request.sampling.top_k = 4;
  request.sampling.seed = 7;
  request.sampling.presence_penalty = 1;
  request.sampling.frequency_penalty = 2;
  request.sampling.stop = {"a", "b"};
  request.sampling.top_logprobs = 0;
  EXPECT_EQ(
      More(request),
      R"(,"temperature":0.5,"top_k":4,"seed":7,"presence_penalty":1,"frequency_penalty":2,"stop":["a","b"],"logprobs":true})");
  EXPECT_EQ(More(request, Repair::kOmitPenalties),
            R"(,"temperature":0.5,"top_k":4,"seed":7,"stop":["a","b"],"logprobs":true})");
  EXPECT_EQ(
      More(request, Repair::kOmitField, "stop"),
      R"(,"temperature":0.5,"seed":7,"presence_penalty":1,"frequency_penalty":2,"logprobs":true})");
  EXPECT_EQ(
      More(request, Repair::kOmitField, "temperature"),
      R"(,"seed":7,"presence_penalty":1,"frequency_penalty":2,"stop":["a","b"],"logprobs":true})");
  EXPECT_EQ(
      More(request, Repair::kOmitField, "logprobs"),
      R"(,"temperature":0.5,"seed":7,"presence_penalty":1,"frequency_penalty":2,"stop":["a","b"]})");
  request.sampling = {};
  request.sampling.top_logprobs = 2;
  EXPECT_EQ(More(request), R"(,"logprobs":true,"top_logprobs":2})");
}

TEST(OpenAiRequestFields, HoldTheTools) {
  chat::Request request = Hi();
  request.tools = {Tool("f"), Tool("g"), Tool("h")};
  request.tools[0].description = "d";
  request.tools[0].parameters = R"({"type":"object","x":1.0})";
  request.tools[0].strict = true;
  request.tools[1].parameters = R"({"type":"OBJECT"})";
  request.tools[1].openapi = true;
  const std::string begin =
      R"(,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","x":1.0})";
  const std::string strict = R"(,"strict":true)";
  const std::string end =
      R"(}},{"type":"function","function":{"name":"g","parameters":{"type":"object"}}},{"type":"function","function":{"name":"h","parameters":{"type":"object","properties":{}}}}]})";
  EXPECT_EQ(More(request), begin + strict + end);
  EXPECT_EQ(More(request, Repair::kLowerFormat), begin + strict + end);
  EXPECT_EQ(More(request, Repair::kOmitField, "seed"), begin + strict + end);
  EXPECT_EQ(More(request, Repair::kLowerTools), begin + end);
  EXPECT_EQ(More(request, Repair::kLowerSchemas), begin + end);
  EXPECT_EQ(More(request, Repair::kOmitField, "strict"), begin + end);
}

TEST(OpenAiRequestFields, HoldACustomToolAsAFunctionOfOneText) {
  chat::Request request = Hi();
  request.tools = {Tool("sh")};
  request.tools[0].kind = chat::ToolKind::kCustom;
  EXPECT_EQ(
      More(request),
      R"(,"tools":[{"type":"function","function":{"name":"sh","parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}}}]})");
  EXPECT_TRUE(Write(request).reading.custom_tools.contains("sh"));
  request.tools[0].kind = chat::ToolKind::kFunction;
  EXPECT_TRUE(Write(request).reading.custom_tools.empty());
}

TEST(OpenAiRequestFields, HoldTheChoiceOfATool) {
  const auto choice = [](chat::ToolMode mode, std::vector<std::string> names = {},
                         Repair repair = Repair::kNone, std::string_view refused = {}) {
    chat::Request request = Hi();
    request.tools = {Tool("f")};
    request.tool_choice = chat::ToolChoice{mode, std::move(names)};
    const auto body = Json::parse(Write(request, repair, refused).body);
    return body.contains("tool_choice") ? body["tool_choice"].dump() : "none is told";
  };
  EXPECT_EQ(choice(chat::ToolMode::kNone), R"("none")");
  EXPECT_EQ(choice(chat::ToolMode::kAuto), R"("auto")");
  EXPECT_EQ(choice(chat::ToolMode::kValidated), R"("auto")");
  EXPECT_EQ(choice(chat::ToolMode::kAuto, {"f"}), R"("auto")");
  EXPECT_EQ(choice(chat::ToolMode::kRequired), R"("required")");
  EXPECT_EQ(choice(chat::ToolMode::kRequired, {"f"}),
            R"({"type":"function","function":{"name":"f"}})");
  EXPECT_EQ(choice(chat::ToolMode::kAuto, {}, Repair::kOmitField, "tool_choice"), "none is told");
  EXPECT_EQ(choice(chat::ToolMode::kAuto, {}, Repair::kOmitField, "seed"), R"("auto")");
}

TEST(OpenAiRequestFields, ForbidParallelCallsWhereTheClientDoes) {
  chat::Request request = Hi();
  request.tools = {Tool("f")};
  EXPECT_EQ(More(request).find("parallel"), std::string::npos);
  EXPECT_FALSE(Write(request).reading.one_call);
  request.parallel_tool_calls = false;
  EXPECT_TRUE(More(request).ends_with(R"(],"parallel_tool_calls":false})")) << More(request);
  EXPECT_TRUE(Write(request).reading.one_call);
  EXPECT_EQ(More(request, Repair::kOmitField, "parallel_tool_calls").find("parallel"),
            std::string::npos);
  request.tools.clear();
  EXPECT_EQ(More(request), "}");
}

TEST(OpenAiRequestFields, TellTheReaderOfSeveralChoices) {
  chat::Request request = Hi();
  EXPECT_TRUE(Write(request).reading.one_choice);
  request.choices = 2;
  EXPECT_EQ(More(request), R"(,"n":2})");
  EXPECT_FALSE(Write(request).reading.one_choice);
}

TEST(OpenAiRequestFields, HoldTheFormat) {
  chat::Request request = Hi();
  request.format.kind = chat::OutputFormat::kJson;
  EXPECT_EQ(More(request), R"(,"response_format":{"type":"json_object"}})");
  EXPECT_EQ(More(request, Repair::kTellFormat),
            R"(,{"role":"user","content":"Answer with one JSON value and nothing else."}]})");
  request.format.kind = chat::OutputFormat::kJsonSchema;
  request.format.schema = R"({"type":"STRING"})";
  request.format.openapi = true;
  EXPECT_EQ(
      More(request),
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"string"}}}})");
}

TEST(OpenAiRequestFields, HoldTheNearestEffortThatAllServersKnow) {
  const auto effort = [](chat::Effort wanted, Repair repair = Repair::kNearestThinking) {
    chat::Request request = Hi();
    request.reasoning.effort = wanted;
    return More(request, repair);
  };
  EXPECT_EQ(effort(chat::Effort::kNone), R"(,"reasoning_effort":"low"})");
  EXPECT_EQ(effort(chat::Effort::kMinimal), R"(,"reasoning_effort":"low"})");
  EXPECT_EQ(effort(chat::Effort::kLow), R"(,"reasoning_effort":"low"})");
  EXPECT_EQ(effort(chat::Effort::kMedium), R"(,"reasoning_effort":"medium"})");
  EXPECT_EQ(effort(chat::Effort::kHigh), R"(,"reasoning_effort":"high"})");
  EXPECT_EQ(effort(chat::Effort::kMax), R"(,"reasoning_effort":"high"})");
  EXPECT_EQ(effort(chat::Effort::kMax, Repair::kNone), R"(,"reasoning_effort":"max"})");
  EXPECT_EQ(effort(chat::Effort::kMax, Repair::kOmitThinking), "}");
}

TEST(OpenAiRequestFields, HoldTheEffortOfABudget) {
  const auto effort = [](std::int64_t budget) {
    chat::Request request = Hi();
    request.reasoning.budget = budget;
    return More(request);
  };
  EXPECT_EQ(effort(-1), R"(,"reasoning_effort":"medium"})");
  EXPECT_EQ(effort(0), R"(,"reasoning_effort":"none"})");
  EXPECT_EQ(effort(1), R"(,"reasoning_effort":"low"})");
}

TEST(OpenAiRequestFields, HoldTheTierAndTheKindsOfOutput) {
  chat::Request request = Hi();
  request.service_tier = "flex";
  request.modalities = {"text", "image"};
  const std::string tier = R"(,"service_tier":"flex")";
  const std::string modalities = R"(,"modalities":["text","image"])";
  EXPECT_EQ(More(request), tier + modalities + "}");
  EXPECT_EQ(More(request, Repair::kOmitServiceTier), modalities + "}");
  EXPECT_EQ(More(request, Repair::kOmitField, "service_tier"), modalities + "}");
  EXPECT_EQ(More(request, Repair::kOmitField, "modalities"), tier + "}");
}

TEST(OpenAiRequestFields, HoldThePicture) {
  const auto picture = [](const char* ratio, const char* size, Repair repair = Repair::kNone) {
    chat::Request request = Hi();
    request.picture = {ratio, size};
    return More(request, repair, "seed");
  };
  EXPECT_EQ(picture("16:9", "2K"), R"(,"image_config":{"aspect_ratio":"16:9","image_size":"2K"}})");
  EXPECT_EQ(picture("16:9", ""), R"(,"image_config":{"aspect_ratio":"16:9"}})");
  EXPECT_EQ(picture("", "2K"), R"(,"image_config":{"image_size":"2K"}})");
  EXPECT_EQ(picture("", ""), "}");
  EXPECT_EQ(picture("16:9", "2K", Repair::kOmitPicture), "}");
  EXPECT_EQ(picture("16:9", "2K", Repair::kOmitField), "}");
}

TEST(OpenAiRequestFields, HoldNothingThatOnlyAnotherApiHas) {
  chat::Request request = Hi();
  request.hosted_tools = {chat::HostedTool::kWebSearch, chat::HostedTool::kCodeExecution,
                          chat::HostedTool::kUrlContext};
  request.extra = {{"anthropic.citations", "true"},
                   {"answer.size", "1"},
                   {"openai.min_p", "0.10"},
                   {"responses.store", "true"}};
  EXPECT_EQ(More(request), R"(,"min_p":0.10})");
  EXPECT_EQ(Write(request).dropped,
            (std::vector<std::string>{"web search", "code execution", "URL context",
                                      "anthropic.citations"}));
}

TEST(OpenAiRequestFields, HoldTheDetailsOfEarlierThoughtsUnlessTheyWereRefused) {
  chat::Request request = Hi();
  chat::Message answer;
  answer.role = chat::Role::kAssistant;
  answer.blocks = {chat::Text{"Hello", {}}};
  request.messages.push_back(answer);
  OpenAiWriteOptions options{
      "m", Repair::kNone, {}, [](const chat::Message&) {
        return std::vector<chat::Block>{chat::Opaque{"gemini", R"({"toolCall":{}})"},
                                        chat::Opaque{"openai", R"([{"a":1}])"}};
      }};
  const std::string body = WriteOpenAiRequest(request, options)->body;
  EXPECT_NE(body.find(R"("reasoning_details":[{"a":1}])"), std::string::npos) << body;
  EXPECT_EQ(body.find("toolCall"), std::string::npos) << body;
  options.repair = Repair::kOmitThinking;
  EXPECT_EQ(WriteOpenAiRequest(request, options)->body.find("reasoning_details"),
            std::string::npos);
}

TEST(OpenAiRequestFields, HoldTextsAndMediaOfOneMessage) {
  chat::Request request = Hi();
  chat::Media picture;
  picture.mime = "image/png";
  picture.data = "AAAA";
  request.messages[0].blocks.emplace_back(picture);
  request.messages[0].blocks.emplace_back(chat::Text{"there", {}});
  EXPECT_EQ(
      Json::parse(Write(request).body)["messages"].dump(),
      Json::parse(
          R"([{"role":"user","content":[{"type":"text","text":"Hi\nthere"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}])")
          .dump());
}

TEST(OpenAiRequestFields, HoldAnIdForEachOfTheCallsThatHaveNone) {
  chat::Message calls;
  calls.role = chat::Role::kAssistant;
  calls.blocks = {chat::ToolCall{"", "f", "{}", chat::ToolKind::kFunction, {}},
                  chat::ToolCall{"", "f", "{}", chat::ToolKind::kFunction, {}}};
  chat::Message results;
  results.role = chat::Role::kTool;
  results.blocks = {chat::ToolResult{"", "f", {}}, chat::ToolResult{"", "f", {}},
                    chat::ToolResult{"", "f", {}}};
  chat::Request request;
  request.messages = {calls, results};
  const auto messages = Json::parse(Write(request).body)["messages"];
  EXPECT_EQ(messages[0]["tool_calls"][0]["id"], "call_1");
  EXPECT_EQ(messages[0]["tool_calls"][1]["id"], "call_2");
  EXPECT_EQ(messages[1]["tool_call_id"], "call_1");
  EXPECT_EQ(messages[2]["tool_call_id"], "call_2");
  EXPECT_EQ(messages[3]["tool_call_id"], "call_3");
}

TEST(OpenAiRequestFields, HoldACustomCallAsAFunctionOfOneText) {
  chat::Request request = Hi();
  chat::Message answer;
  answer.role = chat::Role::kAssistant;
  answer.name = "bot";
  answer.blocks = {chat::ToolCall{"a", "sh", "ls \"x\"", chat::ToolKind::kCustom, {}},
                   chat::ToolCall{"b", "f", "", chat::ToolKind::kFunction, {}}};
  request.messages = {answer};
  EXPECT_EQ(
      Write(request).body,
      R"({"model":"m","messages":[{"role":"assistant","name":"bot","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"sh","arguments":"{\"input\":\"ls \\\"x\\\"\"}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]}]})");
}

}  // namespace
}  // namespace agm::protocol
