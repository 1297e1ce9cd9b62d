#include "core/protocol/openai/tools.h"
#include "core/protocol/shared/tool_json.h"

#include <algorithm>
#include <map>

#include "core/base/json_writer.h"
#include "core/protocol/openai/shell_tools.h"

namespace agm::protocol {
namespace {

using chat::HostedTool;

// True for a schema without any content: the tool takes no arguments.
bool SaysNothing(JsonView schema) {
  if (!schema.is(JsonKind::kObject)) return true;
  for (const JsonMember member : schema.members()) {
    const bool empty_type = member.key.equals("type") && member.value.equals("object");
    const bool no_properties = member.key.equals("properties") && member.value.size() == 0;
    const bool harmless = member.key.equals("additionalProperties") ||
                          member.key.equals("$schema") || member.key.equals("required");
    if (!empty_type && !no_properties && !harmless) return false;
  }
  return !schema["additionalProperties"].is(JsonKind::kObject) &&
         !schema["additionalProperties"].boolean();
}

/// Reads the tools of one request.
class Tools {
 public:
  Tools(JsonView body, Fields& fields, chat::Request& request)
      : body_(body), fields_(fields), request_(request) {}

  void Read() {
    ReadList(fields_.Get(body_, "tools", JsonKind::kArray, {}), FieldPath("tools"), {});
    if (fields_.ok()) ReadFunctions();
    ReadRest();
  }

  void ReadResponses(const std::vector<JsonView>& more) {
    responses_ = true;
    ReadList(fields_.Get(body_, "tools", JsonKind::kArray, {}), FieldPath("tools"), {});
    latest_wins_ = true;
    for (const JsonView list : more) ReadList(list, FieldPath("input"), {});
    ReadRest();
  }

 private:
  void ReadList(JsonView list, const FieldPath& at, std::string_view space) {
    std::size_t index = 0;
    for (const JsonView tool : list.items()) {
      if (fields_.ok()) ReadTool(tool, FieldPath(at, index++), space);
    }
  }

  void ReadRest() {
    if (!fields_.ok()) return;
    if (const JsonView search = fields_.Get(body_, "web_search_options", JsonKind::kObject, {})) {
      AddHosted(HostedTool::kWebSearch);
    }
    if (fields_.Bool(body_, "parallel_tool_calls", {}) == false) {
      request_.parallel_tool_calls = false;
    }
    ReadChoice();
    ReadFunctionCall();
  }

  void ReadTool(JsonView tool, const FieldPath& at, std::string_view space) {
    if (!tool.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", tool);
      return;
    }
    const std::string type = fields_.NeededText(tool, "type", at);
    if (!fields_.ok()) return;
    if (responses_ && type == "tool_search") return ReadToolSearch(tool, at);
    if (responses_ && (type == "namespace" || ReadShell(type) || IsOpenAisOwn(type))) {
      draws_ = draws_ || type == "image_generation";
      const std::string name = type == "namespace" ? tool["name"].text() : "";
      if (type == "namespace") ReadList(tool["tools"], at, name);
      return;
    }
    space_ = space;
    ReadPlainTool(tool, type, at);
    space_ = {};
  }

  // Reads tools with a predefined shape; they become functions with an equivalent schema.
  bool ReadShell(std::string_view type) {
    auto tool = ShellTool(type);
    if (!tool) return false;
    Add(*std::move(tool), FieldPath("tools"));
    return true;
  }

  // A search that the client runs is a function to the model. If OpenAI runs it, all tools that it
  // could find are declared already.
  void ReadToolSearch(JsonView tool, const FieldPath& at) {
    if (!tool["execution"].equals("client")) return;
    chat::Tool search;
    search.name = "tool_search";
    search.description = fields_.Text(tool, "description", at);
    const JsonView schema = fields_.Get(tool, "parameters", JsonKind::kObject, at);
    if (!SaysNothing(schema)) search.parameters = schema.raw();
    search.origin = R"({"type":"tool_search_call"})";
    Add(std::move(search), at);
  }

  static bool IsOpenAisOwn(std::string_view type) {
    return type == "programmatic_tool_calling" || type == "mcp" || type == "file_search" ||
           type == "image_generation" || type.starts_with("computer");
  }

  void PutInto(std::string_view space, chat::Tool& tool) {
    JsonWriter json(tool.origin);
    json.Object().Key("namespace").String(space).Key("name").String(tool.name).EndObject();
    tool.name = NamespacedName(space, tool.name);
  }

  void ReadPlainTool(JsonView tool, const std::string& type, const FieldPath& at) {
    if (type == "function") {
      // Also accepts the flat shape of the Responses API.
      const bool flat = !tool["function"] && tool["name"];
      ReadFunction(flat ? tool : fields_.Get(tool, "function", JsonKind::kObject, at),
                   flat ? at : FieldPath(at, "function"));
    } else if (type == "custom") {
      const bool flat = !tool["custom"] && tool["name"];
      ReadCustom(flat ? tool : fields_.Get(tool, "custom", JsonKind::kObject, at),
                 flat ? at : FieldPath(at, "custom"));
    } else if (!ReadHosted(type)) {
      fields_.Refuse("unsupported_value", FieldPath(at, "type"),
                     fmt::format("expected function, custom, web_search, code_interpreter or "
                                 "url_context, found \"{}\"",
                                 type));
    }
  }

