#include "core/protocol/gemini/tools.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/gemini/request.h"

namespace agm::protocol {
namespace {

chat::Tool Function(std::string name) {
  chat::Tool tool;
  tool.name = std::move(name);
  return tool;
}

chat::Request Asking(std::vector<chat::Tool> tools = {}) {
  chat::Request request;
  chat::Message message;
  message.blocks.emplace_back(chat::Text{"hi", {}, {}});
  request.messages.push_back(message);
  request.tools = std::move(tools);
  return request;
}

struct Written {
  std::string tools;   ///< JSON; empty: none
  std::string config;  ///< of "toolConfig"
  std::string dropped;
};

Written For(const chat::Request& request, std::string_view model = "gemini-3-flash",
            Repair repair = Repair::kNone) {
  GeminiWriteOptions options;
  options.repair = repair;
  const auto made = WriteGeminiRequest(request, TraitsOf(model), options);
  if (!made) return {"refused " + made.error().param + ": " + made.error().message, {}, {}};
  const Json body = Json::parse(made->body);
  Written out;
  if (body.contains("tools")) out.tools = body["tools"].dump();
  if (body.contains("toolConfig")) out.config = body["toolConfig"].dump();
  for (const std::string& item : made->dropped) out.dropped += item + "\n";
  return out;
}

/// The names of the tools in the upstream's request, separated by spaces.
std::string Names(const std::vector<std::string>& names) {
  std::vector<chat::Tool> tools;
  for (const std::string& name : names) tools.push_back(Function(name));
  GeminiToolNames map(tools);
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ' ';
    out += map.Upstream(name);
  }
  return out;
}

TEST(GeminiToolNames, KeepNamesThatTheApiAccepts) {
  const std::string longest(64, 'n');
  for (const std::string& name :
       {std::string("f"), std::string("_f"), std::string("Z9.a:b-c_d"), longest}) {
    EXPECT_EQ(Names({name}), name);
    EXPECT_TRUE(GeminiToolNames({Function(name)}).ToRead().empty()) << name;
  }
}

TEST(GeminiToolNames, GiveOtherNamesAnAliasOfTheirOwn) {
  EXPECT_EQ(Names({"get weather"}), "get_weather");
  EXPECT_EQ(Names({"1st"}), "_1st");
  EXPECT_EQ(Names({".x"}), "_.x");
  EXPECT_EQ(Names({"größe"}), "gr____e");
  EXPECT_EQ(Names({""}), "_");
  EXPECT_EQ(Names({"a b", "a_b"}), "a_b_2 a_b") << "a good name is never taken away";
  EXPECT_EQ(Names({"a b", "a/b", "a b"}), "a_b a_b_2 a_b");
  EXPECT_EQ(Names({"a b", "a/b", "a?b", "a_b_3"}), "a_b a_b_2 a_b_4 a_b_3");
}

TEST(GeminiToolNames, CutNamesToTheirGreatestLength) {
  const std::string head(64, 'n');
  EXPECT_EQ(Names({head + "x"}), head);
  EXPECT_EQ(Names({head + "x", head + "y"}), head + " " + head.substr(0, 62) + "_2");
  EXPECT_EQ(Names({"1" + head}), "_1" + head.substr(0, 62));
  EXPECT_EQ(Names({head, head + "x"}), head + " " + head.substr(0, 62) + "_2");
  EXPECT_EQ(Names({head + "x", head}), head.substr(0, 62) + "_2 " + head);
}

TEST(GeminiToolNames, TellTheReaderWhatChanged) {
  chat::Tool custom = Function("patch");
  custom.kind = chat::ToolKind::kCustom;
  const auto read = GeminiToolNames({Function("a b"), Function("f"), custom}).ToRead();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read.at("a_b"), (ClientTool{"a b", chat::ToolKind::kFunction}));
  EXPECT_EQ(read.at("patch"), (ClientTool{"patch", chat::ToolKind::kCustom}));
}

TEST(GeminiTools, DeclareFunctionsWithTheirSchemas) {
  chat::Tool plain = Function("f");
  chat::Tool told = Function("g");
  told.description = "does g";
  told.parameters = R"({"type":"object","properties":{"x":{"type":"string"}}})";
  chat::Tool own = Function("h");
  own.parameters = R"({"type":"OBJECT"})";
  own.openapi = true;
  chat::Tool custom = Function("patch");
  custom.kind = chat::ToolKind::kCustom;
  EXPECT_EQ(For(Asking({plain, told, own, custom})).tools,
            R"([{"functionDeclarations":[{"name":"f","description":"f"},)"
            R"({"name":"g","description":"does g","parametersJsonSchema":)"
            R"({"type":"object","properties":{"x":{"type":"string"}}}},)"
            R"({"name":"h","description":"h","parameters":{"type":"OBJECT"}},)"
            R"({"name":"patch","description":"patch","parametersJsonSchema":{"type":"object",)"
            R"("properties":{"input":{"type":"string"}},"required":["input"]}}]}])");
}

TEST(GeminiTools, LowerSchemasForOldModelsAndAfterARefusal) {
  chat::Tool tool = Function("f");
  tool.parameters = R"({"type":"object","properties":{"x":{"type":"string"}}})";
  const std::string lowered =
      R"([{"functionDeclarations":[{"name":"f","description":"f","parameters":)"
      R"({"type":"OBJECT","properties":{"x":{"type":"STRING"}},"propertyOrdering":["x"]}}]}])";
  EXPECT_EQ(For(Asking({tool}), "gemini-1.5-pro").tools, lowered);
  EXPECT_EQ(For(Asking({tool}), "gemini-3-flash", Repair::kLowerTools).tools, lowered);
  EXPECT_EQ(For(Asking({tool}), "gemini-3-flash", Repair::kLowerSchemas).tools, lowered);
  EXPECT_NE(For(Asking({tool}), "gemini-3-flash", Repair::kLowerFormat).tools, lowered);
  EXPECT_EQ(For(Asking({tool}), "gemini-1.5-pro").dropped, "");
}

