#include "core/protocol/responses/items.h"

#include <algorithm>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/openai/content.h"
#include "core/protocol/openai/tools.h"
#include "core/protocol/responses/compaction.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::protocol {
namespace {

std::string_view SealOf(Signs signs) { return signs == Signs::kNext ? "agm1." : "agm1t."; }

// The member with the action, in a call of a tool that is not a plain function.
std::string_view ActionMember(std::string_view type) {
  if (type == "apply_patch_call") return "operation";
  return type == "tool_search_call" ? "arguments" : "action";
}

// The output of a shell call is a list of what each command gave; the model reads it as JSON.
bool IsShellOutput(JsonView output) {
  for (const JsonView part : output.items())
    return !part["type"] || !part["type"].is(JsonKind::kString);
  return false;
}

}  // namespace

std::string SealSignature(std::string_view signature, Signs signs) {
  return std::string(SealOf(signs)).append(signature);
}

std::string OpenSignature(std::string_view sealed, Signs signs) {
  const std::string_view seal = SealOf(signs);
  return sealed.starts_with(seal) ? std::string(sealed.substr(seal.size())) : std::string();
}

void ResponsesItems::Read(JsonView items, const FieldPath& at) {
  std::size_t index = 0;
  for (const JsonView item : items.items()) {
    ReadItem(item, FieldPath(at, index++));
    if (!fields_.ok()) return;
  }
}

void ResponsesItems::ReadHistory(JsonView items, const FieldPath& at) {
  std::size_t begin = 0;
  std::size_t index = 0;
  for (const JsonView item : items.items()) {
    if (IsCompaction(item)) begin = index;
    ++index;
  }
  index = 0;
  for (const JsonView item : items.items()) {
    if (index++ < begin) continue;
    ReadItem(item, at);
    if (!fields_.ok()) return;
  }
  compacts_ = false;
}

void ResponsesItems::ReadItem(JsonView item, const FieldPath& at) {
  if (!item.is(JsonKind::kObject)) {
    fields_.WrongType(at, "an object", item);
    return;
  }
  const std::string type = item["type"] ? fields_.Text(item, "type", at) : "message";
  compacts_ = type == "compaction_trigger";
  if (type == "message") {
    ReadMessage(item, at);
  } else if (type == "reasoning") {
    ReadReasoning(item);
  } else if (type == "additional_tools") {
    if (item["tools"].is(JsonKind::kArray)) tools_.push_back(item["tools"]);
  } else if (type == "item_reference") {
    fields_.Refuse("invalid_value", at, "the item that this refers to is not kept here");
  } else if (type == "function_call" || type == "custom_tool_call" || type == "local_shell_call" ||
             type == "shell_call" || type == "apply_patch_call") {
    ReadCall(item, type, at);
  } else if (type == "tool_search_call") {
    // One that OpenAI ran itself has no id, and its answer is for nobody.
    if (item["call_id"]) ReadCall(item, type, at);
  } else if (type == "tool_search_output") {
    ReadFoundTools(item);
  } else if (type == "image_generation_call") {
    ReadImage(item);
  } else if (type == "compaction") {
    ReadCompaction(item);
  } else if (type == "function_call_output" || type == "custom_tool_call_output" ||
             type == "local_shell_call_output" || type == "shell_call_output" ||
             type == "apply_patch_call_output") {
    ReadOutput(item, at);
  }
}

void ResponsesItems::ReadMessage(JsonView item, const FieldPath& at) {
  const JsonView role = fields_.Get(item, "role", JsonKind::kString, at);
  const FieldPath inner(at, "content");
  if (role.equals("assistant")) {
    chat::Message& message = Assistant();
    const std::size_t before = message.blocks.size();
    ReadOpenAiContent(item["content"], inner, Speaker::kAssistant, fields_, message.blocks);
    if (message.blocks.size() == before || signature_.empty()) return;
    if (auto* text = std::get_if<chat::Text>(&message.blocks[before])) {
      text->signature = std::exchange(signature_, {});
    }
    return;
  }
  signature_.clear();  // it belonged to the assistant's turn, which has ended
  chat::Message message;
  if (role.equals("user")) {
    ReadOpenAiContent(item["content"], inner, Speaker::kUser, fields_, message.blocks);
  } else if (role.equals("system") || role.equals("developer")) {
    message.role = chat::Role::kSystem;
    ReadOpenAiContent(item["content"], inner, Speaker::kSystem, fields_, message.blocks);
  } else {
    const std::string found = role ? fmt::format(", found \"{}\"", role.text()) : "";
    fields_.Refuse(role ? "invalid_value" : "missing_required_parameter", FieldPath(at, "role"),
                   "expected user, assistant, system or developer" + found);
    return;
  }
  request_.messages.push_back(std::move(message));
}

chat::Message& ResponsesItems::Assistant() {
  auto& messages = request_.messages;
  if (messages.empty() || messages.back().role != chat::Role::kAssistant) {
    messages.emplace_back();
    messages.back().role = chat::Role::kAssistant;
  }
  return messages.back();
}

