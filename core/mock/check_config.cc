#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/mock/checks.h"
#include "core/mock/message.h"

namespace agm::mock {
namespace {

constexpr std::string_view kConfig = "GenerateContentRequest.generation_config";

/// Checks generationConfig, topic by topic.
class ConfigCheck {
 public:
  ConfigCheck(const CheckRules& rules, JsonView request, Complaints& complaints)
      : rules_(rules),
        model_(rules.model),
        request_(request),
        config_(Field(request, "generationConfig")),
        complaints_(complaints) {}

  void All() {
    Sampling();
    Lengths();
    Penalties();
    Candidates();
    JsonMode();
    Modalities();
    ImageConfig();
    ThinkingConfig();
  }

 private:
  std::optional<double> Number(std::string_view name) const {
    return NumberOf(Field(config_, name));
  }

  void Say(std::string_view name, std::string_view what) {
    complaints_.Field(fmt::format("{}.{}", kConfig, SnakeCase(name)), what);
  }

  void Range(std::string_view name, double least, double most) {
    const auto value = Number(name);
    if (!value || (*value >= least && *value <= most)) return;
    Say(name, fmt::format("must be in the range [{:.1f}, {:.1f}].", least, most));
  }

  void Sampling() {
    Range("temperature", 0, 2);
    Range("topP", 0, 1);
    if (const auto top = Number("topK"); top && *top < 1) Say("topK", "top_k must be positive.");
    const auto logprobs = Number("logprobs");
    const bool wanted = Field(config_, "responseLogprobs").boolean();
    if (logprobs && !wanted) Say("logprobs", "is only allowed when response_logprobs is true");
    if (logprobs && (*logprobs < 0 || *logprobs > 20))
      Say("logprobs", "must be in the range [0, 20].");
    const bool gives = model_.family < (rules_.strict && !rules_.vertex ? 25 : 35);
    if (wanted && !gives) {
      complaints_.Refuse(fmt::format("Logprobs is not enabled for models/{}", model_.id));
    }
  }

  void Lengths() {
    const JsonView stops = Field(config_, "stopSequences");
    if (stops.size() > 5) {
      Say("stopSequences", "the number of stop_sequences must not exceed 5");
    }
    ForEach(stops, [&](JsonView stop) {
      if (stop.raw() == "\"\"") Say("stopSequences", "stop sequence must not be empty");
    });
    const auto most = Number("maxOutputTokens");
    if (most && *most < 1) Say("maxOutputTokens", "max_output_tokens must be positive.");
    if (most && *most > model_.output_limit) {
      complaints_.Refuse(
          fmt::format("Unable to submit request because it has a maxOutputTokens value "
                      "of {} but the supported range is from 1 (inclusive) to {} "
                      "(exclusive).",
                      *most, model_.output_limit + 1));
    }
  }

  void Penalties() {
    for (const std::string_view name : {"presencePenalty", "frequencyPenalty"}) {
      const auto value = Number(name);
      if (!value) continue;
      if (*value < -2 || *value >= 2) Say(name, "must be in the range [-2.0, 2.0).");
      if (*value != 0 && model_.family >= (rules_.strict ? 25 : 30)) {
        complaints_.Refuse(fmt::format("Penalty is not enabled for models/{}", model_.id));
      }
    }
  }

  void Candidates() {
    const auto count = Number("candidateCount");
    if (!count) return;
    if (*count < 1 || *count > 8) Say("candidateCount", "must be in the range [1, 8].");
    if (*count > 1 && (model_.family >= 30 || model_.kind != ModelKind::kChat)) {
      complaints_.Refuse("Multiple candidates is not enabled for this model");
    }
  }

  bool HasFunctions() const {
    bool found = false;
    ForEach(Field(request_, "tools"), [&](JsonView tool) {
      found = found || Field(tool, "functionDeclarations").size() > 0;
    });
    return found;
  }

  void JsonMode() {
    static constexpr std::array<std::string_view, 4> kTypes = {"", "text/plain", "application/json",
                                                               "text/x.enum"};
    const std::string mime = Field(config_, "responseMimeType").text();
    if (std::ranges::count(kTypes, mime) == 0) {
      Say("responseMimeType",
          "allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`.");
    }
    const bool json = mime == "application/json" || mime == "text/x.enum";
    const JsonView schema = Field(config_, "responseSchema");
    JsonView free_schema = Field(config_, "responseJsonSchema");
    if (!free_schema) free_schema = Field(config_, "_responseJsonSchema");
    if (schema && free_schema) {
      complaints_.Field(kConfig, "response_schema and response_json_schema are mutually exclusive");
    }
    if ((schema || free_schema) && !json) {
      Say("responseSchema",
          "is only allowed when response_mime_type is application/json or "
          "text/x.enum");
    }
    if (schema)
      CheckSchema(rules_, schema, fmt::format("{}.response_schema", kConfig), complaints_);
    if (free_schema) {
      CheckJsonSchema(rules_, free_schema, fmt::format("{}.response_json_schema", kConfig),
                      complaints_);
    }
    if (!json) return;
    if (model_.kind != ModelKind::kChat) {
      complaints_.Refuse(fmt::format("JSON mode is not enabled for models/{}", model_.id));
    }
    if (model_.family < 30 && HasFunctions()) {
      complaints_.Refuse(
          fmt::format("Function calling with a response mime type: '{}' is unsupported", mime));
    }
  }

