#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/mock/checks.h"

namespace agm::mock {
namespace {

std::string Refusal(const std::string& request, std::string_view model = "gemini-2.5-flash",
                    bool strict = false) {
  const auto found = FindModel(model, true);
  const auto doc = JsonDoc::Parse(request);
  EXPECT_TRUE(found && doc) << request;
  if (!found || !doc) return "not checked";
  Complaints complaints;
  CheckTools({*found, false, strict}, doc->root(), complaints);
  return complaints.any() ? complaints.error()->message : "";
}

std::string Named(const std::string& name, bool strict = false) {
  return Refusal(R"({"tools":[{"functionDeclarations":[{"name":")" + name + R"("}]}]})",
                 "gemini-2.5-flash", strict);
}

std::string WithMode(const std::string& config, bool declared = true) {
  return Refusal(fmt::format(R"({{"tools":[{}],"toolConfig":{{"functionCallingConfig":{{{}}}}}}})",
                             declared ? R"({"functionDeclarations":[{"name":"f"}]})" : "", config));
}

TEST(CheckTools, TakesTheNamesOfFunctions) {
  for (const std::string& name : {std::string("f"), std::string("_f"), std::string("A1"),
                                  std::string("a.b:c-d_e"), std::string(128, 'a')}) {
    EXPECT_EQ(Named(name), "") << name;
  }
  for (const std::string& name : {std::string("1a"), std::string("-a"), std::string(".a"),
                                  std::string("a b"), std::string("a/b"), std::string(129, 'a')}) {
    EXPECT_NE(Named(name).find("Invalid function name"), std::string::npos) << name;
  }
  EXPECT_NE(Named("").find("[REQUIRED_FIELD_MISSING]"), std::string::npos);
  EXPECT_EQ(Named(std::string(64, 'a'), true), "");
  EXPECT_NE(Named(std::string(65, 'a'), true).find("at most 64"), std::string::npos);
}

TEST(CheckTools, NamesThePlaceOfADeclaration) {
  EXPECT_NE(Refusal(R"({"tools":[{"urlContext":{}},{"functionDeclarations":[{"name":"f"},{}]}]})",
                    "gemini-3-flash-preview")
                .find("tools[1].function_declarations[1].name"),
            std::string::npos);
}

TEST(CheckTools, BoundsTheNumberOfDeclarations) {
  const auto many = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += fmt::format(R"({}{{"name":"f{}"}})", i ? "," : "", i);
    return Refusal(R"({"tools":[{"functionDeclarations":[)" + list + "]}]}");
  };
  EXPECT_EQ(many(512), "");
  EXPECT_NE(many(513).find("at most 512"), std::string::npos);
}

TEST(CheckTools, WantsParametersThatAreAnObject) {
  const auto with = [](const std::string& parameters) {
    return Refusal(R"({"tools":[{"functionDeclarations":[{"name":"f",)" + parameters + "}]}]}");
  };
  EXPECT_EQ(with(R"("parameters":{"type":"OBJECT"})"), "");
  EXPECT_EQ(with(R"("parameters":{"type":"object"})"), "");
  EXPECT_NE(with(R"("parameters":{"type":"ARRAY","items":{"type":"STRING"}})"), "");
  EXPECT_NE(with(R"("parameters":{"type":"OBJECT"},"parametersJsonSchema":{})"), "");
  EXPECT_NE(with(R"("parameters":{"type":"OBJECT","properties":{"a":{}}})")
                .find("parameters.properties[a].type"),
            std::string::npos);
  EXPECT_NE(with(R"("parametersJsonSchema":{"anyOf":[1]})").find("parameters_json_schema.anyOf[0]"),
            std::string::npos);
}

TEST(CheckTools, WantsFunctionsForAMode) {
  for (const char* mode : {"ANY", "AUTO", "VALIDATED"}) {
    const std::string config = fmt::format(R"("mode":"{}")", mode);
    EXPECT_EQ(WithMode(config), "") << mode;
    EXPECT_NE(WithMode(config, false).find("without function_declarations"), std::string::npos);
  }
  EXPECT_EQ(WithMode(R"("mode":"NONE")", false), "");
  EXPECT_EQ(WithMode("", false), "");
}

TEST(CheckTools, AllowsOnlyDeclaredFunctionsWhereOneMustBeCalled) {
  EXPECT_EQ(WithMode(R"("mode":"ANY","allowedFunctionNames":["f"])"), "");
  EXPECT_EQ(WithMode(R"("mode":"VALIDATED","allowedFunctionNames":["f"])"), "");
  EXPECT_NE(WithMode(R"("mode":"AUTO","allowedFunctionNames":["f"])").find("ANY or VALIDATED"),
            std::string::npos);
  EXPECT_NE(WithMode(R"("mode":"ANY","allowedFunctionNames":["g"])").find("no declared function"),
            std::string::npos);
}

TEST(CheckTools, MixesOwnToolsAndFunctionsOnNewModelsOnly) {
  const std::string both =
      R"({"tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f"}]}]})";
  EXPECT_NE(Refusal(both), "");
  EXPECT_EQ(Refusal(both, "gemini-3-flash-preview"), "");
  EXPECT_EQ(Refusal(R"({"tools":[{"googleSearch":{}}]})"), "");
  EXPECT_EQ(Refusal(R"({"tools":[{"googleSearch":null,"functionDeclarations":[{"name":"f"}]}]})"),
            "");
  EXPECT_NE(Refusal(R"({"tools":[{"functionDeclarations":[{"name":"f"}]}]})", "gemini-3-pro-image"),
            "");
  EXPECT_NE(Refusal(R"({"tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}]})")
                .find("Duplicate"),
            std::string::npos);
}

}  // namespace
}  // namespace agm::mock
