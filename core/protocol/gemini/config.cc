#include "core/protocol/gemini/config.h"

#include <algorithm>
#include <limits>

#include "core/protocol/gemini/tools.h"
#include "core/protocol/gemini/voices.h"
#include "core/protocol/schema/schema.h"
#include "core/protocol/shared/compact_json.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxStops = 5;
constexpr double kBelowTwo = 1.99;  // penalties are in [-2, 2)

bool TakesFormat(const chat::Request& request, const ModelTraits& traits) {
  const bool tools = OffersTools(request, traits) || !request.hosted_tools.empty() ||
                     request.extra.contains(kGeminiTools);
  return traits.json && (traits.json_with_tools || !tools);
}

/// Writes the config of one request; the first member opens the object.
class Config {
 public:
  Config(const chat::Request& request, const ModelTraits& traits, const GeminiWriteOptions& options,
         JsonWriter& json, GeminiRequest& out)
      : request_(request),
        traits_(traits),
        options_(options),
        sampling_(Repaired(request.sampling, options.repair)),
        json_(json),
        out_(out) {}

  Result<void> Write() {
    Sampling();
    if (auto result = Logprobs(); !result) return result;
    Format();
    if (auto result = Modalities(); !result) return result;
    ThinkingConfig();
    Extras();
    if (open_) json_.EndObject();
    return {};
  }

 private:
  JsonWriter& Key(std::string_view name) {
    if (!open_) json_.Key("generationConfig").Object();
    open_ = true;
    return json_.Key(name);
  }

  void Drop(std::string_view what) { out_.dropped.emplace_back(what); }

  void Sampling() {
    const chat::Sampling& s = sampling_;
    if (!traits_.sampling && (s.temperature || s.top_p || s.top_k)) {
      Drop("temperature, top_p, top_k (this model ignores them)");
    } else {
      if (s.temperature) Key("temperature").Double(*s.temperature);
      if (s.top_p) Key("topP").Double(*s.top_p);
      if (s.top_k) Key("topK").Int(*s.top_k);
    }
    out_.calls = GeminiCallsFor(request_, traits_);
    if (request_.choices > out_.calls) Key("candidateCount").Int(request_.choices);
    if (s.max_tokens) {
      if (*s.max_tokens > traits_.max_output_tokens) Drop("max_tokens above the model's limit");
      Key("maxOutputTokens").Int(std::min(*s.max_tokens, traits_.max_output_tokens));
    }
    Stops();
    if (s.seed) Key("seed").Int(Fold(*s.seed));
    Penalty("presencePenalty", s.presence_penalty);
    Penalty("frequencyPenalty", s.frequency_penalty);
  }

  void Stops() {
    const auto& stops = sampling_.stop;
    if (stops.empty()) return;
    if (stops.size() > kMaxStops) Drop("stop sequences behind the fifth");
    Key("stopSequences").Array();
    for (std::size_t i = 0; i < std::min(stops.size(), kMaxStops); ++i) json_.String(stops[i]);
    json_.EndArray();
  }

  static std::int64_t Fold(std::int64_t seed) {
    constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
    constexpr auto kMin = std::numeric_limits<std::int32_t>::min();
    if (seed >= kMin && seed <= kMax) return seed;
    const auto bits = static_cast<std::uint64_t>(seed);
    return static_cast<std::int64_t>((bits ^ (bits >> 32U)) & 0x7FFFFFFFU);
  }

  void Penalty(std::string_view name, const std::optional<double>& value) {
    if (!value) return;
    if (traits_.penalties) {
      Key(name).Double(std::min(*value, kBelowTwo));
    } else if (*value != 0) {
      Drop(name);
    }
  }

  Result<void> Logprobs() {
    const auto& top = sampling_.top_logprobs;
    if (!top) return {};
    if (!traits_.logprobs) {
      return Invalid("unsupported_parameter", "logprobs", "this model gives no logprobs");
    }
    Key("responseLogprobs").Bool(true);
    if (*top > 0) Key("logprobs").Int(*top);
    return {};
  }

  void Format() {
    const chat::Format& format = request_.format;
    if (format.kind == chat::OutputFormat::kText) return;
    if (!TakesFormat(request_, traits_)) {
      Drop("response format (told in words: the model takes none here)");
      return;
    }
    Key("responseMimeType").String("application/json");
    if (format.kind != chat::OutputFormat::kJsonSchema || format.schema.empty()) return;
    if (format.openapi) {
      Key("responseSchema").Raw(format.schema);
      return;
    }
    const bool lower = LowersFormat(options_.repair) || !traits_.json_schema;
    const SchemaText schema = lower ? LowerSchema(format.schema) : CleanSchema(format.schema);
    for (const SchemaNote& note : schema.notes) {
      if (note.fate == SchemaFate::kDropped)
        Drop("response_format." + note.path + ": " + note.what);
    }
    if (!schema.json.empty()) Key(lower ? "responseSchema" : "responseJsonSchema").Raw(schema.json);
  }

