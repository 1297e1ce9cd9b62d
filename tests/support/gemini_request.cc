// Reads requests of the Gemini API. Content without a neutral form is kept as raw JSON: parts as
// Opaque blocks, members in `extra` under "gemini." (and "gemini.generationConfig."), so that
// WriteGeminiRequest can write them back.

#include "tests/support/gemini_request.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/tools.h"
#include "core/protocol/shared/fields.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::test {
namespace {

using namespace protocol;  // whose parts it is made of

// A member by its camelCase name or, as proto JSON allows, its snake_case name.
JsonView Either(JsonView object, std::string_view camel) {
  if (const JsonView found = object[camel]) return found;
  std::string snake;
  for (const char c : camel) {
    if (IsUpper(c)) {
      snake += '_';
      snake += ToLower(c);
    } else {
      snake += c;
    }
  }
  return snake == camel ? JsonView() : object[snake];
}

std::string Camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_' && !out.empty()) {
      up = true;
    } else {
      out += up ? ToUpper(c) : c;
      up = false;
    }
  }
  return out;
}

bool OnlyHas(JsonView object, std::initializer_list<std::string_view> known) {
  for (const JsonMember member : object.members()) {
    const std::string key = Camel(member.key.text());
    if (std::find(known.begin(), known.end(), key) == known.end()) return false;
  }
  return true;
}

/// Reads one request.
class Reader {
 public:
  explicit Reader(JsonView body) : body_(body) {}

  Result<chat::Request> Run(std::string_view model, bool stream) {
    request_.model = model;
    request_.stream = stream;
    System();
    Contents();
    Tools();
    ToolConfig();
    Config();
    Rest();
    if (!fields_.ok()) return *fields_.error();
    return std::move(request_);
  }

 private:
  void System() {
    const JsonView system = Either(body_, "systemInstruction");
    if (!system) return;
    chat::Message message;
    message.role = chat::Role::kSystem;
    for (const JsonView part : system["parts"].items()) {
      message.blocks.emplace_back(chat::Text{part["text"].text(), {}});
    }
    request_.messages.push_back(std::move(message));
  }

  void Contents() {
    const FieldPath list("contents");
    JsonView contents = body_["contents"];
    if (!contents) {
      fields_.Refuse("missing_required_parameter", list, "contents are required");
      return;
    }
    if (contents.is(JsonKind::kObject)) return Content(contents, list);
    std::size_t index = 0;
    for (const JsonView content : contents.items()) {
      Content(content, FieldPath(list, index++));
      if (!fields_.ok()) return;
    }
    if (index == 0) fields_.Refuse("empty_array", list, "expected at least one content");
  }

  void Content(JsonView content, const FieldPath& at) {
    if (!content.is(JsonKind::kObject)) {
      fields_.WrongType(at, "an object", content);
      return;
    }
    const JsonView role = content["role"];
    chat::Message message;
    if (role.equals("model")) {
      message.role = chat::Role::kAssistant;
    } else if (role && !role.equals("user") && !role.equals("function")) {
      fields_.Refuse("invalid_value", FieldPath(at, "role"), "expected user or model");
      return;
    }
    const FieldPath list(at, "parts");
    std::size_t index = 0;
    for (const JsonView part : content["parts"].items()) {
      message.blocks.push_back(Part(part, FieldPath(list, index++)));
    }
    request_.messages.push_back(std::move(message));
  }

  chat::Block Part(JsonView part, const FieldPath& at) {
    const std::string signature = Either(part, "thoughtSignature").text();
    if (part["text"] && OnlyHas(part, {"text", "thought", "thoughtSignature"})) {
      if (part["thought"].boolean()) return chat::Thought{part["text"].text(), signature};
      return chat::Text{part["text"].text(), signature};
    }
    const JsonView data = Either(part, "inlineData");
    const JsonView file = Either(part, "fileData");
    if ((data || file) && OnlyHas(part, {"inlineData", "fileData", "thoughtSignature"})) {
      return Media(data ? data : file, signature);
    }
    const JsonView call = Either(part, "functionCall");
    if (call && OnlyHas(part, {"functionCall", "thoughtSignature"}) &&
        OnlyHas(call, {"id", "name", "args"})) {
      return Call(call, signature);
    }
    const JsonView result = Either(part, "functionResponse");
    if (result && OnlyHas(part, {"functionResponse"}) &&
        OnlyHas(result, {"id", "name", "response", "parts"})) {
      return ToolResult(result);
    }
    if (!part.is(JsonKind::kObject)) fields_.WrongType(at, "an object", part);
    return chat::Opaque{"gemini", std::string(part.raw())};
  }

