// Writes requests of OpenAI's chat completions API: for an OpenAI-compatible upstream, and to test
// that reading loses nothing.

#include "tests/support/openai_request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/json_writer.h"
#include "core/protocol/openai/chat_request.h"
#include "core/protocol/openai/choice.h"
#include "core/protocol/openai/media_part.h"
#include "core/protocol/schema/schema.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::test {
namespace {

using namespace protocol;  // whose parts it is made of

std::string_view RoleName(chat::Role role) {
  switch (role) {
    case chat::Role::kSystem:
      return "system";
    case chat::Role::kUser:
      return "user";
    case chat::Role::kAssistant:
      return "assistant";
    case chat::Role::kTool:
      return "tool";
  }
  return "user";
}

/// Writes one request.
class Writer {
 public:
  explicit Writer(const chat::Request& request) : request_(request), json_(out_) {}

  std::string Run() {
    json_.Object().Key("model").String(request_.model).Key("messages").Array();
    for (const chat::Message& message : request_.messages) Message(message);
    json_.EndArray();
    Stream();
    Sampling();
    Tools();
    Format();
    Reasoning();
    Rest();
    json_.EndObject();
    return std::move(out_);
  }

 private:
  bool Functions() const { return request_.style == "functions"; }

  void Message(const chat::Message& message) {
    if (message.role == chat::Role::kTool) {
      for (const chat::Block& block : message.blocks) {
        if (const auto* result = std::get_if<chat::ToolResult>(&block)) Result(*result);
      }
      return;
    }
    json_.Object().Key("role").String(RoleName(message.role));
    if (!message.name.empty()) json_.Key("name").String(message.name);
    Content(message);
    Calls(message);
    json_.EndObject();
  }

  static bool IsContent(const chat::Block& block) {
    return std::holds_alternative<chat::Text>(block) || std::holds_alternative<chat::Media>(block);
  }

  // A single text is written as a string, all other content as a list of parts.
  void Content(const chat::Message& message) {
    std::size_t parts = 0;
    const chat::Text* only = nullptr;
    std::string_view signature;
    std::string_view refusal;
    for (const chat::Block& block : message.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) {
        only = text;
        if (!text->signature.empty()) signature = text->signature;
      }
      if (const auto* refused = std::get_if<chat::Refusal>(&block)) refusal = refused->text;
      parts += IsContent(block) ? 1U : 0U;
    }
    json_.Key("content");
    if (parts == 0) {
      json_.Null();
    } else if (parts == 1 && only != nullptr) {
      json_.String(only->text);
    } else {
      json_.Array();
      for (const chat::Block& block : message.blocks) Part(block);
      json_.EndArray();
    }
    if (!refusal.empty()) json_.Key("refusal").String(refusal);
    WriteSignature(json_, signature);
  }

  void Part(const chat::Block& block) {
    if (const auto* text = std::get_if<chat::Text>(&block)) {
      json_.Object().Key("type").String("text").Key("text").String(text->text).EndObject();
    } else if (const auto* media = std::get_if<chat::Media>(&block)) {
      MediaPart(*media);
    }
  }

  // A file that was uploaded before is named by its id, whatever its kind.
  void UploadedPart(std::string_view id) {
    json_.Object().Key("type").String("file").Key("file").Object();
    json_.Key("file_id").String("file-" + std::string(id)).EndObject().EndObject();
  }

  void MediaPart(const chat::Media& media) {
    constexpr std::string_view kUploaded = "files/";
    if (media.uri.starts_with(kUploaded)) {
      return UploadedPart(std::string_view(media.uri).substr(kUploaded.size()));
    }
    WriteOpenAiMedia(json_, media);
  }

  void Calls(const chat::Message& message) {
    bool open = false;
    for (const chat::Block& block : message.blocks) {
      const auto* call = std::get_if<chat::ToolCall>(&block);
      if (call == nullptr) continue;
      if (Functions() || call->id.empty()) {
        json_.Key("function_call").Object().Key("name").String(call->name);
        json_.Key("arguments").String(call->arguments).EndObject();
        WriteSignature(json_, call->signature);
        return;
      }
      if (!open) json_.Key("tool_calls").Array();
      open = true;
      WriteOpenAiCall(json_, *call, -1);
    }
    if (open) json_.EndArray();
  }

