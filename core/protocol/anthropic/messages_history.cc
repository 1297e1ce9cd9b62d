#include "core/protocol/anthropic/messages_history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/protocol/anthropic/messages_code.h"
#include "core/protocol/anthropic/messages_content.h"
#include "core/protocol/anthropic/messages_hosted.h"
#include "core/protocol/shared/reasoning.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kMissing = "missing_required_parameter";
constexpr std::string_view kWrong = "invalid_value";

// The name of the tool that a tool_addition or tool_removal block is about.
std::string ToolNameOf(JsonView block) {
  for (const JsonView place : {block["tool"], block}) {
    for (const std::string_view key : {"name", "tool_name"}) {
      if (place[key].is(JsonKind::kString)) return place[key].text();
    }
  }
  return {};
}

}  // namespace

void MessagesHistory::OpenCalls::clear() {
  order_.clear();
  open_.clear();
}

std::vector<std::string> MessagesHistory::OpenCalls::ids() const {
  std::vector<std::string> ids;
  for (const std::string& id : order_) {
    if (open_.contains(id)) ids.push_back(id);
  }
  return ids;
}

void MessagesHistory::Read(JsonView messages) {
  const FieldPath list("messages");
  if (!messages) {
    fields_.Refuse(kMissing, list, "an array of messages is required");
  } else if (!messages.is(JsonKind::kArray)) {
    fields_.WrongType(list, "an array", messages);
  } else if (messages.size() == 0) {
    fields_.Refuse("empty_array", list, "expected at least one message, found none");
  }
  std::size_t index = 0;
  for (const JsonView message : messages.items()) {
    if (!fields_.ok()) return;
    ReadMessage(message, FieldPath(list, index++));
  }
  CheckAnswered();
  AddLate();
  if (assistant_) Untold("prefill", request_);  // upstream, a minimal turn of the user follows it
}

void MessagesHistory::ReadMessage(JsonView json, const FieldPath& at) {
  if (!json.is(JsonKind::kObject)) {
    fields_.WrongType(at, "an object", json);
    return;
  }
  const std::string role = fields_.NeededText(json, "role", at);
  if (role == "user") {
    ReadUser(json, at);
  } else if (role == "assistant") {
    ReadAssistant(json, at);
  } else if (role == "system") {
    ReadSystem(json, at);
  } else {
    fields_.Refuse(kWrong, FieldPath(at, "role"),
                   fmt::format("expected user, assistant or system, found \"{}\"", role));
  }
}

JsonView MessagesHistory::ContentOf(JsonView json, const FieldPath& at) {
  const JsonView content = json["content"];
  const FieldPath inner(at, "content");
  if (!content) {
    fields_.Refuse(kMissing, inner, "a string or an array of blocks is required");
  } else if (!content.is(JsonKind::kString) && !content.is(JsonKind::kArray)) {
    fields_.WrongType(inner, "a string or an array of blocks", content);
    return {};
  }
  return content;
}

std::string MessagesHistory::TypeOf(JsonView block, const FieldPath& at) {
  if (!block.is(JsonKind::kObject)) {
    fields_.WrongType(at, "an object", block);
    return {};
  }
  return fields_.NeededText(block, "type", at);
}

void MessagesHistory::RefuseType(const std::string& type, const FieldPath& at) {
  fields_.Refuse(kWrong, at, fmt::format("unsupported content type '{}'", type));
}

void MessagesHistory::ReadUser(JsonView json, const FieldPath& at) {
  assistant_ = false;
  turns_ = true;
  const FieldPath list(at, "content");
  const JsonView content = ContentOf(json, at);
  results_.reset();
  chat::Message message{chat::Role::kUser, {}, {}};
  if (content.is(JsonKind::kString)) AddText(content.text(), message.blocks);
  std::size_t index = 0;
  for (const JsonView block : content.items()) {
    const FieldPath inner(list, index++);
    const std::string type = TypeOf(block, inner);
    if (!fields_.ok()) return;
    if (type == "tool_result") {
      ReadResult(block, inner);
    } else if (!ReadMessagesContent(block, type, inner, fields_, request_, message.blocks)) {
      RefuseType(type, inner);
    }
  }
  AddLate();
  if (!message.blocks.empty()) request_.messages.push_back(std::move(message));
}

