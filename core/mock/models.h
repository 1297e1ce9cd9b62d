#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace agm::mock {

enum class ModelKind : std::uint8_t { kChat, kImage, kSpeech, kTranscription, kEmbedding };

/// How a request controls a model's thinking: not at all, by a token budget, or by a level.
enum class Thinking : std::uint8_t { kNone, kBudget, kLevel };

/// Levels as bits, so that a model can list those it supports.
enum ThinkingLevel : std::uint8_t {
  kMinimal = 1,
  kLow = 2,
  kMedium = 4,
  kHigh = 8,
  kXhigh = 16,
};

struct Model {
  std::string id;
  std::string title;
  ModelKind kind = ModelKind::kChat;
  int family = 25;  ///< generation times ten: 2.5 is 25, 3.1 is 31, 4 is 40
  bool gemma = false;
  int input_limit = 1'048'576;
  int output_limit = 65'536;
  Thinking thinking = Thinking::kNone;
  std::uint8_t levels = 0;  ///< ThinkingLevel bits
  int budget_min = 0;       ///< smallest budget other than 0 and -1
  int budget_max = 0;
  bool budget_zero = false;     ///< a budget of 0 switches thinking off
  bool thinks_unasked = false;  ///< thinks even if the request does not ask for it

  bool is_gemini3() const { return !gemma && family >= 30; }
  bool is_gemini4() const { return !gemma && family >= 40; }
  bool serves(std::string_view method) const;
};

/// The models of GET models, in the order of the list.
std::span<const Model> ListedModels();

/// The model with that id. With `guess`, unknown models of known families (such as a future
/// preview) are served too, by the rules of their family.
std::optional<Model> FindModel(std::string_view id, bool guess);

/// One model as JSON object, in the form of GET models.
std::string WriteModel(const Model& model);

}  // namespace agm::mock