TEST(GeminiTools, TellWhatIsMissingFromASchema) {
  chat::Tool tool = Function("f");
  tool.parameters =
      R"({"type":"object","properties":{"a":{"type":"string","not":{"enum":["x"]}}}})";
  EXPECT_NE(For(Asking({tool}), "gemini-1.5-pro").dropped.find("tools.f.parameters.properties.a"),
            std::string::npos)
      << For(Asking({tool}), "gemini-1.5-pro").dropped;
}

TEST(GeminiTools, ChooseAsTheClientDid) {
  struct Row {
    chat::ToolMode mode;
    bool named;
    bool strict;
    const char* config;
  };
  using chat::ToolMode;
  const Row rows[] = {
      {ToolMode::kAuto, false, false, R"({"functionCallingConfig":{"mode":"AUTO"}})"},
      {ToolMode::kAuto, false, true, R"({"functionCallingConfig":{"mode":"VALIDATED"}})"},
      {ToolMode::kAuto, true, false,
       R"({"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["a_b"]}})"},
      {ToolMode::kNone, false, true, R"({"functionCallingConfig":{"mode":"NONE"}})"},
      {ToolMode::kNone, true, false, R"({"functionCallingConfig":{"mode":"NONE"}})"},
      {ToolMode::kRequired, false, false, R"({"functionCallingConfig":{"mode":"ANY"}})"},
      {ToolMode::kRequired, true, true,
       R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["a_b"]}})"},
      {ToolMode::kValidated, false, false, R"({"functionCallingConfig":{"mode":"VALIDATED"}})"},
  };
  for (const Row& row : rows) {
    chat::Request request = Asking({Function("a b"), Function("c")});
    request.tools[1].strict = row.strict;
    request.tool_choice.emplace();
    request.tool_choice->mode = row.mode;
    if (row.named) request.tool_choice->names = {"a b"};
    EXPECT_EQ(For(request).config, row.config);
  }
  chat::Request open = Asking({Function("f")});
  EXPECT_EQ(For(open).config, "");
  open.tools[0].strict = true;
  EXPECT_EQ(For(open).config, R"({"functionCallingConfig":{"mode":"VALIDATED"}})");
}

TEST(GeminiTools, HoldNothingWhereTheRequestHasNone) {
  chat::Request request = Asking();
  EXPECT_EQ(For(request).tools, "");
  request.tool_choice.emplace();
  EXPECT_EQ(For(request).tools, "");
  EXPECT_EQ(For(request).config, "");
}

TEST(GeminiTools, NameTheUpstreamsOwnTools) {
  chat::Request request = Asking();
  using chat::HostedTool;
  request.hosted_tools = {HostedTool::kWebSearch, HostedTool::kCodeExecution,
                          HostedTool::kUrlContext};
  const std::string own = R"({"googleSearch":{}},{"codeExecution":{}},{"urlContext":{}})";
  EXPECT_EQ(For(request, "gemini-2.5-flash").tools, "[" + own + "]");
  request.tool_choice.emplace();
  EXPECT_EQ(For(request, "gemini-2.5-flash").config, "") << "a choice is among functions";
  request.tool_choice.reset();
  request.extra[kGeminiTools] = R"({"enterpriseWebSearch":{}})";
  EXPECT_EQ(For(request, "gemini-2.5-flash").tools, "[" + own + R"(,{"enterpriseWebSearch":{}}])");
  EXPECT_EQ(For(request, "gemini-2.5-flash").dropped, "");
  request.hosted_tools.clear();
  EXPECT_EQ(For(request, "gemini-2.5-flash").tools, R"([{"enterpriseWebSearch":{}}])");
}

TEST(GeminiTools, SearchBesideFunctionsOnlyWhereTheModelCan) {
  chat::Request request = Asking({Function("f")});
  request.hosted_tools = {chat::HostedTool::kWebSearch};
  const std::string functions = R"({"functionDeclarations":[{"name":"f","description":"f"}]})";
  EXPECT_EQ(For(request, "gemini-3-flash").tools, "[" + functions + R"(,{"googleSearch":{}}])");
  EXPECT_EQ(For(request, "gemini-3-flash").config, R"({"includeServerSideToolInvocations":true})");
  EXPECT_EQ(For(request, "gemini-3-flash").dropped, "");
  EXPECT_EQ(For(request, "gemini-2.5-flash").tools, "[" + functions + "]");
  EXPECT_EQ(For(request, "gemini-2.5-flash").config, "");
  EXPECT_EQ(For(request, "gemini-2.5-flash").dropped,
            "hosted tools (this model takes none beside functions)\n");
  request.tool_choice.emplace();
  EXPECT_EQ(For(request, "gemini-3-flash").config,
            R"({"functionCallingConfig":{"mode":"AUTO"},"includeServerSideToolInvocations":true})");
}

TEST(GeminiTools, AreRefusedWhereTheModelTakesNone) {
  EXPECT_EQ(For(Asking({Function("f")}), "gemma-3-27b-it").tools,
            "refused tools: this model takes no tools");
  EXPECT_EQ(For(Asking(), "gemma-3-27b-it").tools, "");
}

}  // namespace
}  // namespace agm::protocol