void MessagesHistory::AddLate() {
  for (chat::Message& message : late_) request_.messages.push_back(std::move(message));
  late_.clear();
}

void MessagesHistory::ReadResult(JsonView block, const FieldPath& at) {
  chat::ToolResult result;
  result.id = fields_.NeededText(block, "tool_use_id", at);
  const bool open = open_.Close(result.id);
  const auto before = answered_.find(result.id);
  if (!open && before == answered_.end() && use_ == MessagesUse::kCreate) {
    fields_.Refuse(
        kWrong, FieldPath(at, "tool_use_id"),
        fmt::format("the message before has no tool_use block with the id \"{}\"", result.id));
  }
  const auto name = names_.find(result.id);
  result.name = name == names_.end() ? "unknown" : name->second;
  result.is_error = fields_.Bool(block, "is_error", at).value_or(false);
  ReadResultContent(block["content"], FieldPath(at, "content"), result);
  auto& messages = request_.messages;
  if (before != answered_.end()) {
    messages[before->second.message].blocks[before->second.block] = std::move(result);
    return;
  }
  if (!results_) {
    results_ = messages.size();
    messages.push_back({chat::Role::kTool, {}, {}});
  }
  auto& results = messages[*results_].blocks;
  answered_[result.id] = {*results_, results.size()};
  results.emplace_back(std::move(result));
}

void MessagesHistory::ReadResultContent(JsonView content, const FieldPath& at,
                                        chat::ToolResult& result) {
  std::vector<chat::Block> blocks;
  if (content.is(JsonKind::kString)) {
    AddText(content.text(), blocks);
  } else if (content && !content.is(JsonKind::kArray)) {
    fields_.WrongType(at, "a string or an array of blocks", content);
  }
  std::size_t index = 0;
  for (const JsonView block : content.items())
    ReadResultBlock(block, FieldPath(at, index++), blocks);
  for (chat::Block& block : blocks) {
    if (auto* text = std::get_if<chat::Text>(&block)) {
      result.content.emplace_back(std::move(*text));
    } else if (auto* media = std::get_if<chat::Media>(&block)) {
      result.content.emplace_back(std::move(*media));
    }
  }
}

void MessagesHistory::ReadResultBlock(JsonView block, const FieldPath& at,
                                      std::vector<chat::Block>& to) {
  const std::string type = TypeOf(block, at);
  if (!fields_.ok()) return;
  const std::string line = to.empty() ? "" : "\n";
  if (type == "tool_reference") {
    const std::string name = fields_.NeededText(block, "tool_name", at);
    AddText(fmt::format("{}tool {} is loaded", line, name), to);
    news_.loaded.insert(name);
  } else if (type == "browser_state") {
    AddText(HostedText(block), to);
  } else if (!ReadMessagesContent(block, type, at, fields_, request_, to)) {
    RefuseType(type, at);
  }
}

void MessagesHistory::ReadAssistant(JsonView json, const FieldPath& at) {
  if (!assistant_) {
    CheckAnswered();
    turn_.clear();
    answered_.clear();
  }
  assistant_ = turns_ = true;
  chat::Message message{chat::Role::kAssistant, {}, {}};
  const FieldPath list(at, "content");
  const JsonView content = ContentOf(json, at);
  if (content.is(JsonKind::kString)) AddText(content.text(), message.blocks);
  HostedEcho echo;
  std::size_t index = 0;
  for (const JsonView block : content.items()) {
    const FieldPath inner(list, index++);
    const std::string type = TypeOf(block, inner);
    if (!fields_.ok()) return;
    if (const std::string code = EchoedCode(block); !code.empty()) {
      AddText(code, message.blocks);
      continue;
    }
    if (echo.Read(block, type, news_.loaded)) continue;
    ReadAssistantBlock(block, type, inner, message);
  }
  echo.AddTo(message);
  if (!message.blocks.empty()) request_.messages.push_back(std::move(message));
}