  bool ReadHosted(std::string_view type) {
    if (type.starts_with("web_search") || type == "google_search" || type == "googleSearch") {
      AddHosted(HostedTool::kWebSearch);
    } else if (type == "code_interpreter" || type == "code_execution") {
      AddHosted(HostedTool::kCodeExecution);
    } else if (type == "url_context") {
      AddHosted(HostedTool::kUrlContext);
    } else {
      return false;
    }
    return true;
  }

  void AddHosted(HostedTool tool) {
    // Sorted, so that equal sets of tools give equal requests.
    auto& all = request_.hosted_tools;
    const auto place = std::lower_bound(all.begin(), all.end(), tool);
    if (place == all.end() || *place != tool) all.insert(place, tool);
  }

  void ReadFunction(JsonView function, const FieldPath& at) {
    if (!function) {
      fields_.Refuse("missing_required_parameter", at, "an object with a name is required");
      return;
    }
    chat::Tool tool;
    tool.name = fields_.NeededText(function, "name", at);
    tool.description = fields_.Text(function, "description", at);
    tool.strict = fields_.Bool(function, "strict", at).value_or(false);
    const JsonView schema = fields_.Get(function, "parameters", JsonKind::kObject, at);
    if (!SaysNothing(schema)) tool.parameters = schema.raw();
    Add(std::move(tool), at);
  }

  void ReadCustom(JsonView custom, const FieldPath& at) {
    if (!custom) {
      fields_.Refuse("missing_required_parameter", at, "an object with a name is required");
      return;
    }
    chat::Tool tool;
    tool.kind = chat::ToolKind::kCustom;
    tool.name = fields_.NeededText(custom, "name", at);
    tool.description = fields_.Text(custom, "description", at);
    const JsonView format = fields_.Get(custom, "format", JsonKind::kObject, at);
    // {type: "grammar", grammar: {syntax, definition}}, or the same without nesting.
    const JsonView grammar = format["grammar"] ? format["grammar"] : format;
    if (format["type"].equals("grammar") && grammar["definition"]) {
      if (!tool.description.empty()) tool.description += "\n\n";
      tool.description += fmt::format("The input must conform to this {} grammar:\n{}",
                                      grammar["syntax"].text(), grammar["definition"].text());
    }
    Add(std::move(tool), at);
  }

  void Add(chat::Tool tool, const FieldPath& at) {
    if (!fields_.ok()) return;
    if (tool.name.empty()) {
      fields_.Refuse("invalid_value", FieldPath(at, "name"), "expected a name, found nothing");
      return;
    }
    if (!space_.empty()) PutInto(space_, tool);
    const auto [known, fresh] = by_name_.emplace(tool.name, request_.tools.size());
    if (fresh) {
      request_.tools.push_back(std::move(tool));
    } else if (latest_wins_) {
      request_.tools[known->second] = std::move(tool);
    } else if (!(request_.tools[known->second] == tool)) {
      fields_.Refuse("invalid_value", FieldPath(at, "name"),
                     fmt::format("two different tools are called \"{}\"", tool.name));
    }
  }

  void ReadFunctions() {
    const FieldPath functions("functions");
    const JsonView list = fields_.Get(body_, "functions", JsonKind::kArray, {});
    std::size_t index = 0;
    for (const JsonView function : list.items()) {
      const FieldPath at(functions, index++);
      if (!function.is(JsonKind::kObject)) {
        fields_.WrongType(at, "an object", function);
        return;
      }
      ReadFunction(function, at);
      if (!fields_.ok()) return;
    }
    if (index > 0 && request_.tools.size() == index) request_.style = "functions";
  }

  bool Knows(const std::string& name) const { return by_name_.contains(name); }

  void Choose(chat::ToolMode mode, std::vector<std::string> names, const FieldPath& at) {
    for (const std::string& name : names) {
      if (Knows(name)) continue;
      fields_.Refuse("invalid_value", at, fmt::format("\"{}\" is none of the tools", name));
      return;
    }
    if (mode == chat::ToolMode::kRequired && request_.tools.empty()) {
      if (!request_.hosted_tools.empty()) return;
      if (draws_) return Draw();
      fields_.Refuse("invalid_value", at, "tools are required for it, found none");
      return;
    }
    request_.tool_choice = chat::ToolChoice{mode, std::move(names)};
  }

  // A picture is wanted: a model that draws none refuses that.
  void Draw() { request_.modalities = {"text", "image"}; }

