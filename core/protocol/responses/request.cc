#include "core/protocol/responses/request.h"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/openai/tools.h"
#include "core/protocol/responses/compaction.h"
#include "core/protocol/responses/items.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/reasoning.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::protocol {
namespace {

// Members of the response object that repeat the request, with their default values.
struct Echo {
  std::string_view field;
  std::string_view otherwise;
};
constexpr std::array kEchoes = {
    Echo{"frequency_penalty", "0"},
    Echo{"instructions", "null"},
    Echo{"max_output_tokens", "null"},
    Echo{"max_tool_calls", "null"},
    Echo{"metadata", "{}"},
    Echo{"parallel_tool_calls", "true"},
    Echo{"presence_penalty", "0"},
    Echo{"previous_response_id", "null"},
    Echo{"prompt_cache_key", "null"},
    Echo{"safety_identifier", "null"},
    Echo{"service_tier", "\"default\""},
    Echo{"store", "true"},
    Echo{"temperature", "1"},
    Echo{"tool_choice", "\"auto\""},
    Echo{"top_logprobs", "0"},
    Echo{"top_p", "1"},
    Echo{"truncation", "\"disabled\""},
    Echo{"user", "null"},
};

// Writes a function with its parameters and strictness, which the response must contain.
void EchoTool(JsonWriter& json, JsonView tool) {
  const bool function = tool["type"].equals("function") && !tool["function"];
  if (!function) {
    json.Raw(tool.raw());
    return;
  }
  json.Object();
  for (const JsonMember member : tool.members()) {
    json.Key(member.key.text()).Raw(member.value.raw());
  }
  for (const std::string_view key : {"parameters", "strict"}) {
    if (!tool.Find(key)) json.Key(key).Null();
  }
  json.EndObject();
}

std::string EchoTools(JsonView tools) {
  std::string out;
  JsonWriter json(out);
  json.Array();
  for (const JsonView tool : tools.items()) EchoTool(json, tool);
  json.EndArray();
  return out;
}

std::string EchoMembers(JsonView body) {
  std::string out;
  JsonWriter json(out);
  json.Key("background").Bool(false);
  for (const Echo& echo : kEchoes) {
    const JsonView value = body[echo.field];
    json.Key(echo.field).Raw(value ? value.raw() : echo.otherwise);
  }
  json.Key("tools").Raw(EchoTools(body["tools"]));
  const JsonView reasoning = body["reasoning"];
  json.Key("reasoning").Object();
  for (const std::string_view key : {"effort", "summary"}) {
    json.Key(key).Raw(reasoning[key] ? reasoning[key].raw() : "null");
  }
  json.EndObject();
  const JsonView text = body["text"];
  json.Key("text").Object().Key("format");
  json.Raw(text["format"] ? text["format"].raw() : R"({"type":"text"})");
  json.Key("verbosity").Raw(text["verbosity"] ? text["verbosity"].raw() : "\"medium\"").EndObject();
  return out;
}

void ReadFormat(JsonView body, Fields& fields, chat::Request& request) {
  const FieldPath outer("text");
  const FieldPath at(outer, "format");
  const JsonView text = fields.Get(body, "text", JsonKind::kObject, {});
  const JsonView format = fields.Get(text, "format", JsonKind::kObject, outer);
  if (!format) return;
  const std::string type = fields.NeededText(format, "type", at);
  if (!fields.ok() || type == "text") return;
  if (type == "json_schema" || type == "json_object") {
    ReadJsonSchema(format, at, fields, request);
  } else {
    fields.Refuse("invalid_value", FieldPath(at, "type"),
                  fmt::format("expected text, json_object or json_schema, found \"{}\"", type));
  }
}

void ReadInstructions(JsonView body, Fields& fields, chat::Request& request) {
  const JsonView instructions = body["instructions"];
  if (!instructions) return;
  if (instructions.is(JsonKind::kArray)) {
    ResponsesItems(fields, request).Read(instructions, FieldPath("instructions"));
    return;
  }
  const std::string text = fields.Text(body, "instructions", {});
  if (text.empty()) return;
  request.messages.push_back({chat::Role::kSystem, {chat::Text{text, {}}}, {}});
}

void ReadSampling(JsonView body, Fields& fields, chat::Request& request) {
  chat::Sampling& s = request.sampling;
  s.temperature = fields.Number(body, "temperature", {}, {0, 2});
  s.top_p = fields.Number(body, "top_p", {}, {0, 1});
  s.presence_penalty = fields.Number(body, "presence_penalty", {}, {-2, 2});
  s.frequency_penalty = fields.Number(body, "frequency_penalty", {}, {-2, 2});
  s.max_tokens = fields.Integer(body, "max_output_tokens", {}, {1});
  if (const auto top = fields.Integer(body, "top_logprobs", {}, {0, 20}); top && *top > 0) {
    s.top_logprobs = top;
  }
}

void RefuseUnserved(JsonView body, Fields& fields) {
  if (body["background"].boolean()) {
    fields.Refuse("unsupported_parameter", FieldPath("background"),
                  "answers are given at once here");
  }
  for (const std::string_view field : {"conversation", "prompt"}) {
    if (body[field]) {
      fields.Refuse("unsupported_parameter", FieldPath(field), "not kept by this gateway");
    }
  }
}

void ReadThoughts(JsonView body, Fields& fields, chat::Request& request) {
  ReadOpenAiReasoning(body, fields, request);
  const JsonView reasoning = body["reasoning"];
  if (reasoning["summary"] || reasoning["generate_summary"]) request.reasoning.show = true;
  for (const JsonView wanted : body["include"].items()) {
    if (wanted.equals("reasoning.encrypted_content")) request.extra[kResponsesEncrypted] = "true";
  }
}

// The items with those that are known in the place of references to them.
std::string WithReferred(JsonView input, const std::map<std::string, std::string>& known) {
  std::string out;
  JsonWriter json(out);
  json.Array();
  for (const JsonView item : input.items()) {
    const auto found =
        item["type"].equals("item_reference") ? known.find(item["id"].text()) : known.end();
    json.Raw(found == known.end() ? item.raw() : std::string_view(found->second));
  }
  json.EndArray();
  return out;
}

// The request's own items as an array, whichever way they came.
std::string InputArray(JsonView input, const std::map<std::string, std::string>& known) {
  if (input.is(JsonKind::kArray)) {
    return known.empty() ? std::string(input.raw()) : WithReferred(input, known);
  }
  std::string out;
  JsonWriter json(out);
  json.Array().Object().Key("type").String("message").Key("role").String("user");
  json.Key("content").Array().Object().Key("type").String("input_text");
  json.Key("text").String(input.text()).EndObject().EndArray().EndObject().EndArray();
  return out;
}

void ReadInput(JsonView body, const ResponsesContext& context, Fields& fields,
               chat::Request& request) {
  const bool history = !context.history.empty();
  const FieldPath at("input");
  const JsonView input = body["input"];
  if (!input && !history) {
    fields.Refuse("missing_required_parameter", at, "a string or an array of items is required");
    return;
  }
  if (input && !input.is(JsonKind::kString) && !input.is(JsonKind::kArray)) {
    fields.WrongType(at, "a string or an array", input);
    return;
  }
  if (input.is(JsonKind::kArray) && input.size() == 0 && !history) {
    fields.Refuse("empty_array", at, "expected at least one item, found none");
    return;
  }
  request.extra[kResponsesInput] = input ? InputArray(input, context.items) : "[]";
}

}  // namespace

