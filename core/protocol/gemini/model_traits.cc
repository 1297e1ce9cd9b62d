// The facts about each model family. A name is parsed as
//
//   name := "gemini-" version ["-" words] | "gemini-" words | "gemma-" version ... | other
//
// and the words ("pro", "flash", "flash-lite", "image", "tts", a code name) select the family.

#include "core/protocol/gemini/model_traits.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"

namespace agm::protocol {
namespace {

bool Has(std::string_view name, std::string_view word) {
  return name.find(word) != std::string_view::npos;
}

// The version times ten: 31 for "3.1-pro-preview", 30 for "3-flash", 0 if there is no number.
int VersionOf(std::string_view text) {
  if (text.empty() || !IsDigit(text[0])) return 0;
  std::size_t at = 0;
  int major = 0;
  while (at < text.size() && IsDigit(text[at]) && at < 3) major = major * 10 + (text[at++] - '0');
  int minor = 0;
  if (at + 1 < text.size() && text[at] == '.' && IsDigit(text[at + 1])) minor = text[at + 1] - '0';
  return major * 10 + minor;
}

// Models without thinking.
void OldGemini(ModelTraits& traits) {
  traits.thinking = Thinking::kNone;
  traits.max_output_tokens = 8192;
  traits.max_candidates = 8;
  traits.penalties = true;
  traits.logprobs = true;
  traits.json_with_tools = false;
  traits.json_schema = traits.version >= 20;
  traits.urls = false;
  traits.search_with_tools = false;
  traits.response_parts = false;
  traits.signatures = false;
}

void Gemini25(ModelTraits& traits, std::string_view name) {
  traits.thinking = Thinking::kBudget;
  traits.max_candidates = 8;
  traits.logprobs = true;
  traits.json_with_tools = false;
  traits.search_with_tools = false;
  traits.response_parts = false;
  traits.signatures = false;
  if (Has(name, "pro")) {
    traits.min_budget = 128;
    traits.max_budget = 32768;
    traits.thinks_always = true;
  } else if (Has(name, "lite")) {
    traits.min_budget = 512;
  }
}

void Gemini3(ModelTraits& traits, std::string_view name) {
  const bool lite = Has(name, "lite");
  const bool flash = Has(name, "flash");
  traits.logprobs = traits.version < 35;
  traits.minimal = lite || (flash && traits.version <= 36);
  // The first Gemini 3 Pro has only the lowest and the highest level.
  traits.medium = !(traits.version == 30 && Has(name, "pro"));
}

void Gemini4(ModelTraits& traits, std::string_view name) {
  traits.sampling = false;
  traits.xhigh = Has(name, "neon") || Has(name, "hydrogen");
}

void Gemma(ModelTraits& traits) {
  traits.urls = false;
  traits.search_with_tools = false;
  traits.response_parts = false;
  traits.signatures = false;
  if (traits.version >= 40) {
    traits.minimal = true;
    traits.low = false;
    traits.medium = false;
    return;
  }
  traits.thinking = Thinking::kNone;
  traits.max_output_tokens = 8192;
  traits.system = false;
  traits.json = false;
  traits.tools = false;
}

// Models for images, speech or transcription: none of them thinks, and older ones take no tools.
void Special(ModelTraits& traits, std::string_view name) {
  traits.image_output = Has(name, "image") || Has(name, "banana");
  traits.audio_output = Has(name, "tts");
  const bool other = Has(name, "embedding") || Has(name, "transcribe");
  if (!traits.image_output && !traits.audio_output && !other) return;
  traits.thinking = Thinking::kNone;
  traits.max_candidates = 1;
  traits.large_images =
      traits.image_output && !Has(name, "lite") && (traits.version == 0 || traits.version >= 30);
  // Transcription models accept no schema, unlike their family.
  if (Has(name, "transcribe")) traits.json = false;
  if (traits.version < 30) traits.tools = false;
  if (traits.version == 25) traits.max_output_tokens = 32768;
}

constexpr std::int64_t kMillion = 1'048'576;
constexpr std::array kKnown = {
    KnownModel{"gemini-4-neon", kMillion, 65536},
    KnownModel{"gemini-4-hydrogen", kMillion, 65536},
    KnownModel{"gemini-4-carbon", kMillion, 65536},
    KnownModel{"gemini-4-argon", kMillion, 65536},
    KnownModel{"gemini-3.8-flash", kMillion, 65536},
    KnownModel{"gemini-3.7-flash", kMillion, 65536},
    KnownModel{"gemini-3.6-flash", kMillion, 65536},
    KnownModel{"gemini-3.5-flash", kMillion, 65536},
    KnownModel{"gemini-3.5-flash-lite", kMillion, 65536},
    KnownModel{"gemini-3.1-flash-lite", kMillion, 65536},
    KnownModel{"gemini-3.1-pro-preview", kMillion, 65536},
    KnownModel{"gemini-3-flash-preview", kMillion, 65536},
    KnownModel{"gemini-2.5-pro", kMillion, 65536},
    KnownModel{"gemini-2.5-flash", kMillion, 65536},
    KnownModel{"gemini-2.5-flash-lite", kMillion, 65536},
};

// Levels from lowest to highest, in the order that SettingFor uses.
constexpr std::array<std::string_view, 5> kLevels = {"MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"};

std::size_t LevelOf(chat::Effort effort) {
  switch (effort) {
    case chat::Effort::kNone:
    case chat::Effort::kMinimal:
      return 0;
    case chat::Effort::kLow:
      return 1;
    case chat::Effort::kMedium:
      return 2;
    case chat::Effort::kHigh:
      return 3;
    case chat::Effort::kXHigh:
    case chat::Effort::kMax:
      return 4;
  }
  return 3;
}

std::int64_t BudgetOf(chat::Effort effort) {
  switch (effort) {
    case chat::Effort::kNone:
      return 0;
    case chat::Effort::kMinimal:
    case chat::Effort::kLow:
      return 1024;
    case chat::Effort::kMedium:
      return 8192;
    case chat::Effort::kHigh:
      return 24576;
    case chat::Effort::kXHigh:
    case chat::Effort::kMax:
      return 32768;
  }
  return -1;
}

chat::Effort EffortOf(std::int64_t budget) {
  if (budget == 0) return chat::Effort::kNone;
  if (budget <= 1024) return chat::Effort::kLow;
  if (budget <= 8192) return chat::Effort::kMedium;
  return budget <= 24576 ? chat::Effort::kHigh : chat::Effort::kXHigh;
}

}  // namespace

ThinkingSetting ModelTraits::SettingFor(const chat::Reasoning& reasoning) const {
  if (thinking == Thinking::kNone || (!reasoning.effort && !reasoning.budget)) return {};
  if (thinking == Thinking::kBudget) {
    const std::int64_t wish = reasoning.budget ? *reasoning.budget : BudgetOf(*reasoning.effort);
    if (wish < 0) return {-1, {}};
    if (wish == 0 && !thinks_always) return {0, {}};
    return {std::clamp(wish, min_budget, max_budget), {}};
  }
  if (reasoning.budget && *reasoning.budget < 0) return {};
  const chat::Effort effort = reasoning.budget ? EffortOf(*reasoning.budget) : *reasoning.effort;
  const std::array<bool, 5> taken = {minimal, low, medium, true, xhigh};
  const std::size_t wish = LevelOf(effort);
  if (taken[wish]) return {std::nullopt, kLevels[wish]};
  // Choose the nearest level: MEDIUM is raised to HIGH, others are preferably lowered.
  for (std::size_t at = wish; wish != 2 && wish != 0 && at-- > 0;) {
    if (taken[at]) return {std::nullopt, kLevels[at]};
  }
  for (std::size_t at = wish; at < taken.size(); ++at) {
    if (taken[at]) return {std::nullopt, kLevels[at]};
  }
  return {std::nullopt, "HIGH"};
}

ModelTraits TraitsOf(std::string_view model) {
  const std::string_view name = BareModelName(model);
  ModelTraits traits;
  traits.family = "gemini";
  if (name.starts_with("gemma-")) {
    traits.family = "gemma";
    traits.version = VersionOf(name.substr(6));
    Gemma(traits);
    return traits;
  }
  if (name.starts_with("gemini-")) traits.version = VersionOf(name.substr(7));
  if (traits.version == 0 || traits.version >= 40) {
    // Aliases such as gemini-flash-latest change without notice, so use the newest family's rules.
    Gemini4(traits, name);
    traits.sampling = traits.version == 0;
  } else if (traits.version >= 30) {
    Gemini3(traits, name);
  } else if (traits.version >= 25) {
    Gemini25(traits, name);
  } else {
    OldGemini(traits);
  }
  if (traits.version > 0) traits.family += "-" + std::to_string(traits.version / 10);
  Special(traits, name);
  return traits;
}

std::span<const KnownModel> KnownModels() { return kKnown; }

std::string_view BareModelName(std::string_view model) {
  constexpr std::array<std::string_view, 4> kPrefixes = {"publishers/google/models/", "models/",
                                                         "google/", "gemini/"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : kPrefixes) {
      if (!model.starts_with(prefix)) continue;
      model.remove_prefix(prefix.size());
      again = true;
    }
  }
  return model;
}

}  // namespace agm::protocol