  static chat::Block Media(JsonView json, std::string signature) {
    chat::Media media;
    media.mime = Either(json, "mimeType").text();
    media.kind = KindOfMime(media.mime);
    media.data = json["data"].text();
    media.uri = Either(json, "fileUri").text();
    media.signature = std::move(signature);
    return media;
  }

  static chat::Block Call(JsonView json, std::string signature) {
    chat::ToolCall call;
    call.id = json["id"].text();
    call.name = json["name"].text();
    call.arguments = json["args"].is(JsonKind::kObject) ? std::string(json["args"].raw()) : "{}";
    call.signature = std::move(signature);
    return call;
  }

  static chat::Block ToolResult(JsonView json) {
    chat::ToolResult result;
    result.id = json["id"].text();
    result.name = json["name"].text();
    const JsonView response = json["response"];
    const JsonView output = response["output"];
    const JsonView error = response["error"];
    const JsonView plain = output ? output : error;
    if (plain.is(JsonKind::kString) && response.size() == 1) {
      result.is_error = !output;
      if (!plain.equals("")) result.content.emplace_back(chat::Text{plain.text(), {}});
    } else if (response) {
      result.object = true;
      result.content.emplace_back(chat::Text{std::string(response.raw()), {}});
    }
    for (const JsonView part : json["parts"].items()) {
      chat::Block media = Media(Either(part, "inlineData"), {});
      result.content.emplace_back(std::get<chat::Media>(std::move(media)));
    }
    return result;
  }

  void Tools() {
    std::string others;
    for (const JsonView tool : body_["tools"].items()) {
      bool known = true;
      for (const JsonMember member : tool.members()) known = known && Tool(member);
      if (known) continue;
      if (!others.empty()) others += ',';
      others += tool.raw();
    }
    if (!others.empty()) request_.extra[kGeminiTools] = others;
  }

  bool Tool(const JsonMember& member) {
    const std::string key = Camel(member.key.text());
    if (key == "functionDeclarations") {
      for (const JsonView function : member.value.items()) Function(function);
      return true;
    }
    if (member.value.size() > 0) return false;
    if (key == "googleSearch") {
      request_.hosted_tools.push_back(chat::HostedTool::kWebSearch);
    } else if (key == "codeExecution") {
      request_.hosted_tools.push_back(chat::HostedTool::kCodeExecution);
    } else if (key == "urlContext") {
      request_.hosted_tools.push_back(chat::HostedTool::kUrlContext);
    } else {
      return false;
    }
    return true;
  }

  void Function(JsonView function) {
    chat::Tool tool;
    tool.name = function["name"].text();
    tool.description = function["description"].text();
    if (const JsonView schema = Either(function, "parametersJsonSchema")) {
      tool.parameters = schema.raw();
    } else if (const JsonView openapi = function["parameters"]) {
      tool.parameters = openapi.raw();
      tool.openapi = true;
    }
    request_.tools.push_back(std::move(tool));
  }

  void ToolConfig() {
    const JsonView calling = Either(Either(body_, "toolConfig"), "functionCallingConfig");
    const std::string mode = calling["mode"].text();
    if (mode.empty()) return;
    chat::ToolChoice choice;
    for (const JsonView name : Either(calling, "allowedFunctionNames").items()) {
      choice.names.push_back(name.text());
    }
    if (mode == "ANY") choice.mode = chat::ToolMode::kRequired;
    if (mode == "NONE") choice.mode = chat::ToolMode::kNone;
    if (mode == "VALIDATED") choice.mode = chat::ToolMode::kValidated;
    request_.tool_choice = std::move(choice);
  }

  void Config() {
    for (const JsonMember member : Either(body_, "generationConfig").members()) {
      if (member.value.is(JsonKind::kNull)) continue;
      const std::string key = Camel(member.key.text());
      if (!Sampling(key, member.value) && !Output(key, member.value) &&
          !Thinking(key, member.value)) {
        request_.extra["gemini.generationConfig." + key] = member.value.raw();
      }
    }
  }

