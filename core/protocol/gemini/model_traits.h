#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/chat/request.h"

namespace agm::protocol {

/// How a model family is told how much to think.
enum class Thinking { kNone, kBudget, kLevel };

/// thinkingConfig as one family takes it: a budget or a level, or neither (leave it out).
struct ThinkingSetting {
  std::optional<std::int64_t> budget;
  std::string_view level;  ///< "LOW"; empty: none
  friend bool operator==(const ThinkingSetting&, const ThinkingSetting&) = default;
};

/// What an upstream model can do, so that a request is not sent with what the model refuses. The
/// fields are public so that what the upstream tells at run time (its model list, its refusals)
/// can overwrite them.
///
/// Thread safety: plain values.
struct ModelTraits {
  std::string family;  ///< "gemini-3": thought signatures are good inside one family
  int version = 0;     ///< 25 for 2.5; 0: not a Gemini model that we know
  Thinking thinking = Thinking::kLevel;
  std::int64_t min_budget = 0;  ///< least budget that is not 0
  std::int64_t max_budget = 24576;
  bool thinks_always = false;  ///< a budget of 0 is refused
  bool minimal = false;        ///< the level MINIMAL is taken
  bool low = true;
  bool medium = true;
  bool xhigh = false;
  std::int64_t max_output_tokens = 65536;
  int max_candidates = 1;
  bool penalties = false;
  bool logprobs = false;
  bool sampling = true;         ///< temperature, topP, topK have an effect
  bool system = true;           ///< systemInstruction is taken
  bool json = true;             ///< responseMimeType and schemas are taken
  bool json_with_tools = true;  ///< both in one request
  bool json_schema = true;      ///< real JSON Schema fields are taken
  bool tools = true;
  bool search_with_tools = true;  ///< hosted tools beside functions
  bool response_parts = true;     ///< media inside functionResponse, which must be inline
  bool urls = true;               ///< reads https:// addresses itself
  bool signatures = true;         ///< calls in the current turn must be signed
  bool image_output = false;
  bool large_images = false;  ///< pictures of 2K and 4K, beside the usual ones
  bool audio_output = false;

  /// The setting for an effort (and for a budget, where the client named one: it wins). Budgets
  /// become levels and levels budgets as the family needs.
  ThinkingSetting SettingFor(const chat::Reasoning& reasoning) const;
};

/// The traits of a model by its name, with or without "models/" and the like in front. Unknown
/// names are taken by family ("gemini-3.9-flash" as the nearest older flash) and otherwise as the
/// newest family, whose rules are the strictest.
ModelTraits TraitsOf(std::string_view model);

/// A model that answered when this was written, for when no account tells.
struct KnownModel {
  std::string_view id;
  std::int64_t input_limit;
  std::int64_t output_limit;
};

std::span<const KnownModel> KnownModels();

/// `model` without the prefixes that clients put before it: "models/", "google/", "gemini/",
/// "publishers/google/models/".
std::string_view BareModelName(std::string_view model);

}  // namespace agm::protocol
