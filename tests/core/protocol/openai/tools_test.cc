#include "core/protocol/openai/tools.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/protocol/openai/chat_request.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Read(std::string_view members) {
  return ReadOpenAiChatRequest(
      fmt::format(R"({{"model":"m","messages":[{{"role":"user","content":"Hi"}}],{}}})", members));
}

// The request of a Responses body, with more tools from its items.
chat::Request Responses(std::string_view body, std::string_view more = "[]") {
  const auto doc = JsonDoc::Parse(body);
  const auto items = JsonDoc::Parse(more);
  std::vector<JsonView> lists;
  for (const JsonView list : items->root().items()) lists.push_back(list);
  Fields fields;
  chat::Request request;
  ReadResponsesTools(doc->root(), lists, fields, request);
  EXPECT_TRUE(fields.ok()) << fields.error()->message;
  return request;
}

std::string Parameters(std::string_view schema) {
  const auto request = Read(fmt::format(
      R"("tools":[{{"type":"function","function":{{"name":"f","parameters":{}}}}}])", schema));
  EXPECT_TRUE(request) << request.error().message;
  return request ? request->tools.front().parameters : "";
}

TEST(OpenAiTools, HaveNoParametersWhereTheSchemaSaysNothing) {
  for (const std::string_view schema :
       {"null", "{}", R"({"type":"object"})", R"({"type":"object","properties":{}})",
        R"({"type":"object","properties":{},"additionalProperties":false})",
        R"({"$schema":"s","type":"object"})", R"({"type":"object","required":[]})"}) {
    EXPECT_EQ(Parameters(schema), "") << schema;
  }
  for (const std::string_view schema :
       {R"({"type":"string"})", R"({"title":"object"})", R"({"properties":{"a":{}}})",
        R"({"type":"object","additionalProperties":true})",
        R"({"type":"object","additionalProperties":{"type":"string"}})"}) {
    EXPECT_EQ(Parameters(schema), schema);
  }
}

TEST(OpenAiTools, OfLaterItemsReplaceThoseOfTheSameName) {
  const chat::Request request = Responses(
      R"({"tools":[{"type":"function","name":"f","description":"old"},{"type":"function","name":"g"}],"tool_choice":"auto"})",
      R"([[{"type":"function","name":"f","description":"new"}]])");
  ASSERT_EQ(request.tools.size(), 2U);
  EXPECT_EQ(request.tools[0].description, "new");
  ASSERT_TRUE(request.tool_choice);
  EXPECT_EQ(request.tool_choice->mode, chat::ToolMode::kAuto);
}

TEST(OpenAiTools, MayBeDeclaredTwiceInTheSameWayOnly) {
  const auto tools = [](std::string_view description) {
    return Read(fmt::format(
        R"("tools":[{{"type":"function","function":{{"name":"f","description":"d"}}}},{{"type":"function","function":{{"name":"f","description":"{}"}}}}])",
        description));
  };
  ASSERT_TRUE(tools("d"));
  EXPECT_EQ(tools("d")->tools.size(), 1U);
  ASSERT_FALSE(tools("e"));
  EXPECT_EQ(tools("e").error().message,
            "tools[1].function.name: two different tools are called \"f\"");
}

TEST(OpenAiTools, ThatOnlyOpenAiCanRunAreLeftOut) {
  for (const std::string_view type : {"programmatic_tool_calling", "mcp", "file_search",
                                      "image_generation", "computer_use_preview"}) {
    const chat::Request request = Responses(
        fmt::format(R"({{"tools":[{{"type":"{}"}},{{"type":"function","name":"f"}}]}})", type));
    EXPECT_EQ(request.tools.size(), 1U) << type;
    EXPECT_FALSE(Read(fmt::format(R"("tools":[{{"type":"{}"}}])", type))) << type;
  }
}

TEST(OpenAiTools, TellTheGrammarOfTheirInput) {
  const auto description = [](std::string_view format) {
    const auto request = Read(fmt::format(
        R"("tools":[{{"type":"custom","custom":{{"name":"f","description":"d","format":{}}}}}])",
        format));
    EXPECT_TRUE(request) << request.error().message;
    return request->tools.front().description;
  };
  const std::string told = "d\n\nThe input must conform to this lark grammar:\nx";
  EXPECT_EQ(description(R"({"type":"grammar","syntax":"lark","definition":"x"})"), told);
  EXPECT_EQ(description(R"({"type":"grammar","grammar":{"syntax":"lark","definition":"x"}})"),
            told);
  EXPECT_EQ(description(R"({"type":"grammar"})"), "d");
  EXPECT_EQ(description(R"({"type":"text","definition":"x"})"), "d");
}

TEST(OpenAiTools, AreChosenByAWord) {
  const auto mode = [](std::string_view word) {
    const auto request = Read(fmt::format(
        R"("tools":[{{"type":"function","function":{{"name":"f"}}}}],"tool_choice":"{}")", word));
    EXPECT_TRUE(request) << request.error().message;
    EXPECT_TRUE(request->tool_choice);
    return request->tool_choice ? request->tool_choice->mode : chat::ToolMode::kNone;
  };
  EXPECT_EQ(mode("auto"), chat::ToolMode::kAuto);
  EXPECT_EQ(mode("none"), chat::ToolMode::kNone);
  EXPECT_EQ(mode("required"), chat::ToolMode::kRequired);
  EXPECT_EQ(mode("any"), chat::ToolMode::kRequired);
  EXPECT_EQ(mode("validated"), chat::ToolMode::kValidated);
}

TEST(OpenAiTools, MakeTheModelDrawWhereOnlyThatIsAllowed) {
  const auto modalities = [](std::string_view mode, std::string_view tools) {
    return Responses(
               fmt::format(
                   R"({{"tools":[{{"type":"image_generation"}},{{"type":"function","name":"f"}}],"tool_choice":{{"type":"allowed_tools","mode":"{}","tools":[{}]}}}})",
                   mode, tools))
        .modalities;
  };
  const std::vector<std::string> draws = {"text", "image"};
  EXPECT_EQ(modalities("required", R"({"type":"image_generation"})"), draws);
  EXPECT_EQ(modalities("required", R"({"type":"function","name":"f"})"),
            std::vector<std::string>());
  EXPECT_EQ(modalities("auto", R"({"type":"image_generation"},{"type":"function","name":"f"})"),
            std::vector<std::string>());
}

}  // namespace
}  // namespace agm::protocol