  void Modalities() {
    bool audio = false;
    ForEach(Field(config_, "responseModalities"), [&](JsonView modality) {
      const std::string name = EnumOf(modality);
      audio = audio || name == "AUDIO";
      const bool good = name == "TEXT"    ? model_.kind != ModelKind::kSpeech
                        : name == "IMAGE" ? model_.kind == ModelKind::kImage
                                          : name == "AUDIO" && model_.kind == ModelKind::kSpeech;
      if (!good) {
        complaints_.Refuse(
            fmt::format("Model does not support the requested response modalities: {}", name));
      }
    });
    if (model_.kind == ModelKind::kSpeech && !audio) {
      complaints_.Refuse("Model does not support the requested response modalities: text");
    }
  }

  void ImageConfig() {
    static constexpr std::array<std::string_view, 14> kRatios = {
        "1:1",  "2:3",  "3:2",  "3:4", "4:3", "4:5", "5:4",
        "9:16", "16:9", "21:9", "1:4", "4:1", "1:8", "8:1"};
    static constexpr std::array<std::string_view, 3> kSizes = {"1K", "2K", "4K"};
    const JsonView config = Field(config_, "imageConfig");
    if (config && model_.kind != ModelKind::kImage) {
      complaints_.Refuse(fmt::format("Image config is not supported for models/{}", model_.id));
    }
    const std::string ratio = Field(config, "aspectRatio").text();
    if (!ratio.empty() && std::ranges::count(kRatios, ratio) == 0) {
      Say("imageConfig.aspectRatio", fmt::format("unsupported aspect ratio '{}'", ratio));
    }
    const std::string size = Field(config, "imageSize").text();
    const bool one_size = model_.id.find("lite") != std::string::npos || model_.family < 30;
    if (size.empty() || (size == "1K" && one_size)) return;
    if (std::ranges::count(kSizes, size) == 0 || one_size) {
      Say("imageConfig.imageSize", fmt::format("unsupported image size '{}'", size));
    }
  }

  bool Knows(std::string_view level) const {
    struct Named {
      std::string_view name;
      ThinkingLevel bit;
    };
    static constexpr std::array kLevels = {Named{"MINIMAL", kMinimal}, Named{"LOW", kLow},
                                           Named{"MEDIUM", kMedium}, Named{"HIGH", kHigh},
                                           Named{"XHIGH", kXhigh}};
    return std::ranges::any_of(kLevels, [&](const Named& named) {
      return named.name == level && (model_.levels & named.bit) != 0;
    });
  }

  void ThinkingConfig() {
    const JsonView thinking = Field(config_, "thinkingConfig");
    if (thinking.size() == 0) return;
    const std::string level = EnumOf(Field(thinking, "thinkingLevel"));
    const bool has_level = !level.empty() && level != "THINKING_LEVEL_UNSPECIFIED";
    const auto budget = NumberOf(Field(thinking, "thinkingBudget"));
    if (model_.thinking == Thinking::kNone) {
      complaints_.Refuse("Thinking is not enabled for this model");
    } else if (has_level && budget) {
      complaints_.Refuse("You can only set one of thinking budget and thinking level.");
    } else if (has_level && model_.thinking == Thinking::kBudget) {
      complaints_.Refuse("Thinking level is not supported for this model.");
    } else if (has_level && !Knows(level)) {
      complaints_.Refuse(fmt::format("Thinking level {} is not supported for this model.", level));
    }
    if (budget && model_.thinking != Thinking::kNone) Budget(*budget);
  }

  void Budget(double budget) {
    if (model_.is_gemini4() || model_.gemma) {
      complaints_.Refuse("Thinking budget is not supported for this model. Use thinking level.");
    } else if (budget == 0 && !model_.budget_zero) {
      complaints_.Refuse("Budget 0 is invalid. This model only works in thinking mode.");
    } else if (budget != -1 && budget != 0 &&
               (budget < model_.budget_min || budget > model_.budget_max)) {
      complaints_.Refuse(
          fmt::format("The thinking budget {} is invalid. Please choose a value between {} and {}.",
                      budget, model_.budget_zero ? 0 : model_.budget_min, model_.budget_max));
    }
  }

  const CheckRules& rules_;
  const Model& model_;
  JsonView request_;
  JsonView config_;
  Complaints& complaints_;
};

void CheckSafety(JsonView settings, Complaints& complaints) {
  std::set<std::string> seen;
  ForEach(settings, [&](JsonView setting) {
    if (seen.insert(EnumOf(Field(setting, "category"))).second) return;
    complaints.Field("GenerateContentRequest.safety_settings",
                     "there should not be more than one setting for each category");
  });
}

void CheckCache(const CheckRules& rules, JsonView cached, Complaints& complaints) {
  const std::string name = cached.text();
  if (name.empty()) return;
  if (name.find("cachedContents/") == std::string::npos) {
    complaints.Field("GenerateContentRequest.cached_content", "invalid cached content name");
  } else if (rules.model.is_gemini4()) {
    complaints.Refuse("Explicit caching is not supported for this model.");
  } else {
    GoogleError error = InvalidArgument("CachedContent not found (or permission denied)");
    error.http = 403;
    error.status = "PERMISSION_DENIED";
    complaints.Refuse(error);
  }
}

}  // namespace

void CheckConfig(const CheckRules& rules, JsonView request, Complaints& complaints) {
  ConfigCheck(rules, request, complaints).All();
  CheckSafety(Field(request, "safetySettings"), complaints);
  CheckCache(rules, Field(request, "cachedContent"), complaints);
}

}  // namespace agm::mock