  bool Sampling(std::string_view key, JsonView value) {
    chat::Sampling& s = request_.sampling;
    const std::array<std::pair<std::string_view, std::optional<double>*>, 4> numbers = {
        {{"temperature", &s.temperature},
         {"topP", &s.top_p},
         {"presencePenalty", &s.presence_penalty},
         {"frequencyPenalty", &s.frequency_penalty}}};
    for (const auto& [name, to] : numbers) {
      if (name == key) return *to = value.number(), to->has_value();
    }
    if (key == "topK") {
      // Some clients send 40.0.
      const auto number = value.number();
      if (!number || std::abs(*number) > 1e9) return false;
      s.top_k = static_cast<std::int64_t>(*number);
      return true;
    }
    const std::array<std::pair<std::string_view, std::optional<std::int64_t>*>, 2> integers = {
        {{"maxOutputTokens", &s.max_tokens}, {"seed", &s.seed}}};
    for (const auto& [name, to] : integers) {
      if (name == key) return *to = value.integer(), to->has_value();
    }
    if (key == "candidateCount") {
      request_.choices = std::clamp<std::int64_t>(value.integer().value_or(1), 1, 8);
      return true;
    }
    if (key == "stopSequences") {
      for (const JsonView stop : value.items()) s.stop.push_back(stop.text());
      return true;
    }
    if (key == "responseLogprobs") {
      if (value.boolean() && !s.top_logprobs) s.top_logprobs = 0;
      return true;
    }
    if (key == "logprobs") return s.top_logprobs = value.integer(), s.top_logprobs.has_value();
    return false;
  }

  bool Output(std::string_view key, JsonView value) {
    chat::Format& format = request_.format;
    if (key == "responseMimeType") {
      if (!value.equals("application/json")) return value.equals("text/plain");
      if (format.kind == chat::OutputFormat::kText) format.kind = chat::OutputFormat::kJson;
      return true;
    }
    if (key == "responseSchema" || key == "responseJsonSchema") {
      format.kind = chat::OutputFormat::kJsonSchema;
      format.schema = value.raw();
      format.openapi = key == "responseSchema";
      return true;
    }
    if (key == "responseModalities") {
      for (const JsonView item : value.items()) {
        request_.modalities.push_back(AsciiLower(item.text()));
      }
      return true;
    }
    if (key != "speechConfig") return false;
    const JsonView voice = Either(Either(value, "voiceConfig"), "prebuiltVoiceConfig");
    const JsonView name = Either(voice, "voiceName");
    if (!name || !OnlyHas(value, {"voiceConfig"})) return false;
    request_.voice = name.text();
    return true;
  }

  bool Thinking(std::string_view key, JsonView value) {
    if (key != "thinkingConfig") return false;
    chat::Reasoning& reasoning = request_.reasoning;
    if (const JsonView show = Either(value, "includeThoughts")) reasoning.show = show.boolean();
    reasoning.budget = Either(value, "thinkingBudget").integer();
    if (const JsonView level = Either(value, "thinkingLevel")) {
      reasoning.effort = EffortOfName(AsciiLower(level.text()));
    }
    return true;
  }

  void Rest() {
    for (const JsonMember member : body_.members()) {
      const std::string key = Camel(member.key.text());
      if (key == "contents" || key == "systemInstruction" || key == "tools" ||
          key == "toolConfig" || key == "generationConfig" || key == "model" ||
          member.value.is(JsonKind::kNull)) {
        continue;
      }
      if (key == "serviceTier") {
        request_.service_tier = member.value.text();
      } else {
        request_.extra["gemini." + key] = member.value.raw();
      }
    }
  }

  JsonView body_;
  Fields fields_;
  chat::Request request_;
};

}  // namespace

Result<chat::Request> ReadGeminiRequest(std::string_view body, std::string_view model,
                                        bool stream) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  if (!doc->root().is(JsonKind::kObject)) {
    return Invalid("", "", "expected a JSON object as the body");
  }
  return Reader(doc->root()).Run(model, stream);
}

}  // namespace agm::test
