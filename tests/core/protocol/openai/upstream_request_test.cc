#include "core/protocol/openai/upstream_request.h"

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

Json Written(const chat::Request& request, Repair repair = Repair::kNone,
             std::string_view refused = {}) {
  const auto written = WriteOpenAiRequest(request, {"m", repair, refused});
  EXPECT_TRUE(written) << written.error().message;
  return written ? Json::parse(written->body) : Json();
}

Json Again(const Json& body, Repair repair = Repair::kNone, std::string_view refused = {}) {
  const auto request = ReadOpenAiChatRequest(DumpJson(body));
  EXPECT_TRUE(request) << request.error().message;
  return Written(*request, repair, refused);
}

Json Chat(const Json& more = Json::object()) {
  Json body = {{"model", "x"}, {"messages", Json::array({{{"role", "user"}, {"content", "Hi"}}})}};
  body.update(more);
  return body;
}

TEST(OpenAiRequest, AsksForThoughtsWhereTheClientDoes) {
  const Json shown = Chat({{"reasoning", {{"effort", "low"}, {"exclude", false}}}});
  EXPECT_EQ(Again(shown)["include_reasoning"], true);
  EXPECT_EQ(Again(shown)["reasoning_effort"], "low");
  EXPECT_FALSE(Again(Chat({{"reasoning_effort", "low"}})).contains("include_reasoning"));
  const Json without = Again(shown, Repair::kOmitField, "include_reasoning");
  EXPECT_FALSE(without.contains("include_reasoning"));
  EXPECT_EQ(without["reasoning_effort"], "low");
}

TEST(OpenAiRequest, PassesOnFieldsThatTheGatewayDoesNotKnow) {
  const Json more = {{"min_p", 0.1},
                     {"chat_template_kwargs", {{"enable_thinking", false}}},
                     {"provider", {{"order", Json::array({"a", "b"})}}},
                     {"logit_bias", {{"5", -100}}},
                     {"metadata", {{"a", "b"}}},
                     {"keep_alive", "5m"},
                     {"verbosity", "low"}};
  const Json written = Again(Chat(more));
  for (const auto& [key, value] : more.items()) EXPECT_EQ(written[key], value) << key;
  EXPECT_EQ(written["model"], "m");
}

TEST(OpenAiRequest, LeavesOutTheRefusedFieldAndThoseOfOtherApis) {
  const Json body = Chat({{"min_p", 0.1}, {"top_k", 5}, {"seed", 7}, {"stream", true}});
  const Json written = Again(body, Repair::kOmitField, "stream_options");
  EXPECT_FALSE(written.contains("stream_options"));
  EXPECT_FALSE(written.contains("min_p"));
  EXPECT_FALSE(written.contains("top_k"));
  EXPECT_EQ(written["seed"], 7);
  EXPECT_FALSE(Again(body, Repair::kOmitField, "seed").contains("seed"));
}

TEST(OpenAiRequest, KeepsSamplingAndAsksForUsage) {
  const Json written = Again(Chat({{"temperature", 0.5},
                                   {"top_p", 0.9},
                                   {"max_completion_tokens", 99},
                                   {"stop", Json::array({"a"})},
                                   {"n", 2},
                                   {"logprobs", true},
                                   {"top_logprobs", 3},
                                   {"presence_penalty", 1},
                                   {"stream", true}}));
  EXPECT_EQ(written["temperature"], 0.5);
  EXPECT_EQ(written["top_p"], 0.9);
  EXPECT_EQ(written["max_tokens"], 99);
  EXPECT_EQ(written["stop"], Json::array({"a"}));
  EXPECT_EQ(written["n"], 2);
  EXPECT_EQ(written["top_logprobs"], 3);
  EXPECT_EQ(written["presence_penalty"], 1);
  EXPECT_EQ(written["stream_options"]["include_usage"], true);
  const Json renamed = Again(Chat({{"max_tokens", 99}}), Repair::kRenameMaxTokens);
  EXPECT_EQ(renamed["max_completion_tokens"], 99);
  EXPECT_FALSE(renamed.contains("max_tokens"));
}

TEST(OpenAiRequest, TellsHistoryWithoutSignaturesAndThoughts) {
  chat::Request request;
  chat::Message answer;
  answer.role = chat::Role::kAssistant;
  answer.blocks = {chat::Thought{"secret", "sig"}, chat::Text{"Let me see.", "sig"},
                   chat::ToolCall{"c1", "f", R"({"x":1})", chat::ToolKind::kFunction, "sig"}};
  chat::Message result;
  result.role = chat::Role::kTool;
  chat::Media picture;
  picture.mime = "image/png";
  picture.data = "AAAA";
  result.blocks = {chat::ToolResult{"c1", "f", {chat::Text{"42", {}}, picture}}};
  request.messages = {answer, result};
  const Json messages = Written(request)["messages"];
  EXPECT_EQ(messages.dump().find("sig"), std::string::npos);
  EXPECT_EQ(messages.dump().find("secret"), std::string::npos);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0]["content"], "Let me see.");
  EXPECT_EQ(messages[0]["tool_calls"][0]["function"]["arguments"], R"({"x":1})");
  EXPECT_EQ(messages[1]["tool_call_id"], "c1");
  EXPECT_EQ(messages[1]["content"], "42");
  EXPECT_EQ(messages[2]["role"], "user");
  EXPECT_EQ(messages[2]["content"][0]["image_url"]["url"], "data:image/png;base64,AAAA");
}

