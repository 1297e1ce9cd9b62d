#include "core/protocol/openai/input.h"

#include <utility>

#include "core/protocol/responses/items.h"

namespace agm::protocol {
namespace {

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
  ResponsesItems items(fields, request);
  items.Read(input, at);
  items.Finish();
  if (request.messages.empty()) {
    fields.Refuse("empty_array", at, "expected at least one item that says something, found none");
  }
}

}  // namespace agm::protocol
