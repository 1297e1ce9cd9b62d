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
  /// In a turn with tool results: the first block of the first later message that has none. Null if
  /// there is no such message.
  const chat::Block* next = nullptr;
  bool has_results = false;  ///< as the client sent it
};

struct GeminiTurns {
  std::vector<const chat::Block*> system;
  std::vector<GeminiTurn> turns;
  /// The index where the current turn begins; calls from there on need a signature.
  std::size_t current = 0;
  /// Turns of which the client sent back the calls one by one.
  std::vector<std::unique_ptr<chat::Message>> joined;
};

/// Arranges the messages of `request` into turns that obey the API's rules: the user's turn is
/// first and last (a minimal turn is inserted if necessary), and calls are directly followed by as
/// many results in the same order, with a distinct id for each pair. The sides alternate, except
/// that a user's text after tool results is a turn of its own. Empty blocks are left out. A turn of
/// the model is what options.restore returns for it, if it returns anything; calls of one turn with
/// results between them are one turn again where options.turn_of knows it. The pointers refer to
/// `request`, to `joined`, to `spare` (which must outlive the turns), or to constants.
GeminiTurns ArrangeGeminiTurns(const chat::Request& request, const ModelTraits& traits,
                               const GeminiWriteOptions& options,
                               std::vector<std::unique_ptr<chat::Block>>& spare);

}  // namespace agm::protocol