TEST(OpenAiRequest, MakesIdsForCallsThatHaveNone) {
  const Json written =
      Again({{"model", "x"},
             {"messages", Json::array({{{"role", "user"}, {"content", "Hi"}},
                                       {{"role", "assistant"},
                                        {"content", nullptr},
                                        {"function_call", {{"name", "f"}, {"arguments", "{}"}}}},
                                       {{"role", "function"}, {"name", "f"}, {"content", "1"}}})},
             {"functions", Json::array({{{"name", "f"}, {"parameters", {{"type", "object"}}}}})}});
  const Json& messages = written["messages"];
  EXPECT_EQ(messages[1]["tool_calls"][0]["id"], messages[2]["tool_call_id"]);
  EXPECT_EQ(written["tools"][0]["function"]["name"], "f");
}

TEST(OpenAiRequest, SendsAnAnthropicRequestInThisForm) {
  const auto request = ReadMessagesRequest(
      R"({"model":"x","max_tokens":50,"system":"Be brief.","thinking":{"type":"enabled",)"
      R"("budget_tokens":2048},"messages":[{"role":"user","content":[{"type":"text","text":"a"},)"
      R"({"type":"text","text":"b"}]}],"tools":[{"name":"f","input_schema":{"type":"object"}}],)"
      R"("tool_choice":{"type":"tool","name":"f"}})",
      MessagesUse::kCreate);
  ASSERT_TRUE(request) << request.error().message;
  const Json written = Written(*request);
  EXPECT_EQ(written["messages"][0]["role"], "system");
  EXPECT_EQ(written["messages"][1]["content"], "a\nb");
  EXPECT_EQ(written["max_tokens"], 50);
  EXPECT_EQ(written["reasoning_effort"], "low");
  EXPECT_EQ(written["tool_choice"]["function"]["name"], "f");
}

TEST(OpenAiRequest, WritesTheFormatOrTellsIt) {
  const Json schema = {{"type", "object"}, {"properties", {{"a", {{"type", "string"}}}}}};
  const Json body =
      Chat({{"response_format",
             {{"type", "json_schema"},
              {"json_schema", {{"name", "n"}, {"schema", schema}, {"strict", true}}}}}});
  EXPECT_EQ(Again(body)["response_format"]["json_schema"]["schema"], schema);
  const Json told = Again(body, Repair::kTellFormat);
  EXPECT_FALSE(told.contains("response_format"));
  EXPECT_NE(told["messages"].back()["content"].get<std::string>().find("JSON Schema"),
            std::string::npos);
}

TEST(OpenAiRequest, NamesTheEffortOfABudget) {
  const auto effort = [](int budget) {
    return Again(Chat({{"reasoning", {{"max_tokens", budget}}}}))["reasoning_effort"];
  };
  EXPECT_EQ(effort(1), "low");
  EXPECT_EQ(effort(4'096), "low");
  EXPECT_EQ(effort(4'097), "medium");
  EXPECT_EQ(effort(16'384), "medium");
  EXPECT_EQ(effort(16'385), "high");
}

TEST(OpenAiRequest, AsksForAStrictFormatUnlessItWasRefused) {
  const auto format = [](bool strict, Repair repair = Repair::kNone, const char* refused = "") {
    Json schema = {{"name", "n"}, {"schema", {{"type", "object"}}}};
    if (strict) schema["strict"] = true;
    return Again(Chat({{"response_format", {{"type", "json_schema"}, {"json_schema", schema}}}}),
                 repair, refused)["response_format"]["json_schema"];
  };
  EXPECT_EQ(format(true)["strict"], true);
  EXPECT_EQ(format(true)["name"], "n");
  EXPECT_FALSE(format(false).contains("strict"));
  EXPECT_FALSE(format(true, Repair::kLowerFormat).contains("strict"));
  EXPECT_FALSE(format(true, Repair::kLowerSchemas).contains("strict"));
  EXPECT_FALSE(format(true, Repair::kOmitField, "strict").contains("strict"));
  EXPECT_EQ(format(true, Repair::kOmitField, "seed")["strict"], true);
  EXPECT_EQ(format(true, Repair::kOmitThinking)["strict"], true);
}

TEST(OpenAiRequest, ShortensTheListOfToolsToThoseThatAreAllowed) {
  const auto tool = [](const char* name) {
    return Json{{"type", "function"}, {"function", {{"name", name}}}};
  };
  const Json written =
      Again(Chat({{"tools", Json::array({tool("f"), tool("g"), tool("h")})},
                  {"tool_choice",
                   {{"type", "allowed_tools"},
                    {"allowed_tools",
                     {{"mode", "required"}, {"tools", Json::array({tool("f"), tool("h")})}}}}}}));
  ASSERT_EQ(written["tools"].size(), 2U);
  EXPECT_EQ(written["tools"][1]["function"]["name"], "h");
  EXPECT_EQ(written["tool_choice"], "required");
}

TEST(OpenAiRequest, RefusesMediaThatOnlyGoogleCanRead) {
  chat::Request request;
  chat::Media media;
  media.uri = "gs://bucket/cat.png";
  chat::Message message;
  message.blocks = {media};
  request.messages = {message};
  const auto written = WriteOpenAiRequest(request, {"m"});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace agm::protocol
