#include "core/protocol/openai/messages.h"

#include <map>
#include <set>
#include <string>

#include "core/protocol/openai/content.h"
#include "core/protocol/openai/tools.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::protocol {
namespace {

/// Reads the messages of one request.
class Messages {
 public:
  Messages(Fields& fields, chat::Request& request) : fields_(fields), request_(request) {}

  void Read(JsonView messages) {
    const FieldPath list("messages");
    request_.messages.reserve(messages.size());
    std::size_t index = 0;
    for (const JsonView message : messages.items()) {
      ReadMessage(message, FieldPath(list, index++));
      if (!fields_.ok()) return;
    }
    CheckAnswered();
  }

 private:
  void ReadMessage(JsonView json, const FieldPath& at) {
    if (!json.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", json);
      return;
    }
    const JsonView role = fields_.Get(json, "role", JsonKind::kString, at);
    chat::Message message;
    if (role.equals("user")) {
      ReadPlain(json, chat::Role::kUser, Speaker::kUser, at, message);
    } else if (role.equals("assistant")) {
      ReadAssistant(json, at, message);
    } else if (role.equals("system") || role.equals("developer")) {
      ReadPlain(json, chat::Role::kSystem, Speaker::kSystem, at, message);
    } else if (role.equals("tool")) {
      ReadTool(json, at, message);
    } else if (role.equals("function")) {
      ReadFunctionResult(json, at, message);
    } else if (!role) {
      fields_.Refuse("missing_required_parameter", FieldPath(at, "role"), "a role is required");
    } else {
      fields_.Refuse("invalid_value", FieldPath(at, "role"),
                     fmt::format("expected system, developer, user, assistant, tool or function, "
                                 "found \"{}\"",
                                 role.text()));
    }
    const bool said = message.role != chat::Role::kTool || !message.blocks.empty();
    if (fields_.ok() && said) request_.messages.push_back(std::move(message));
  }

  void ReadPlain(JsonView json, chat::Role role, Speaker speaker, const FieldPath& at,
                 chat::Message& message) {
    CheckAnswered();
    message.role = role;
    message.name = fields_.Text(json, "name", at);
    const FieldPath inner(at, "content");
    if (!json["content"]) {
      fields_.Refuse("missing_required_parameter", inner, "a string or an array is required");
    }
    ReadOpenAiContent(json["content"], inner, speaker, fields_, message.blocks);
  }

  void ReadAssistant(JsonView json, const FieldPath& at, chat::Message& message) {
    CheckAnswered();
    message.role = chat::Role::kAssistant;
    message.name = fields_.Text(json, "name", at);
    ReadOpenAiContent(json["content"], FieldPath(at, "content"), Speaker::kAssistant, fields_,
                      message.blocks);
    SignText(EchoedSignature(json), message);
    const std::string refusal = fields_.Text(json, "refusal", at);
    if (!refusal.empty()) message.blocks.emplace_back(chat::Refusal{refusal});
    ReadImages(json, at, message);
    ReadCalls(json, at, message);
    ReadFunctionCall(json, at, message);
  }

  static void SignText(std::string signature, chat::Message& message) {
    if (signature.empty()) return;
    for (auto at = message.blocks.rbegin(); at != message.blocks.rend(); ++at) {
      if (auto* text = std::get_if<chat::Text>(&*at)) {
        text->signature = std::move(signature);
        return;
      }
    }
  }

  // Reads images of an earlier response that the client echoes.
  void ReadImages(JsonView json, const FieldPath& at, chat::Message& message) {
    const FieldPath images(at, "images");
    if (!json["images"].is(JsonKind::kArray)) return;
    ReadOpenAiContent(json["images"], images, Speaker::kAssistant, fields_, message.blocks);
  }

  void ReadCalls(JsonView json, const FieldPath& at, chat::Message& message) {
    const FieldPath list(at, "tool_calls");
    std::size_t index = 0;
    for (const JsonView call : fields_.Get(json, "tool_calls", JsonKind::kArray, at).items()) {
      ReadCall(call, FieldPath(list, index++), message);
      if (!fields_.ok()) return;
    }
  }

