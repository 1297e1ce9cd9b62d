#include "core/protocol/openai/upstream_request.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json_writer.h"
#include "core/protocol/schema/schema.h"
#include "core/protocol/shared/reasoning.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kCustomInput =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";
constexpr std::string_view kPrefix = "openai.";

// The effort for a budget of tokens, which such servers do not know.
chat::Effort EffortOfBudget(std::int64_t budget) {
  if (budget < 0) return chat::Effort::kMedium;
  if (budget == 0) return chat::Effort::kNone;
  if (budget <= 4'096) return chat::Effort::kLow;
  return budget <= 16'384 ? chat::Effort::kMedium : chat::Effort::kHigh;
}

// Every server that knows efforts knows low, medium and high.
chat::Effort NearestCommon(chat::Effort effort) {
  if (effort < chat::Effort::kLow) return chat::Effort::kLow;
  return std::min(effort, chat::Effort::kHigh);
}

/// Writes one request.
class Writer {
 public:
  Writer(const chat::Request& request, const OpenAiWriteOptions& options)
      : request_(request),
        options_(options),
        sampling_(Repaired(request.sampling, options.repair)),
        json_(out_.body) {}

  Result<OpenAiRequest> Run() {
    out_.reading.one_call = !request_.parallel_tool_calls;
    out_.reading.one_choice = request_.choices == 1;
    json_.Object().Key("model").String(options_.model).Key("messages").Array();
    const bool details = options_.repair != Repair::kOmitThinking;
    OpenAiMessageWriter messages(json_, options_.repair == Repair::kMoveSystem,
                                 details ? options_.turns : OpenAiTurns());
    if (auto done = messages.Write(request_.messages); !done) return std::move(done).error();
    TellFormat();
    json_.EndArray();
    Stream();
    Sampling();
    Tools();
    Format();
    Reasoning();
    Output();
    PassOn();
    json_.EndObject();
    return std::move(out_);
  }

 private:
  /// False for a field that the server refused.
  bool May(std::string_view field) const {
    return options_.repair != Repair::kOmitField || field != options_.refused;
  }
  /// False for fields that are no part of OpenAI's API once the server refused any field.
  bool MayAdd(std::string_view field) const {
    return options_.repair != Repair::kOmitField && May(field);
  }

  void Stream() {
    if (!request_.stream) return;
    json_.Key("stream").Bool(true);
    if (!May("stream_options")) return;
    json_.Key("stream_options").Object().Key("include_usage").Bool(true).EndObject();
  }

  void Number(std::string_view key, const std::optional<double>& value) {
    if (value && May(key)) json_.Key(key).Double(*value);
  }
  void Integer(std::string_view key, const std::optional<std::int64_t>& value) {
    if (value && May(key)) json_.Key(key).Int(*value);
  }

  void Sampling() {
    const bool renamed = options_.repair == Repair::kRenameMaxTokens;
    Number("temperature", sampling_.temperature);
    Number("top_p", sampling_.top_p);
    if (MayAdd("top_k")) Integer("top_k", sampling_.top_k);
    Integer(renamed ? "max_completion_tokens" : "max_tokens", sampling_.max_tokens);
    Integer("seed", sampling_.seed);
    if (options_.repair != Repair::kOmitPenalties) {
      Number("presence_penalty", sampling_.presence_penalty);
      Number("frequency_penalty", sampling_.frequency_penalty);
    }
    if (request_.choices != 1) json_.Key("n").Int(request_.choices);
    if (!sampling_.stop.empty() && May("stop")) {
      json_.Key("stop").Array();
      for (const std::string& stop : sampling_.stop) json_.String(stop);
      json_.EndArray();
    }
    if (sampling_.top_logprobs && May("logprobs")) {
      json_.Key("logprobs").Bool(true);
      if (*sampling_.top_logprobs > 0) Integer("top_logprobs", sampling_.top_logprobs);
    }
  }

  /// The tools that the client allows: a shorter list of tools, because few servers know
  /// `allowed_tools`.
  std::vector<const chat::Tool*> Allowed() const {
    std::set<std::string_view> names;
    if (request_.tool_choice) {
      names.insert(request_.tool_choice->names.begin(), request_.tool_choice->names.end());
    }
    std::vector<const chat::Tool*> allowed;
    for (const chat::Tool& tool : request_.tools) {
      if (names.empty() || names.contains(tool.name)) allowed.push_back(&tool);
    }
    return allowed;
  }

  void Tools() {
    for (const chat::HostedTool hosted : request_.hosted_tools) {
      out_.dropped.emplace_back(hosted == chat::HostedTool::kWebSearch       ? "web search"
                                : hosted == chat::HostedTool::kCodeExecution ? "code execution"
                                                                             : "URL context");
    }
    const auto allowed = Allowed();
    if (allowed.empty()) return;
    json_.Key("tools").Array();
    for (const chat::Tool* tool : allowed) Function(*tool);
    json_.EndArray();
    Choice();
    if (!request_.parallel_tool_calls && May("parallel_tool_calls")) {
      json_.Key("parallel_tool_calls").Bool(false);
    }
  }

  void Function(const chat::Tool& tool) {
    json_.Object().Key("type").String("function").Key("function").Object();
    json_.Key("name").String(tool.name);
    if (!tool.description.empty()) json_.Key("description").String(tool.description);
    if (tool.kind == chat::ToolKind::kCustom) {
      out_.reading.custom_tools.insert(tool.name);
      json_.Key("parameters").Raw(kCustomInput);
    } else if (tool.parameters.empty()) {
      json_.Key("parameters").Raw(R"({"type":"object","properties":{}})");
    } else {
      json_.Key("parameters").Raw(tool.openapi ? RaiseSchema(tool.parameters) : tool.parameters);
    }
    const bool lowered = options_.repair == Repair::kLowerTools ||
                         options_.repair == Repair::kLowerSchemas || !May("strict");
    if (tool.strict && !lowered) json_.Key("strict").Bool(true);
    json_.EndObject().EndObject();
  }

  void Choice() {
    if (!request_.tool_choice || !May("tool_choice")) return;
    const chat::ToolChoice& choice = *request_.tool_choice;
    json_.Key("tool_choice");
    if (choice.mode == chat::ToolMode::kNone) {
      json_.String("none");
    } else if (choice.mode == chat::ToolMode::kRequired && choice.names.size() == 1) {
      json_.Object().Key("type").String("function").Key("function").Object();
      json_.Key("name").String(choice.names.front()).EndObject().EndObject();
    } else {
      json_.String(choice.mode == chat::ToolMode::kRequired ? "required" : "auto");
    }
  }

  std::string Schema() const {
    const chat::Format& format = request_.format;
    return format.openapi ? RaiseSchema(format.schema) : format.schema;
  }

  bool TellsFormat() const {
    return options_.repair == Repair::kTellFormat || !May("response_format");
  }

  // The last message states the format where the server has no JSON mode.
  void TellFormat() {
    if (request_.format.kind == chat::OutputFormat::kText || !TellsFormat()) return;
    std::string text = "Answer with one JSON value and nothing else.";
    if (request_.format.kind == chat::OutputFormat::kJsonSchema) {
      text += " It must match this JSON Schema: " + Schema();
    }
    json_.Object().Key("role").String("user").Key("content").String(text).EndObject();
  }

  void Format() {
    const chat::Format& format = request_.format;
    if (format.kind == chat::OutputFormat::kText || TellsFormat()) return;
    json_.Key("response_format").Object().Key("type");
    if (format.kind == chat::OutputFormat::kJson) {
      json_.String("json_object").EndObject();
      return;
    }
    json_.String("json_schema").Key("json_schema").Object();
    json_.Key("name").String(format.name.empty() ? "answer" : format.name);
    json_.Key("schema").Raw(Schema());
    const bool lowered = options_.repair == Repair::kLowerFormat ||
                         options_.repair == Repair::kLowerSchemas || !May("strict");
    if (format.strict && !lowered) json_.Key("strict").Bool(true);
    json_.EndObject().EndObject();
  }

  void Reasoning() {
    const chat::Reasoning& reasoning = request_.reasoning;
    if (options_.repair == Repair::kOmitThinking) return;
    // Most servers show thoughts anyway; another agm does so when it is asked.
    if (reasoning.show.value_or(false) && MayAdd("include_reasoning")) {
      json_.Key("include_reasoning").Bool(true);
    }
    if (!May("reasoning_effort")) return;
    std::optional<chat::Effort> effort = reasoning.effort;
    if (!effort && reasoning.budget) effort = EffortOfBudget(*reasoning.budget);
    if (!effort) return;
    if (options_.repair == Repair::kNearestThinking) effort = NearestCommon(*effort);
    json_.Key("reasoning_effort").String(EffortName(*effort));
  }

  void Output() {
    const bool tier = options_.repair != Repair::kOmitServiceTier && May("service_tier");
    if (tier && !request_.service_tier.empty()) {
      json_.Key("service_tier").String(request_.service_tier);
    }
    if (!request_.modalities.empty() && May("modalities")) {
      json_.Key("modalities").Array();
      for (const std::string& modality : request_.modalities) json_.String(modality);
      json_.EndArray();
    }
    const auto& [ratio, size] = request_.picture;
    const bool picture = options_.repair != Repair::kOmitPicture && MayAdd("image_config");
    if (!picture || (ratio.empty() && size.empty())) return;
    json_.Key("image_config").Object();
    if (!ratio.empty()) json_.Key("aspect_ratio").String(ratio);
    if (!size.empty()) json_.Key("image_size").String(size);
    json_.EndObject();
  }

  // The fields of the client's own request that the gateway does not interpret.
  void PassOn() {
    for (const auto& [key, value] : request_.extra) {
      if (key.starts_with("responses.") || key.starts_with("answer.")) continue;
      if (!key.starts_with(kPrefix)) {
        out_.dropped.push_back(key);
        continue;
      }
      const std::string_view field = std::string_view(key).substr(kPrefix.size());
      if (MayAdd(field)) json_.Key(field).Raw(value);
    }
  }

  const chat::Request& request_;
  const OpenAiWriteOptions& options_;
  const chat::Sampling sampling_;
  OpenAiRequest out_;
  JsonWriter json_;
};

}  // namespace

Result<OpenAiRequest> WriteOpenAiRequest(const chat::Request& request,
                                         const OpenAiWriteOptions& options) {
  return Writer(request, options).Run();
}

}  // namespace agm::protocol