  Result<void> Modalities() {
    const auto wants = [&](std::string_view name) {
      const auto& all = request_.modalities;
      return std::find(all.begin(), all.end(), name) != all.end();
    };
    const bool image = wants("image");
    const bool audio = wants("audio");
    if ((image && !traits_.image_output) || (audio && !traits_.audio_output)) {
      return Invalid("unsupported_value", "modalities",
                     fmt::format("this model cannot answer with {}", image ? "images" : "audio"));
    }
    if (traits_.audio_output) {
      Key("responseModalities").Array().String("AUDIO").EndArray();
      if (!request_.voice.empty()) {
        Key("speechConfig").Object().Key("voiceConfig").Object();
        json_.Key("prebuiltVoiceConfig").Object().Key("voiceName");
        json_.String(GeminiVoice(request_.voice));
        json_.EndObject().EndObject().EndObject();
      }
    } else if (image) {
      Key("responseModalities").Array();
      if (wants("text")) json_.String("TEXT");
      json_.String("IMAGE").EndArray();
    }
    ImageConfig();
    return {};
  }

  void ImageConfig() {
    if (options_.repair == Repair::kOmitPicture) return;
    const auto& [ratio, size] = request_.picture;
    if (!traits_.image_output) {
      if (!ratio.empty() || !size.empty()) Drop("image_config (this model draws no pictures)");
      return;
    }
    const bool sized = !size.empty() && traits_.large_images;
    if (!size.empty() && !sized) Drop("picture size (this model draws one size)");
    if (ratio.empty() && !sized) return;
    Key("imageConfig").Object();
    if (!ratio.empty()) json_.Key("aspectRatio").String(ratio);
    if (sized) json_.Key("imageSize").String(size);
    json_.EndObject();
  }

  void ThinkingConfig() {
    const chat::Reasoning& reasoning = request_.reasoning;
    const ThinkingSetting setting = Repaired(traits_.SettingFor(reasoning), options_.repair);
    if (traits_.thinking == Thinking::kNone) {
      const bool wanted = reasoning.budget.value_or(0) != 0 ||
                          reasoning.effort.value_or(chat::Effort::kNone) != chat::Effort::kNone;
      if (wanted) Drop("reasoning (this model does not think)");
      return;
    }
    if (!setting.budget && setting.level.empty() && !reasoning.show) return;
    Key("thinkingConfig").Object();
    if (reasoning.show) json_.Key("includeThoughts").Bool(*reasoning.show);
    if (setting.budget) json_.Key("thinkingBudget").Int(*setting.budget);
    if (!setting.level.empty()) json_.Key("thinkingLevel").String(setting.level);
    json_.EndObject();
  }

  // Members that a Gemini client sent and the neutral form does not have.
  void Extras() {
    constexpr std::string_view kPrefix = "gemini.generationConfig.";
    for (auto at = request_.extra.lower_bound(std::string(kPrefix));
         at != request_.extra.end() && at->first.starts_with(kPrefix); ++at) {
      Key(std::string_view(at->first).substr(kPrefix.size())).Raw(at->second);
    }
  }

  const chat::Request& request_;
  const ModelTraits& traits_;
  const GeminiWriteOptions& options_;
  const chat::Sampling sampling_;
  JsonWriter& json_;
  GeminiRequest& out_;
  bool open_ = false;
};

}  // namespace

Result<void> WriteGeminiConfig(const chat::Request& request, const ModelTraits& traits,
                               const GeminiWriteOptions& options, JsonWriter& json,
                               GeminiRequest& out) {
  return Config(request, traits, options, json, out).Write();
}

std::string FormatInstruction(const chat::Request& request, const ModelTraits& traits) {
  const chat::Format& format = request.format;
  if (format.kind == chat::OutputFormat::kText || TakesFormat(request, traits)) return {};
  if (format.schema.empty()) return "Answer with one JSON object and nothing else.";
  return "Answer with JSON that conforms to this JSON Schema and nothing else:\n" +
         CompactJson(format.schema);
}

}  // namespace agm::protocol