  void ReadCall(JsonView json, const FieldPath& at, chat::Message& message) {
    if (!json.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", json);
      return;
    }
    chat::ToolCall call;
    call.id = fields_.NeededText(json, "id", at);
    const bool custom = json["type"].equals("custom") || json["custom"].is(JsonKind::kObject);
    const std::string_view key = custom ? "custom" : "function";
    const FieldPath inner(at, key);
    const JsonView body = fields_.Get(json, key, JsonKind::kObject, at);
    if (!body) fields_.Refuse("missing_required_parameter", inner, "an object is required");
    call.name = fields_.NeededText(body, "name", inner);
    if (custom) {
      call.kind = chat::ToolKind::kCustom;
      call.arguments = fields_.Text(body, "input", inner);
    } else {
      call.arguments = ArgumentsObject(body["arguments"]);
    }
    call.signature = EchoedSignature(json);
    if (call.signature.empty()) call.signature = EchoedSignature(body);
    if (!fields_.ok()) return;
    names_[call.id] = call.name;
    open_.insert(call.id);
    message.blocks.emplace_back(std::move(call));
  }

  void ReadFunctionCall(JsonView json, const FieldPath& at, chat::Message& message) {
    const JsonView body = fields_.Get(json, "function_call", JsonKind::kObject, at);
    if (!body) return;
    chat::ToolCall call;
    call.name = fields_.NeededText(body, "name", FieldPath(at, "function_call"));
    call.arguments = ArgumentsObject(body["arguments"]);
    call.signature = EchoedSignature(json);
    message.blocks.emplace_back(std::move(call));
  }

  void ReadTool(JsonView json, const FieldPath& at, chat::Message& message) {
    message.role = chat::Role::kTool;
    chat::ToolResult result;
    result.id = fields_.NeededText(json, "tool_call_id", at);
    if (!fields_.ok()) return;
    const auto known = names_.find(result.id);
    const auto open = open_.find(result.id);
    const bool waits = open != open_.end();
    const bool in_place = waits || answered_.contains(result.id);
    if (known == names_.end() || !in_place) {
      fields_.Refuse("invalid_value", FieldPath("messages"),
                     fmt::format("a message with role 'tool' must answer a call of the assistant "
                                 "message before it; {} answers \"{}\", which is none",
                                 at.Text(), result.id));
      return;
    }
    result.name = known->second;
    // A second result for the same call is ignored; several calls may share an id.
    if (!waits) return;
    open_.erase(open);
    answered_.insert(result.id);
    result.content = ReadOpenAiResult(json["content"], FieldPath(at, "content"), fields_);
    message.blocks.emplace_back(std::move(result));
  }

  void ReadFunctionResult(JsonView json, const FieldPath& at, chat::Message& message) {
    message.role = chat::Role::kTool;
    chat::ToolResult result;
    result.name = fields_.NeededText(json, "name", at);
    result.content = ReadOpenAiResult(json["content"], FieldPath(at, "content"), fields_);
    message.blocks.emplace_back(std::move(result));
  }

  // Checks that every call has its result; called before any message that is not a tool's, and at
  // the end.
  void CheckAnswered() {
    if (!open_.empty()) {
      std::string missing;
      for (const std::string& id : open_) missing += (missing.empty() ? "" : ", ") + id;
      fields_.Refuse("invalid_value", FieldPath("messages"),
                     "an assistant message with 'tool_calls' must be followed by tool messages "
                     "that answer each call; not answered: " +
                         missing);
    }
    answered_.clear();
  }

  Fields& fields_;
  chat::Request& request_;
  std::map<std::string, std::string> names_;  ///< of all calls so far, by call id
  std::multiset<std::string> open_;           ///< ids of the unanswered calls
  std::set<std::string> answered_;
};

JsonView Either(JsonView object, std::string_view snake, std::string_view camel) {
  const JsonView found = object[snake];
  return found ? found : object[camel];
}

}  // namespace

void ReadOpenAiMessages(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("messages");
  const JsonView messages = fields.Get(body, "messages", JsonKind::kArray, {});
  if (!messages) {
    fields.Refuse("missing_required_parameter", at, "an array of messages is required");
  } else if (messages.size() == 0) {
    fields.Refuse("empty_array", at, "expected at least one message, found none");
  } else {
    Messages(fields, request).Read(messages);
  }
}

std::string EchoedSignature(JsonView object) {
  const JsonView google = Either(object, "extra_content", "extraContent")["google"];
  const JsonView fields = Either(object, "provider_specific_fields", "providerSpecificFields");
  for (const JsonView place : {google, fields}) {
    const JsonView signature = Either(place, "thought_signature", "thoughtSignature");
    if (signature.is(JsonKind::kString)) return signature.text();
  }
  return {};
}

}  // namespace agm::protocol
