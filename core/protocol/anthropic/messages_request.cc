#include "core/protocol/anthropic/messages_request.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "core/base/json_doc.h"
#include "core/protocol/anthropic/messages_content.h"
#include "core/protocol/anthropic/messages_history.h"
#include "core/protocol/anthropic/messages_thinking.h"
#include "core/protocol/anthropic/messages_tools.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {
namespace {

void ReadModel(JsonView body, Fields& fields, chat::Request& request) {
  request.model = fields.Text(body, "model", {});
  if (request.model.empty()) {
    fields.Refuse("missing_required_parameter", FieldPath("model"), "a model is required");
  }
}

// Refusals that clients know: for a thread they send the whole conversation instead.
void RefuseUnserved(JsonView body, Fields& fields) {
  if (body["thread"]) {
    fields.Refuse("thread_unsupported_request", FieldPath("thread"),
                  "this gateway keeps no conversations; send all messages");
  }
  if (body["compaction"]) {
    fields.Refuse("compaction_unavailable", FieldPath("compaction"),
                  "this gateway does not compact conversations");
  }
  if (body["mcp_servers"].size() > 0) {
    fields.Refuse("unsupported_parameter", FieldPath("mcp_servers"),
                  "MCP servers are not supported by this gateway");
  }
  if (body["container"]["skills"].size() > 0) {
    const FieldPath container("container");
    fields.Refuse("unsupported_parameter", FieldPath(container, "skills"),
                  "skills are not supported by this gateway");
  }
}

void ReadMaxTokens(JsonView body, MessagesUse use, Fields& fields, chat::Request& request) {
  request.sampling.max_tokens = fields.Integer(body, "max_tokens", {}, {0});
  if (use == MessagesUse::kCreate && !request.sampling.max_tokens) {
    fields.Refuse("missing_required_parameter", FieldPath("max_tokens"),
                  "a number of tokens is required");
  }
}

// A request for no tokens warms a cache; whatever shapes an answer contradicts that.
void CheckWarmUp(JsonView body, Fields& fields, const chat::Request& request) {
  if (request.sampling.max_tokens != 0) return;
  const bool forced = request.tool_choice && request.tool_choice->mode == chat::ToolMode::kRequired;
  if (request.stream || body["thinking"]["type"].equals("enabled") || forced ||
      request.format.kind != chat::OutputFormat::kText) {
    fields.Refuse("invalid_value", FieldPath("max_tokens"),
                  "0 is allowed only without stream, thinking of type enabled, an output format "
                  "and a tool_choice of type any or tool");
  }
}

// Claude Code's first block says what it is billed for; the API takes it off as well.
bool IsBillingHeader(std::string_view text) {
  return text.starts_with("x-anthropic-billing-header:");
}

void ReadSystem(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("system");
  const JsonView system = body["system"];
  chat::Message message{chat::Role::kSystem, {}, {}};
  std::size_t index = 0;
  const auto add = [&](std::string text) {
    const bool skip = text.empty() || (index == 0 && IsBillingHeader(text));
    if (!skip) message.blocks.emplace_back(chat::Text{std::move(text), {}});
  };
  if (system.is(JsonKind::kString)) {
    add(system.text());
  } else if (system && !system.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array of text blocks", system);
  }
  for (const JsonView block : system.items()) {
    const FieldPath inner(at, index);
    if (!block["type"].equals("text")) {
      fields.Refuse("invalid_value", FieldPath(inner, "type"), "expected text");
      return;
    }
    add(fields.NeededText(block, "text", inner));
    ++index;
  }
  if (!message.blocks.empty()) request.messages.push_back(std::move(message));
}

void ReadStops(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath at("stop_sequences");
  std::size_t index = 0;
  for (const JsonView stop : fields.Get(body, "stop_sequences", JsonKind::kArray, {}).items()) {
    const FieldPath inner(at, index++);
    if (!stop.is(JsonKind::kString)) {
      fields.WrongType(inner, "a string", stop);
      return;
    }
    std::string text = stop.text();
    if (!text.empty()) request.sampling.stop.push_back(std::move(text));
  }
}

void ReadSampling(JsonView body, Fields& fields, chat::Request& request) {
  chat::Sampling& s = request.sampling;
  s.temperature = fields.Number(body, "temperature", {}, {0, 2});
  s.top_p = fields.Number(body, "top_p", {}, {0, 1});
  s.top_k = fields.Integer(body, "top_k", {}, {0});
  if (s.top_k == 0) s.top_k.reset();
  ReadStops(body, fields, request);
}

// Claude Code sends JSON text with a session in it; others a user's id.
void ReadMetadata(JsonView body, Fields& fields, chat::Request& request) {
  const JsonView metadata = fields.Get(body, "metadata", JsonKind::kObject, {});
  request.user = fields.Text(metadata, "user_id", FieldPath("metadata"));
  const auto doc = JsonDoc::Parse(request.user);
  if (!doc) return;
  const JsonView session = doc->root()["session_id"];
  if (session.is(JsonKind::kString)) request.user = session.text();
}

// Edits that shorten the context are the upstream's to make, and none of ours can.
void ReadContextManagement(JsonView body, chat::Request& request) {
  const JsonView management = body["context_management"];
  if (!management.is(JsonKind::kObject)) return;
  request.extra[kContextManagement] = "true";
  for (const JsonView edit : management["edits"].items()) {
    const std::string type = edit["type"].text();
    // Thoughts are left out in any case.
    if (!type.starts_with("clear_thinking_")) Untold("context_management." + type, request);
  }
}

void KeepUntold(JsonView body, chat::Request& request) {
  if (body["inference_geo"]) Untold("inference_geo", request);
  const JsonView container = body["container"];
  if (container.is(JsonKind::kString) || container["id"]) Untold("container", request);
  if (body["output_config"]["task_budget"]) Untold("output_config.task_budget", request);
}

}  // namespace

Result<chat::Request> ReadMessagesRequest(std::string_view text, MessagesUse use) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  Fields fields;
  chat::Request request;
  ReadModel(body, fields, request);
  RefuseUnserved(body, fields);
  ReadMaxTokens(body, use, fields, request);
  ReadSystem(body, fields, request);
  MessagesHistory history(use, fields, request);
  history.Read(body["messages"]);
  request.stream = fields.Bool(body, "stream", {}).value_or(false);
  ReadSampling(body, fields, request);
  ReadMessagesTools(body, history.news(), fields, request);
  ReadMessagesThinking(body, history.news().effort, fields, request);
  ReadMessagesFormat(body, fields, request);
  ReadMetadata(body, fields, request);
  ReadContextManagement(body, request);
  KeepUntold(body, request);
  CheckWarmUp(body, fields, request);
  if (!fields.ok()) return *fields.error();
  return request;
}

}  // namespace agm::protocol