  void ReadChoice() {
    const FieldPath at("tool_choice");
    const JsonView choice = body_["tool_choice"];
    if (!choice || !fields_.ok()) return;
    if (choice.is(JsonKind::kString)) return ReadChoiceWord(choice, at);
    if (!choice.is(JsonKind::kObject)) {
      fields_.WrongType(at, "a string or an object", choice);
      return;
    }
    const std::string type = fields_.NeededText(choice, "type", at);
    if (!fields_.ok()) return;
    if (type == "function" || type == "custom") {
      const JsonView inner = choice[type] ? choice[type] : choice;
      const std::string name = fields_.NeededText(inner, "name", FieldPath(at, type));
      if (fields_.ok()) Choose(chat::ToolMode::kRequired, {name}, at);
    } else if (type == "allowed_tools") {
      ReadAllowed(choice["allowed_tools"] ? choice["allowed_tools"] : choice, at);
    } else if (responses_ && type == "image_generation") {
      Draw();
    } else if (!ReadHosted(type)) {
      fields_.Refuse("invalid_value", FieldPath(at, "type"),
                     fmt::format("expected function, custom or allowed_tools, found \"{}\"", type));
    }
  }

  void ReadChoiceWord(JsonView choice, const FieldPath& at) {
    if (choice.equals("none")) {
      Choose(chat::ToolMode::kNone, {}, at);
    } else if (choice.equals("auto")) {
      Choose(chat::ToolMode::kAuto, {}, at);
    } else if (choice.equals("required") || choice.equals("any")) {
      Choose(chat::ToolMode::kRequired, {}, at);
    } else if (choice.equals("validated")) {
      Choose(chat::ToolMode::kValidated, {}, at);
    } else {
      fields_.Refuse(
          "invalid_value", at,
          fmt::format("expected none, auto, required or validated, found \"{}\"", choice.text()));
    }
  }

  void ReadAllowed(JsonView allowed, const FieldPath& at) {
    const FieldPath inner(at, "allowed_tools");
    const bool required = fields_.Text(allowed, "mode", inner) == "required";
    std::vector<std::string> names;
    for (const JsonView tool : fields_.Get(allowed, "tools", JsonKind::kArray, inner).items()) {
      const JsonView type = tool["type"];
      const JsonView name = tool["name"] ? tool["name"] : tool[type.text()]["name"];
      if (name.is(JsonKind::kString)) names.push_back(name.text());
      if (required && type.equals("image_generation") && !name) Draw();
    }
    if (names.empty() && !request_.modalities.empty()) return;
    if (names.empty()) {
      fields_.Refuse("invalid_value", inner, "expected at least one tool with a name");
      return;
    }
    Choose(required ? chat::ToolMode::kRequired : chat::ToolMode::kAuto, std::move(names), inner);
  }

  void ReadFunctionCall() {
    const FieldPath at("function_call");
    const JsonView choice = body_["function_call"];
    if (!choice || request_.tool_choice || !fields_.ok()) return;
    if (choice.is(JsonKind::kObject)) {
      const std::string name = fields_.NeededText(choice, "name", at);
      if (fields_.ok()) Choose(chat::ToolMode::kRequired, {name}, at);
    } else if (choice.equals("none")) {
      Choose(chat::ToolMode::kNone, {}, at);
    } else if (choice.equals("auto")) {
      Choose(chat::ToolMode::kAuto, {}, at);
    } else {
      fields_.Refuse("invalid_value", at, "expected none, auto or an object with a name");
    }
  }

  JsonView body_;
  Fields& fields_;
  chat::Request& request_;
  bool responses_ = false;
  std::string_view space_;    ///< of the tool that is read; empty: none
  bool latest_wins_ = false;  ///< a tool that was found again is what it is now
  bool draws_ = false;        ///< image_generation is among the tools
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace

void ReadOpenAiTools(JsonView body, Fields& fields, chat::Request& request) {
  Tools(body, fields, request).Read();
}

void ReadResponsesTools(JsonView body, const std::vector<JsonView>& more, Fields& fields,
                        chat::Request& request) {
  Tools(body, fields, request).ReadResponses(more);
}

std::string NamespacedName(std::string_view space, std::string_view name) {
  return fmt::format("{}__{}", space, name);
}

void ReadOpenAiFormat(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("response_format");
  const JsonView format = fields.Get(body, "response_format", JsonKind::kObject, {});
  if (!format) return;
  const std::string type = fields.NeededText(format, "type", at);
  if (!fields.ok() || type == "text") return;
  if (type == "json_object") {
    // Compatible servers take a schema here (llama.cpp, Together).
    ReadJsonSchema(format, at, fields, request);
    return;
  }
  if (type != "json_schema") {
    fields.Refuse("invalid_value", FieldPath(at, "type"),
                  fmt::format("expected text, json_object or json_schema, found \"{}\"", type));
    return;
  }
  const FieldPath inner(at, "json_schema");
  const JsonView spec = fields.Get(format, "json_schema", JsonKind::kObject, at);
  if (!spec) {
    fields.Refuse("missing_required_parameter", inner, "an object is required");
    return;
  }
  ReadJsonSchema(spec, inner, fields, request);
}

}  // namespace agm::protocol
