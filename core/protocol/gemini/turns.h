#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"

namespace agm::protocol {

/// A turn of the conversation in the Gemini API: consecutive content of one side.
struct GeminiTurn {
  bool model = false;
  std::vector<const chat::Block*> blocks;
};

struct GeminiTurns {
  std::vector<const chat::Block*> system;
  std::vector<GeminiTurn> turns;
  /// The index where the current turn begins; calls from there on need a signature.
  std::size_t current = 0;
};

/// Arranges the messages of `request` into turns that obey the API's rules: the sides alternate,
/// the user's turn is first and last (a minimal turn is inserted if necessary), and calls are
/// directly followed by as many results in the same order. Empty blocks are left out. A turn of the
/// model is what `restore` returns for it, if it returns anything. The pointers refer to `request`,
/// to `spare` (which must outlive the turns), or to constants.
GeminiTurns ArrangeGeminiTurns(const chat::Request& request, const ModelTraits& traits,
                               const TurnRestorer& restore,
                               std::vector<std::unique_ptr<chat::Block>>& spare);

}  // namespace agm::protocol
