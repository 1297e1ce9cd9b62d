#include "core/protocol/openai/upstream_messages.h"

#include <string_view>
#include <variant>

#include "core/protocol/openai/media_part.h"
#include "core/protocol/shared/media.h"

namespace agm::protocol {
namespace {

// Several texts are one string, because the templates of many local models take no list of parts.
std::string Joined(const std::vector<const chat::Text*>& texts) {
  std::string all;
  for (const chat::Text* text : texts) {
    if (!all.empty()) all += '\n';
    all += text->text;
  }
  return all;
}

}  // namespace

Result<void> OpenAiMessageWriter::Write(const std::vector<chat::Message>& messages) {
  for (const chat::Message& message : messages) {
    if (message.role == chat::Role::kTool) {
      Results(message);
      continue;
    }
    if (auto done = ResultMedia(); !done) return done;
    if (auto done = Message(message); !done) return done;
  }
  return ResultMedia();
}

Result<void> OpenAiMessageWriter::Message(const chat::Message& message) {
  if (message.role == chat::Role::kAssistant) return Assistant(message);
  std::vector<const chat::Text*> texts;
  std::vector<const chat::Media*> media;
  for (const chat::Block& block : message.blocks) {
    if (const auto* text = std::get_if<chat::Text>(&block)) texts.push_back(text);
    if (const auto* item = std::get_if<chat::Media>(&block)) media.push_back(item);
  }
  if (texts.empty() && media.empty()) return {};
  const bool system = message.role == chat::Role::kSystem && !system_as_user_;
  json_.Object().Key("role").String(system ? "system" : "user");
  if (!message.name.empty()) json_.Key("name").String(message.name);
  json_.Key("content");
  auto done = Content(texts, media);
  json_.EndObject();
  return done;
}

Result<void> OpenAiMessageWriter::Content(const std::vector<const chat::Text*>& texts,
                                          const std::vector<const chat::Media*>& media) {
  if (media.empty()) {
    json_.String(Joined(texts));
    return {};
  }
  json_.Array();
  if (!texts.empty()) {
    json_.Object().Key("type").String("text").Key("text").String(Joined(texts)).EndObject();
  }
  for (const chat::Media* item : media) {
    if (auto done = Part(*item); !done) return done;
  }
  json_.EndArray();
  return {};
}

Result<void> OpenAiMessageWriter::Part(const chat::Media& media) {
  if (media.data.empty() && IsUpstreamsOwn(media.uri)) {
    return Invalid("unsupported_media", media.place.path,
                   "only Google's own APIs can read this reference, and the model is elsewhere");
  }
  WriteOpenAiMedia(json_, media);
  return {};
}

Result<void> OpenAiMessageWriter::Assistant(const chat::Message& message) {
  std::string text;
  std::vector<const chat::ToolCall*> calls;
  for (const chat::Block& block : message.blocks) {
    if (const auto* piece = std::get_if<chat::Text>(&block)) text += piece->text;
    if (const auto* refusal = std::get_if<chat::Refusal>(&block)) text += refusal->text;
    if (const auto* call = std::get_if<chat::ToolCall>(&block)) calls.push_back(call);
  }
  if (text.empty() && calls.empty()) return {};
  json_.Object().Key("role").String("assistant");
  if (!message.name.empty()) json_.Key("name").String(message.name);
  json_.Key("content");
  text.empty() ? json_.Null() : json_.String(text);
  Details(message);
  Calls(calls);
  json_.EndObject();
  return {};
}

void OpenAiMessageWriter::Details(const chat::Message& message) {
  const auto own = turns_ ? turns_(message) : std::nullopt;
  if (!own) return;
  for (const chat::Block& block : *own) {
    const auto* details = std::get_if<chat::Opaque>(&block);
    if (details == nullptr || details->dialect != "openai") continue;
    json_.Key("reasoning_details").Raw(details->body);
  }
}

void OpenAiMessageWriter::Calls(const std::vector<const chat::ToolCall*>& calls) {
  if (calls.empty()) return;
  json_.Key("tool_calls").Array();
  for (const chat::ToolCall* call : calls) {
    std::string arguments = call->arguments.empty() ? "{}" : call->arguments;
    if (call->kind == chat::ToolKind::kCustom) {
      arguments.clear();
      JsonWriter(arguments).Object().Key("input").String(call->arguments).EndObject();
    }
    json_.Object().Key("id").String(IdOf(*call)).Key("type").String("function");
    json_.Key("function").Object().Key("name").String(call->name);
    json_.Key("arguments").String(arguments).EndObject().EndObject();
  }
  json_.EndArray();
}

std::string OpenAiMessageWriter::IdOf(const chat::ToolCall& call) {
  if (!call.id.empty()) return call.id;
  return waiting_[call.name].emplace_back("call_" + std::to_string(++made_));
}

std::string OpenAiMessageWriter::IdOf(const chat::ToolResult& result) {
  if (!result.id.empty()) return result.id;
  auto& ids = waiting_[result.name];
  if (ids.empty()) return "call_" + std::to_string(++made_);
  std::string id = std::move(ids.front());
  ids.pop_front();
  return id;
}

void OpenAiMessageWriter::Results(const chat::Message& message) {
  for (const chat::Block& block : message.blocks) {
    const auto* result = std::get_if<chat::ToolResult>(&block);
    if (result == nullptr) continue;
    std::vector<const chat::Text*> texts;
    for (const auto& item : result->content) {
      if (const auto* text = std::get_if<chat::Text>(&item)) texts.push_back(text);
      if (const auto* media = std::get_if<chat::Media>(&item)) of_results_.push_back(media);
    }
    json_.Object().Key("role").String("tool").Key("tool_call_id").String(IdOf(*result));
    json_.Key("content").String(Joined(texts)).EndObject();
  }
}

// The media of tool results follow after all results of the turn.
Result<void> OpenAiMessageWriter::ResultMedia() {
  if (of_results_.empty()) return {};
  const auto media = std::exchange(of_results_, {});
  json_.Object().Key("role").String("user").Key("content");
  auto done = Content({}, media);
  json_.EndObject();
  return done;
}

}  // namespace agm::protocol
