#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "core/base/ascii.h"
#include "core/mock/checks.h"
#include "core/mock/function_name.h"
#include "core/mock/message.h"

namespace agm::mock {
namespace {

constexpr std::size_t kMostDeclarations = 512;

/// Checks all tools of a request.
class ToolCheck {
 public:
  ToolCheck(const CheckRules& rules, Complaints& complaints)
      : rules_(rules), complaints_(complaints) {}

  void Tools(JsonView tools) {
    std::size_t index = 0;
    ForEach(tools, [&](JsonView tool) {
      for (const JsonMember member : tool.members()) {
        if (member.value.is(JsonKind::kNull)) continue;
        if (!IsField(member.key.text(), "functionDeclarations")) has_builtin_ = true;
      }
      std::size_t at = 0;
      ForEach(Field(tool, "functionDeclarations"), [&](JsonView declaration) {
        Declaration(
            declaration,
            fmt::format("GenerateContentRequest.tools[{}].function_declarations[{}]", index, at++));
      });
      ++index;
    });
    Together();
  }

  void Choice(JsonView config) {
    if (!config) return;
    const std::string mode = EnumOf(Field(config, "mode"));
    if (count_ == 0 && (mode == "ANY" || mode == "AUTO" || mode == "VALIDATED")) {
      complaints_.Refuse("Function calling config is set without function_declarations.");
    }
    ForEach(Field(config, "allowedFunctionNames"), [&](JsonView name) {
      if (mode != "ANY" && mode != "VALIDATED") {
        complaints_.Refuse(
            "Function calling config: allowed_function_names can only be set when "
            "the mode is ANY or VALIDATED.");
      }
      if (!names_.contains(name.text())) {
        complaints_.Refuse(
            fmt::format("Function calling config: allowed_function_names holds "
                        "\"{}\", which is no declared function.",
                        name.text()));
      }
    });
  }

 private:
  void Declaration(JsonView declaration, const std::string& path) {
    ++count_;
    const std::string name = Field(declaration, "name").text();
    if (name.empty()) {
      complaints_.Field(path + ".name", "[REQUIRED_FIELD_MISSING]");
    } else if (!IsFunctionName(name, rules_.strict)) {
      complaints_.Field(path + ".name", FunctionNameRule(rules_.strict));
    }
    if (!names_.insert(name).second) {
      complaints_.Refuse("Duplicate function declaration found: " + name);
    }
    const JsonView parameters = Field(declaration, "parameters");
    const JsonView json = Field(declaration, "parametersJsonSchema");
    if (parameters && json) {
      complaints_.Field(path, "parameters and parameters_json_schema are mutually exclusive");
    }
    if (parameters) {
      const std::string type = EnumOf(Field(parameters, "type"));
      if (!type.empty() && type != "OBJECT" && type != "6") {
        complaints_.Field(path + ".parameters.type",
                          "the schema of parameters should be of type OBJECT");
      }
      CheckSchema(rules_, parameters, path + ".parameters", complaints_);
    }
    if (json) CheckJsonSchema(rules_, json, path + ".parameters_json_schema", complaints_);
  }

  void Together() {
    if (count_ > kMostDeclarations) {
      complaints_.Refuse(fmt::format("The number of function declarations must be at most {}.",
                                     kMostDeclarations));
    }
    if (count_ > 0 && rules_.model.kind != ModelKind::kChat) {
      complaints_.Refuse(
          fmt::format("Function calling is not enabled for models/{}", rules_.model.id));
    }
    if (count_ > 0 && has_builtin_ && rules_.model.family < 30) {
      complaints_.Refuse("Tool use with function calling is unsupported");
    }
  }

  const CheckRules& rules_;
  Complaints& complaints_;
  std::set<std::string> names_;
  std::size_t count_ = 0;
  bool has_builtin_ = false;
};

}  // namespace

bool IsFunctionName(std::string_view name, bool strict) {
  const auto may_begin = [](char c) { return c == '_' || IsLetter(c); };
  const auto may_follow = [&](char c) {
    return may_begin(c) || IsDigit(c) || c == '.' || c == ':' || c == '-';
  };
  return !name.empty() && name.size() <= (strict ? 64U : 128U) && may_begin(name[0]) &&
         std::ranges::all_of(name, may_follow);
}

std::string_view FunctionNameRule(bool strict) {
  return strict ? "Invalid function name. Must begin with a letter or an underscore, then letters, "
                  "digits, underscores, dots, colons or dashes, at most 64 in all."
                : "Invalid function name. Must begin with a letter or an underscore, then letters, "
                  "digits, underscores, dots, colons or dashes, at most 128 in all.";
}

void CheckTools(const CheckRules& rules, JsonView request, Complaints& complaints) {
  ToolCheck check(rules, complaints);
  check.Tools(Field(request, "tools"));
  check.Choice(Field(Field(request, "toolConfig"), "functionCallingConfig"));
}

}  // namespace agm::mock