  void Result(const chat::ToolResult& result) {
    json_.Object().Key("role");
    if (result.id.empty()) {
      json_.String("function").Key("name").String(result.name);
    } else {
      json_.String("tool").Key("tool_call_id").String(result.id);
    }
    json_.Key("content");
    const auto* text =
        result.content.size() == 1 ? std::get_if<chat::Text>(&result.content.front()) : nullptr;
    if (result.content.empty()) {
      json_.String("");
    } else if (text != nullptr) {
      json_.String(text->text);
    } else {
      json_.Array();
      for (const auto& item : result.content) {
        if (const auto* piece = std::get_if<chat::Text>(&item)) {
          json_.Object().Key("type").String("text").Key("text").String(piece->text).EndObject();
        } else {
          MediaPart(std::get<chat::Media>(item));
        }
      }
      json_.EndArray();
    }
    json_.EndObject();
  }

  void Stream() {
    if (!request_.stream) return;
    json_.Key("stream").Bool(true);
    if (request_.stream_usage) {
      json_.Key("stream_options").Object().Key("include_usage").Bool(true).EndObject();
    }
  }

  void Number(std::string_view key, const std::optional<double>& value) {
    if (value) json_.Key(key).Double(*value);
  }
  void Integer(std::string_view key, const std::optional<std::int64_t>& value) {
    if (value) json_.Key(key).Int(*value);
  }

  void Sampling() {
    const chat::Sampling& s = request_.sampling;
    Number("temperature", s.temperature);
    Number("top_p", s.top_p);
    Integer("top_k", s.top_k);
    Integer("max_completion_tokens", s.max_tokens);
    Integer("seed", s.seed);
    Number("presence_penalty", s.presence_penalty);
    Number("frequency_penalty", s.frequency_penalty);
    if (request_.choices != 1) json_.Key("n").Int(request_.choices);
    if (!s.stop.empty()) {
      json_.Key("stop").Array();
      for (const std::string& stop : s.stop) json_.String(stop);
      json_.EndArray();
    }
    if (s.top_logprobs) {
      json_.Key("logprobs").Bool(true);
      if (*s.top_logprobs > 0) json_.Key("top_logprobs").Int(*s.top_logprobs);
    }
  }

  void Function(const chat::Tool& tool) {
    json_.Object().Key("name").String(tool.name);
    if (!tool.description.empty()) json_.Key("description").String(tool.description);
    if (tool.kind == chat::ToolKind::kFunction && !tool.parameters.empty()) {
      json_.Key("parameters").Raw(tool.openapi ? RaiseSchema(tool.parameters) : tool.parameters);
    }
    if (tool.strict) json_.Key("strict").Bool(true);
    json_.EndObject();
  }

  void Tools() {
    if (Functions()) {
      json_.Key("functions").Array();
      for (const chat::Tool& tool : request_.tools) Function(tool);
      json_.EndArray();
    }
    ToolList();
    if (Runs(chat::HostedTool::kWebSearch)) json_.Key("web_search_options").Object().EndObject();
    if (!request_.parallel_tool_calls) json_.Key("parallel_tool_calls").Bool(false);
    if (request_.tool_choice) Choice(*request_.tool_choice);
  }

  // Writes all tools except search, which has its own field.
  void ToolList() {
    const bool code = Runs(chat::HostedTool::kCodeExecution);
    const bool urls = Runs(chat::HostedTool::kUrlContext);
    const bool own = !Functions() && !request_.tools.empty();
    if (!own && !code && !urls) return;
    json_.Key("tools").Array();
    if (own) {
      for (const chat::Tool& tool : request_.tools) {
        const std::string_view type = tool.kind == chat::ToolKind::kCustom ? "custom" : "function";
        json_.Object().Key("type").String(type).Key(type);
        Function(tool);
        json_.EndObject();
      }
    }
    if (code) json_.Object().Key("type").String("code_interpreter").EndObject();
    if (urls) json_.Object().Key("type").String("url_context").EndObject();
    json_.EndArray();
  }

  bool Runs(chat::HostedTool tool) const {
    const auto& hosted = request_.hosted_tools;
    return std::find(hosted.begin(), hosted.end(), tool) != hosted.end();
  }

  bool IsCustom(const std::string& name) const {
    for (const chat::Tool& tool : request_.tools) {
      if (tool.name == name) return tool.kind == chat::ToolKind::kCustom;
    }
    return false;
  }

