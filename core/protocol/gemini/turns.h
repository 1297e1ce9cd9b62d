#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"

namespace agm::protocol {

/// A turn of the conversation as the Gemini API counts them: one side speaks, all at once.
struct GeminiTurn {
  bool model = false;
  std::vector<const chat::Block*> blocks;
};

struct GeminiTurns {
  std::vector<const chat::Block*> system;
  std::vector<GeminiTurn> turns;
  /// Where the current turn begins: calls from there on must be signed.
  std::size_t current = 0;
};

/// The messages of `request` as turns that obey the API's rules: sides alternate, the user's comes
/// first and last (a minimal turn is put in where there is none), calls are followed at once by as
/// many results, in their order. Blocks without content are left out. Pointers are into `request`,
/// into `spare` (which must outlive the turns), or to constants.
GeminiTurns ArrangeGeminiTurns(const chat::Request& request, const ModelTraits& traits,
                               std::vector<std::unique_ptr<chat::Block>>& spare);

}  // namespace agm::protocol