Result<ResponsesLinks> ReadResponsesLinks(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  if (!doc) return doc.error();
  Fields fields;
  ResponsesLinks links;
  links.previous = fields.Text(doc->root(), "previous_response_id", {});
  links.store = fields.Bool(doc->root(), "store", {}).value_or(true);
  std::set<std::string> known;
  for (const JsonView item : doc->root()["input"].items()) {
    if (!item["type"].equals("item_reference")) continue;
    std::string id = item["id"].text();
    if (known.insert(id).second) links.references.push_back(std::move(id));
  }
  if (!fields.ok()) return *fields.error();
  return links;
}

Result<chat::Request> ReadResponsesRequest(std::string_view text, const ResponsesContext& context) {
  const auto doc = ParseBody(text);
  if (!doc) return doc.error();
  const JsonView body = doc->root();
  const auto before =
      JsonDoc::Parse(context.history.empty() ? std::string_view("null") : context.history);
  if (!before) return before.error();
  Fields fields;
  chat::Request request;
  request.model = fields.Text(body, "model", {});
  if (request.model.empty()) fields.Refuse("", FieldPath("model"), "a model is required");
  RefuseUnserved(body, fields);
  ReadInput(body, context, fields, request);
  if (!fields.ok()) return *fields.error();

  ReadInstructions(body, fields, request);
  // An array without references is read where it lies.
  const bool as_sent = body["input"].is(JsonKind::kArray) && context.items.empty();
  const std::string& own = request.extra[kResponsesInput];
  const auto made = JsonDoc::Parse(as_sent ? std::string_view("null") : own);
  if (!made) return made.error();
  ResponsesItems items(fields, request);
  items.ReadHistory(before->root(), FieldPath("previous_response_id"));
  items.Read(as_sent ? body["input"] : made->root(), FieldPath("input"));
  items.Finish();
  ReadResponsesTools(body, items.tools(), fields, request);
  request.stream = fields.Bool(body, "stream", {}).value_or(false);
  ReadSampling(body, fields, request);
  ReadThoughts(body, fields, request);
  ReadFormat(body, fields, request);
  request.user = fields.Text(body, "user", {});
  request.cache_key = fields.Text(body, "prompt_cache_key", {});
  request.extra[kResponsesEcho] = EchoMembers(body);
  if (items.compacts()) AskForCompaction(request);
  if (!fields.ok()) return *fields.error();
  return request;
}

}  // namespace agm::protocol
