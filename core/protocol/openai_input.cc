#include "core/protocol/openai_input.h"

#include <map>
#include <string>
#include <utility>

#include "core/protocol/openai_content.h"
#include "core/protocol/openai_messages.h"
#include "core/protocol/openai_tools.h"

namespace agm::protocol {
namespace {

/// The items of one request while they are read.
class Items {
 public:
  Items(Fields& fields, chat::Request& request) : fields_(fields), request_(request) {}

  void Read(JsonView item, const FieldPath& at) {
    if (!item.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", item);
      return;
    }
    const JsonView type = item["type"];
    if (!type || type.equals("message")) {
      ReadMessage(item, at);
    } else if (type.equals("function_call") || type.equals("custom_tool_call")) {
      ReadCall(item, type.equals("custom_tool_call"), at);
    } else if (type.equals("function_call_output") || type.equals("custom_tool_call_output")) {
      ReadOutput(item, at);
    } else if (!type.equals("reasoning")) {
      fields_.Refuse("invalid_value", FieldPath(at, "type"),
                     fmt::format("expected message, function_call, function_call_output or "
                                 "reasoning, found \"{}\"",
                                 type.text()));
    }
  }

 private:
  void ReadMessage(JsonView item, const FieldPath& at) {
    const JsonView role = fields_.Get(item, "role", JsonKind::kString, at);
    chat::Message message;
    Speaker speaker = Speaker::kUser;
    if (role.equals("assistant")) {
      message.role = chat::Role::kAssistant;
      speaker = Speaker::kAssistant;
    } else if (role.equals("system") || role.equals("developer")) {
      message.role = chat::Role::kSystem;
      speaker = Speaker::kSystem;
    } else if (!role.equals("user")) {
      fields_.Refuse("invalid_value", FieldPath(at, "role"),
                     "expected user, assistant, system or developer");
      return;
    }
    const FieldPath content(at, "content");
    if (!item["content"]) {
      fields_.Refuse("missing_required_parameter", content, "a string or an array is required");
    }
    ReadOpenAiContent(item["content"], content, speaker, fields_, message.blocks);
    Add(std::move(message));
  }

  void ReadCall(JsonView item, bool custom, const FieldPath& at) {
    chat::ToolCall call;
    call.id = fields_.NeededText(item, "call_id", at);
    call.name = fields_.NeededText(item, "name", at);
    call.kind = custom ? chat::ToolKind::kCustom : chat::ToolKind::kFunction;
    call.arguments = custom ? item["input"].text() : ArgumentsObject(item["arguments"]);
    call.signature = EchoedSignature(item);
    names_[call.id] = call.name;
    chat::Message message;
    message.role = chat::Role::kAssistant;
    message.blocks.emplace_back(std::move(call));
    Add(std::move(message));
  }

  void ReadOutput(JsonView item, const FieldPath& at) {
    chat::ToolResult result;
    result.id = fields_.NeededText(item, "call_id", at);
    const auto known = names_.find(result.id);
    if (known == names_.end()) {
      fields_.Refuse(
          "invalid_value", FieldPath("input"),
          fmt::format("{} answers the call \"{}\", which is none", at.Text(), result.id));
      return;
    }
    result.name = known->second;
    result.content = ReadOpenAiResult(item["output"], FieldPath(at, "output"), fields_);
    chat::Message message;
    message.role = chat::Role::kTool;
    message.blocks.emplace_back(std::move(result));
    Add(std::move(message));
  }

  void Add(chat::Message message) {
    if (fields_.ok()) request_.messages.push_back(std::move(message));
  }

  Fields& fields_;
  chat::Request& request_;
  std::map<std::string, std::string> names_;  ///< of all calls so far, by id
};

void AddText(chat::Role role, std::string text, chat::Request& request) {
  chat::Message message;
  message.role = role;
  message.blocks.emplace_back(chat::Text{std::move(text), {}});
  request.messages.push_back(std::move(message));
}

}  // namespace

void ReadOpenAiInput(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("input");
  if (const JsonView text = body["instructions"]; text.is(JsonKind::kString)) {
    AddText(chat::Role::kSystem, text.text(), request);
  }
  const JsonView input = body["input"];
  if (input.is(JsonKind::kString)) return AddText(chat::Role::kUser, input.text(), request);
  if (!input.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array", input);
    return;
  }
  Items items(fields, request);
  std::size_t index = 0;
  for (const JsonView item : input.items()) {
    items.Read(item, FieldPath(at, index++));
    if (!fields.ok()) return;
  }
  if (index == 0) fields.Refuse("empty_array", at, "expected at least one item, found none");
}

}  // namespace agm::protocol
