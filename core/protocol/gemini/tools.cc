#include "core/protocol/gemini/tools.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/protocol/schema/schema.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kLongestTail = 8;  // an underscore and seven digits: bodies have fewer tools
constexpr std::string_view kCustomInput =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

bool MayBegin(char c) { return IsLetter(c) || c == '_'; }

bool MayFollow(char c) { return MayBegin(c) || IsDigit(c) || c == '.' || c == ':' || c == '-'; }

bool IsGood(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && MayBegin(name[0]) &&
         std::all_of(name.begin(), name.end(), MayFollow);
}

std::string Fit(std::string_view name) {
  std::string fit;
  if (name.empty() || !MayBegin(name[0])) fit += '_';
  for (const char c : name.substr(0, kMaxName - fit.size())) fit += MayFollow(c) ? c : '_';
  return fit;
}

std::string_view ModeName(const chat::ToolChoice& choice, bool strict) {
  switch (choice.mode) {
    case chat::ToolMode::kNone:
      return "NONE";
    case chat::ToolMode::kRequired:
      return "ANY";
    case chat::ToolMode::kValidated:
      return "VALIDATED";
    case chat::ToolMode::kAuto:
      return strict || !choice.names.empty() ? "VALIDATED" : "AUTO";
  }
  return "AUTO";
}

void WriteSchema(const chat::Tool& tool, bool lower, JsonWriter& json, GeminiRequest& out) {
  if (tool.kind == chat::ToolKind::kCustom) {
    json.Key("parametersJsonSchema").Raw(kCustomInput);
    return;
  }
  if (tool.parameters.empty()) return;
  if (tool.openapi) {
    json.Key("parameters").Raw(tool.parameters);
    return;
  }
  const SchemaText schema = lower ? LowerSchema(tool.parameters) : CleanSchema(tool.parameters);
  for (const SchemaNote& note : schema.notes) {
    if (note.fate == SchemaFate::kDropped) {
      out.dropped.push_back(
          fmt::format("tools.{}.parameters.{}: {}", tool.name, note.path, note.what));
    }
  }
  if (schema.json.empty()) return;
  json.Key(lower ? "parameters" : "parametersJsonSchema").Raw(schema.json);
}

void WriteDeclarations(const chat::Request& request, bool lower, GeminiToolNames& names,
                       JsonWriter& json, GeminiRequest& out) {
  json.Object().Key("functionDeclarations").Array();
  for (const chat::Tool& tool : request.tools) {
    json.Object().Key("name").String(names.Upstream(tool.name));
    // The API requires a description; the name is the best substitute.
    json.Key("description").String(tool.description.empty() ? tool.name : tool.description);
    WriteSchema(tool, lower, json, out);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

std::string_view HostedName(chat::HostedTool tool) {
  switch (tool) {
    case chat::HostedTool::kWebSearch:
      return "googleSearch";
    case chat::HostedTool::kCodeExecution:
      return "codeExecution";
    case chat::HostedTool::kUrlContext:
      return "urlContext";
  }
  return "googleSearch";
}

void WriteToolConfig(const chat::Request& request, bool functions, bool both,
                     GeminiToolNames& names, JsonWriter& json) {
  const bool strict = std::any_of(request.tools.begin(), request.tools.end(),
                                  [](const chat::Tool& tool) { return tool.strict; });
  const bool choose = functions && (request.tool_choice || strict);
  if (!choose && !both) return;
  json.Key("toolConfig").Object();
  if (choose) {
    const chat::ToolChoice choice = request.tool_choice.value_or(chat::ToolChoice{});
    json.Key("functionCallingConfig").Object().Key("mode").String(ModeName(choice, strict));
    if (!choice.names.empty() && choice.mode != chat::ToolMode::kNone) {
      json.Key("allowedFunctionNames").Array();
      for (const std::string& name : choice.names) json.String(names.Upstream(name));
      json.EndArray();
    }
    json.EndObject();
  }
  if (both) json.Key("includeServerSideToolInvocations").Bool(true);
  json.EndObject();
}

}  // namespace

GeminiToolNames::GeminiToolNames(const std::vector<chat::Tool>& tools) {
  for (const chat::Tool& tool : tools) {
    if (IsGood(tool.name)) taken_.insert(tool.name);
    if (tool.kind == chat::ToolKind::kCustom) custom_.insert(tool.name);
  }
  for (const chat::Tool& tool : tools) Upstream(tool.name);
}

const std::string& GeminiToolNames::Upstream(const std::string& name) {
  const auto known = upstream_.find(name);
  if (known != upstream_.end()) return known->second;
  std::string fit = name;
  if (!IsGood(name)) {
    fit = Fit(name);
    const std::string base = fit;
    int& next = next_.emplace(base.substr(0, kMaxName - kLongestTail), 2).first->second;
    while (taken_.contains(fit)) {
      const std::string tail = "_" + std::to_string(next++);
      fit = base.substr(0, kMaxName - tail.size()) + tail;
    }
  }
  taken_.insert(fit);
  return upstream_.emplace(name, std::move(fit)).first->second;
}

std::map<std::string, ClientTool, std::less<>> GeminiToolNames::ToRead() const {
  std::map<std::string, ClientTool, std::less<>> out;
  for (const auto& [name, upstream] : upstream_) {
    const bool custom = custom_.contains(name);
    if (name == upstream && !custom) continue;
    out[upstream] = {name, custom ? chat::ToolKind::kCustom : chat::ToolKind::kFunction};
  }
  return out;
}

bool OffersTools(const chat::Request& request, const ModelTraits& traits) {
  return traits.tools && !request.tools.empty();
}

Result<void> WriteGeminiTools(const chat::Request& request, const ModelTraits& traits,
                              const GeminiWriteOptions& options, GeminiToolNames& names,
                              JsonWriter& json, GeminiRequest& out) {
  const bool functions = !request.tools.empty();
  if (functions && !traits.tools) {
    return Invalid("unsupported_parameter", "tools", "this model takes no tools");
  }
  const bool hosted = !request.hosted_tools.empty() && (!functions || traits.search_with_tools);
  if (!hosted && !request.hosted_tools.empty()) {
    out.dropped.push_back("hosted tools (this model takes none beside functions)");
  }
  const auto more = request.extra.find(kGeminiTools);
  if (!functions && !hosted && more == request.extra.end()) return {};
  const bool lower = LowersTools(options.repair) || !traits.json_schema;
  json.Key("tools").Array();
  if (functions) WriteDeclarations(request, lower, names, json, out);
  if (hosted) {
    for (const chat::HostedTool tool : request.hosted_tools) {
      json.Object().Key(HostedName(tool)).Object().EndObject().EndObject();
    }
  }
  if (more != request.extra.end()) json.RawMembers(more->second);
  json.EndArray();
  out.reading.citations = hosted || more != request.extra.end();
  WriteToolConfig(request, functions, functions && hosted, names, json);
  return {};
}

}  // namespace agm::protocol