  void Choice(const chat::ToolChoice& choice) {
    json_.Key(Functions() ? "function_call" : "tool_choice");
    const bool required = choice.mode == chat::ToolMode::kRequired;
    if (choice.mode == chat::ToolMode::kNone) {
      json_.String("none");
    } else if (choice.names.empty() && choice.mode == chat::ToolMode::kValidated) {
      json_.String("validated");
    } else if (choice.names.empty()) {
      json_.String(required ? "required" : "auto");
    } else if (Functions()) {
      json_.Object().Key("name").String(choice.names.front()).EndObject();
    } else if (required && choice.names.size() == 1) {
      Named(choice.names.front());
    } else {
      json_.Object().Key("type").String("allowed_tools").Key("allowed_tools").Object();
      json_.Key("mode").String(required ? "required" : "auto").Key("tools").Array();
      for (const std::string& name : choice.names) Named(name);
      json_.EndArray().EndObject().EndObject();
    }
  }

  void Named(const std::string& name) {
    const std::string_view type = IsCustom(name) ? "custom" : "function";
    json_.Object().Key("type").String(type).Key(type).Object().Key("name").String(name);
    json_.EndObject().EndObject();
  }

  void Format() {
    const chat::Format& format = request_.format;
    if (format.kind == chat::OutputFormat::kText) return;
    json_.Key("response_format").Object().Key("type");
    if (format.kind == chat::OutputFormat::kJson) {
      json_.String("json_object").EndObject();
      return;
    }
    const std::string schema = format.openapi ? RaiseSchema(format.schema) : format.schema;
    if (format.name.empty() && !format.strict) {
      json_.String("json_object").Key("schema").Raw(schema).EndObject();
      return;
    }
    json_.String("json_schema").Key("json_schema").Object();
    json_.Key("name").String(format.name.empty() ? "answer" : format.name);
    json_.Key("schema").Raw(schema);
    if (format.strict) json_.Key("strict").Bool(true);
    json_.EndObject().EndObject();
  }

  void Reasoning() {
    const chat::Reasoning& reasoning = request_.reasoning;
    if (reasoning.effort) json_.Key("reasoning_effort").String(EffortName(*reasoning.effort));
    const bool config = reasoning.budget || reasoning.show;
    const auto safety = request_.extra.find(kSafetySettings);
    const auto cached = request_.extra.find(kCachedContent);
    const auto end = request_.extra.end();
    if (!config && safety == end && cached == end) return;
    json_.Key("extra_body").Object().Key("google").Object();
    if (config) {
      json_.Key("thinking_config").Object();
      if (reasoning.budget) json_.Key("thinking_budget").Int(*reasoning.budget);
      if (reasoning.show) json_.Key("include_thoughts").Bool(*reasoning.show);
      json_.EndObject();
    }
    if (cached != end) json_.Key("cached_content").Raw(cached->second);
    if (safety != end) json_.Key("safety_settings").Raw(safety->second);
    json_.EndObject().EndObject();
  }

  void ImageConfig() {
    const auto& [ratio, size] = request_.picture;
    if (ratio.empty() && size.empty()) return;
    json_.Key("image_config").Object();
    if (!ratio.empty()) json_.Key("aspect_ratio").String(ratio);
    if (!size.empty()) json_.Key("image_size").String(size);
    json_.EndObject();
  }

  void Rest() {
    ImageConfig();
    if (!request_.service_tier.empty()) json_.Key("service_tier").String(request_.service_tier);
    if (!request_.modalities.empty()) {
      json_.Key("modalities").Array();
      for (const std::string& modality : request_.modalities) json_.String(modality);
      json_.EndArray();
    }
    if (!request_.user.empty()) json_.Key("user").String(request_.user);
    if (!request_.cache_key.empty()) json_.Key("prompt_cache_key").String(request_.cache_key);
    constexpr std::string_view kPrefix = "openai.";
    for (const auto& [key, value] : request_.extra) {
      if (key.starts_with(kPrefix))
        json_.Key(std::string_view(key).substr(kPrefix.size())).Raw(value);
    }
  }

  const chat::Request& request_;
  std::string out_;
  JsonWriter json_;
};

}  // namespace

std::string WriteOpenAiChatRequest(const chat::Request& request) { return Writer(request).Run(); }

}  // namespace agm::test