void ResponsesItems::ReadCall(JsonView item, std::string_view type, const FieldPath& at) {
  chat::ToolCall call;
  call.id = item["call_id"] ? fields_.Text(item, "call_id", at) : fields_.Text(item, "id", at);
  if (call.id.empty()) {
    fields_.Refuse("missing_required_parameter", FieldPath(at, "call_id"), "a string is required");
  }
  if (type == "function_call") {
    call.name = fields_.NeededText(item, "name", at);
    call.arguments = ArgumentsObject(item["arguments"]);
  } else if (type == "custom_tool_call") {
    call.kind = chat::ToolKind::kCustom;
    call.name = fields_.NeededText(item, "name", at);
    call.arguments = fields_.Text(item, "input", at);
  } else {
    call.name = type.substr(0, type.size() - std::string_view("_call").size());
    const JsonView body = item[ActionMember(type)];
    call.arguments = body.is(JsonKind::kObject) ? std::string(body.raw()) : "{}";
  }
  if (!fields_.ok()) return;
  const std::string space = item["namespace"].text();
  if (!space.empty()) call.name = NamespacedName(space, call.name);
  call.signature = std::exchange(signature_, {});
  chat::Message& message = Assistant();
  by_id_[call.id].calls.push_back(calls_.size());
  const std::string own = item["id"].text();
  if (!own.empty() && own != call.id) by_id_[own].calls.push_back(calls_.size());
  calls_.push_back({call.id, call.name, request_.messages.size() - 1, false});
  message.blocks.emplace_back(std::move(call));
}

ResponsesItems::Call* ResponsesItems::FindCall(JsonView item) {
  for (const std::string_view key : {"call_id", "id"}) {
    const auto found = by_id_.find(item[key].text());
    if (found == by_id_.end()) continue;
    // Of calls that share an id, the first that waits; of answered ones, any.
    auto& [calls, waiting] = found->second;
    while (waiting + 1 < calls.size() && calls_[calls[waiting]].answered) ++waiting;
    return &calls_[calls[waiting]];
  }
  return nullptr;
}

void ResponsesItems::ReadOutput(JsonView item, const FieldPath& at) {
  Call* call = FindCall(item);
  if (call == nullptr) {
    fields_.Refuse("invalid_value", FieldPath(at, "call_id"),
                   fmt::format("no tool call found for the output with call_id {}",
                               item["call_id"] ? item["call_id"].text() : item["id"].text()));
    return;
  }
  chat::ToolResult result;
  const JsonView output = item["output"];
  if (IsShellOutput(output)) {
    result.content.emplace_back(chat::Text{std::string(output.raw()), {}});
  } else {
    result.content = ReadOpenAiResult(output, FieldPath(at, "output"), fields_);
  }
  Answer(*call, std::move(result));
}

void ResponsesItems::Answer(Call& call, chat::ToolResult result) {
  if (std::exchange(call.answered, true)) return;  // a second output says nothing new
  result.id = call.id;
  result.name = call.name;
  auto& messages = request_.messages;
  const std::size_t place = call.message + 1;
  if (place == messages.size()) messages.push_back({chat::Role::kTool, {}, {}});
  chat::Message& message =
      messages[place].role == chat::Role::kTool ? messages[place] : late_[call.message];
  message.role = chat::Role::kTool;
  message.blocks.emplace_back(std::move(result));
}

// The tools that the client found are tools of the request from here on; the model is told their
// names.
void ResponsesItems::ReadFoundTools(JsonView item) {
  if (item["tools"].is(JsonKind::kArray)) tools_.push_back(item["tools"]);
  Call* call = item["call_id"] ? FindCall(item) : nullptr;
  if (call == nullptr) return;
  std::string names;
  JsonWriter json(names);
  json.Array();
  for (const JsonView tool : item["tools"].items()) {
    const std::string space = tool["type"].equals("namespace") ? tool["name"].text() : "";
    if (space.empty()) json.String(tool["name"].text());
    for (const JsonView inner : tool["tools"].items()) {
      json.String(NamespacedName(space, inner["name"].text()));
    }
  }
  json.EndArray();
  chat::ToolResult result;
  result.content.emplace_back(chat::Text{std::move(names), {}});
  Answer(*call, std::move(result));
}

// A picture that the model drew; one that is not whole, or no picture, is passed over.
void ResponsesItems::ReadImage(JsonView item) {
  const std::string data = item["result"].text();
  if (data.empty()) return;
  auto media = MediaFromBase64(data, {}, {}, chat::MediaKind::kImage);
  if (!media || !media->mime.starts_with("image/")) return;
  media->signature = std::exchange(signature_, {});
  Assistant().blocks.emplace_back(*std::move(media));
}

void ResponsesItems::ReadCompaction(JsonView item) {
  std::string summary = OpenCompaction(item["encrypted_content"].text());
  if (summary.empty()) return;
  signature_.clear();
  chat::Message message;
  message.blocks.emplace_back(chat::Text{std::move(summary), {}});
  request_.messages.push_back(std::move(message));
}

void ResponsesItems::ReadReasoning(JsonView item) {
  const std::string sealed = item["encrypted_content"].text();
  std::string next = OpenSignature(sealed, Signs::kNext);
  if (!next.empty()) signature_ = std::move(next);
  std::string before = OpenSignature(sealed, Signs::kTextBefore);
  auto& messages = request_.messages;
  if (before.empty() || messages.empty() || messages.back().blocks.empty()) return;
  if (messages.back().role != chat::Role::kAssistant) return;
  auto* text = std::get_if<chat::Text>(&messages.back().blocks.back());
  if (text != nullptr) text->signature = std::move(before);
}

void ResponsesItems::AddLate() {
  if (late_.empty()) return;
  std::vector<chat::Message> messages;
  messages.reserve(request_.messages.size() + late_.size());
  for (std::size_t i = 0; i < request_.messages.size(); ++i) {
    messages.push_back(std::move(request_.messages[i]));
    const auto late = late_.find(i);
    if (late != late_.end()) messages.push_back(std::move(late->second));
  }
  request_.messages = std::move(messages);
  late_.clear();
}

void ResponsesItems::Finish() {
  AddLate();
  const auto open =
      std::find_if(calls_.begin(), calls_.end(), [](const Call& c) { return !c.answered; });
  if (open == calls_.end()) return;
  fields_.Refuse("invalid_value", FieldPath("input"),
                 fmt::format("no tool output found for the call {}", open->id));
}

}  // namespace agm::protocol
