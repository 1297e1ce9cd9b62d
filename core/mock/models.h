#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace agm::mock {

enum class ModelKind : std::uint8_t { kChat, kImage, kSpeech, kTranscription, kEmbedding };

/// How a model's thinking is steered: not at all, by a token budget, or by a level.
enum class Thinking : std::uint8_t { kNone, kBudget, kLevel };

/// Levels as bits, so that a model can say which of them it knows.
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
  bool budget_zero = false;     ///< thinking can be switched off
  bool thinks_unasked = false;  ///< thoughts are counted though nobody asked for them

  bool is_gemini3() const { return !gemma && family >= 30; }
  bool is_gemini4() const { return !gemma && family >= 40; }
  bool serves(std::string_view method) const;
};

/// The models that are listed, in the order of the list.
std::span<const Model> ListedModels();

/// The model of that id. With `guess`, names of living families that are not listed (a preview of
/// next month) are served too, with the rules of their family.
std::optional<Model> FindModel(std::string_view id, bool guess);

/// The model as GET models shows it, one JSON object.
std::string WriteModel(const Model& model);

}  // namespace agm::mock