void MessagesHistory::ReadAssistantBlock(JsonView block, const std::string& type,
                                         const FieldPath& at, chat::Message& message) {
  if (type == "text") {
    AddText(fields_.NeededText(block, "text", at), message.blocks);
  } else if (type == "tool_use") {
    ReadCall(block, at, message);
  } else if (type == "compaction") {
    ReadCompaction(block, message);
  } else if (type != "thinking" && type != "redacted_thinking") {
    Untold(type, request_);  // an echo of what another server said
  }
}

void MessagesHistory::ReadCall(JsonView block, const FieldPath& at, chat::Message& message) {
  chat::ToolCall call;
  call.id = fields_.NeededText(block, "id", at);
  call.name = fields_.NeededText(block, "name", at);
  call.arguments = ArgumentsObject(block["input"]);
  if (call.id.empty()) {
    fields_.Refuse(kWrong, FieldPath(at, "id"), "expected an id, found an empty string");
  } else if (!turn_.insert(call.id).second) {
    fields_.Refuse(kWrong, FieldPath(at, "id"),
                   fmt::format("another tool_use block of this turn has the id \"{}\"", call.id));
  }
  names_[call.id] = call.name;
  open_.Add(call.id);
  message.blocks.emplace_back(std::move(call));
}

void MessagesHistory::ReadCompaction(JsonView block, chat::Message& message) {
  request_.messages.resize(head_);
  message.blocks.clear();
  open_.clear();
  AddText(block["content"].text(), message.blocks);
}

// A system message in the middle of a conversation must stay in its place: at the head it would
// invalidate the upstream's cache. Before the first turn it is part of the head.
void MessagesHistory::ReadSystem(JsonView json, const FieldPath& at) {
  const JsonView effort = json["output_config"]["effort"];
  if (effort) news_.effort = EffortOfName(effort.text());
  if (!json["content"] && json["output_config"]) return;
  const FieldPath list(at, "content");
  const JsonView content = ContentOf(json, at);
  std::string text = content.text();
  std::size_t index = 0;
  for (const JsonView block : content.items())
    ReadSystemBlock(block, FieldPath(list, index++), text);
  if (text.empty()) return;
  chat::Message message{turns_ ? chat::Role::kUser : chat::Role::kSystem, {}, {}};
  AddText(turns_ ? fmt::format("<system>\n{}\n</system>", text) : text, message.blocks);
  (open_.empty() ? request_.messages : late_).push_back(std::move(message));
}

void MessagesHistory::ReadSystemBlock(JsonView block, const FieldPath& at, std::string& text) {
  const std::string type = TypeOf(block, at);
  if (!fields_.ok()) return;
  if (type == "text") {
    if (!text.empty()) text += '\n';
    text += fields_.NeededText(block, "text", at);
  } else if (type == "tool_addition") {
    AddTool(block);
  } else if (type == "tool_removal") {
    RemoveTool(block);
  } else {
    RefuseType(type, at);
  }
}

void MessagesHistory::AddTool(JsonView block) {
  const std::string name = ToolNameOf(block);
  const JsonView tool = block["tool"];
  const std::string type = tool["type"].text();
  if (name.empty() || type.starts_with("mcp")) return Untold("tool_addition", request_);
  news_.removed.erase(name);
  if (type == "tool_reference") {
    news_.loaded.insert(name);
  } else {
    news_.added.insert_or_assign(name, tool["tool"] ? tool["tool"] : tool);
  }
}

void MessagesHistory::RemoveTool(JsonView block) {
  const std::string name = ToolNameOf(block);
  news_.removed.insert(name);
  news_.added.erase(name);
}

void MessagesHistory::CheckAnswered() {
  if (open_.empty() || use_ == MessagesUse::kCount) return open_.clear();
  fields_.Refuse(kWrong, FieldPath("messages"),
                 fmt::format("every tool_use block needs a tool_result block in the message behind "
                             "it; none has the id {}",
                             fmt::join(open_.ids(), ", ")));
}

}  // namespace agm::protocol
