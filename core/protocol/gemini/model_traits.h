#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// How a model family takes the amount of thinking.
enum class Thinking { kNone, kBudget, kLevel };

/// The family's thinkingConfig: a budget or a level, or neither (leave it out).
struct ThinkingSetting {
  std::optional<std::int64_t> budget;
  std::string_view level;  ///< "LOW"; empty: none
  friend bool operator==(const ThinkingSetting&, const ThinkingSetting&) = default;
};

/// The abilities of an upstream model, so that a request contains nothing that the model refuses.
/// The fields are public so that facts from the upstream at run time (its model list, its refusals)
/// can replace them.
///
/// Thread safety: plain values.
struct ModelTraits {
  std::string family;  ///< "gemini-3"; thought signatures are valid within one family
  int version = 0;     ///< 25 for 2.5; 0: not a known Gemini model
  Thinking thinking = Thinking::kLevel;
  std::int64_t min_budget = 0;  ///< smallest budget other than 0
  std::int64_t max_budget = 24576;
  bool thinks_always = false;  ///< a budget of 0 is refused
  bool minimal = false;        ///< the level MINIMAL is accepted
  bool low = true;
  bool medium = true;
  bool xhigh = false;
  std::int64_t max_output_tokens = 65536;
  int max_candidates = 1;
  bool penalties = false;
  bool logprobs = false;
  bool sampling = true;         ///< temperature, topP, topK have an effect
  bool system = true;           ///< systemInstruction is accepted
  bool json = true;             ///< responseMimeType and schemas are accepted
  bool json_with_tools = true;  ///< both in one request are accepted
  bool json_schema = true;      ///< JSON Schema fields are accepted
  bool tools = true;
  bool search_with_tools = true;  ///< hosted tools beside functions are accepted
  bool response_parts = true;     ///< inline media inside functionResponse are accepted
  bool urls = true;               ///< the model fetches https:// URLs itself
  bool signatures = true;         ///< calls in the current turn need a signature
  bool image_output = false;
  bool large_images = false;  ///< pictures of 2K and 4K, beside the default size
  bool audio_output = false;

  /// The setting for an effort, or for a budget if the client named one (it has precedence).
  /// Converts budgets to levels and levels to budgets as the family requires.
  ThinkingSetting SettingFor(const chat::Reasoning& reasoning) const;
};

/// The traits of a model by its name, with or without prefixes such as "models/". An unknown name
/// gets the traits of its family ("gemini-3.9-flash" those of the nearest older flash), otherwise
/// those of the newest family, whose rules are the strictest.
ModelTraits TraitsOf(std::string_view model);

/// A model that existed when this was written; used if no account lists its models.
struct KnownModel {
  std::string_view id;
  std::int64_t input_limit;
  std::int64_t output_limit;
};

std::span<const KnownModel> KnownModels();

/// `model` without the prefixes that clients use: "models/", "google/", "gemini/",
/// "publishers/google/models/".
std::string_view BareModelName(std::string_view model);

}  // namespace agm::protocol
