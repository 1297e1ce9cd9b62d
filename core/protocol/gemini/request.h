#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/repair.h"
#include "core/protocol/gemini/response.h"

namespace agm::protocol {

/// Finds the thought signature of an earlier call for a model of that family (ModelTraits::family);
/// empty if it is not known. It is used if the client did not echo the signature; if it finds none,
/// the documented placeholder is sent.
using SignatureLookup =
    std::function<std::string(std::string_view call_id, std::string_view family)>;

/// Returns the model's own blocks of a turn that a client sent back, for a model of that family, or
/// nothing if no more is known of the turn than what the client sent.
using TurnRestorer = std::function<std::optional<std::vector<chat::Block>>(
    const chat::Message& turn, std::string_view family)>;

struct GeminiWriteOptions {
  TurnRestorer restore{};  ///< may be empty
  /// Names the turn of the model in which it made a call among several, for a model of that family:
  /// equal names mean the same turn; empty if it is not known. May be empty.
  SignatureLookup turn_of{};
  SignatureLookup signatures;  ///< may be empty
  Repair repair = Repair::kNone;
};

/// A request for generateContent or streamGenerateContent, with what is needed to read its
/// response.
struct GeminiRequest {
  std::string body;
  std::vector<std::string> dropped;  ///< fields that the model does not support, for the log
  GeminiReading reading;
  int calls = 1;  ///< number of such calls that give the request's `choices`
};

/// Writes a request for a model with `traits`. It merges turns of the same role, makes system text
/// at the start systemInstruction and elsewhere user text, orders results like their calls, and
/// respects every rule of the API about first, last and empty turns. The text itself is never
/// changed.
///
/// Fails with kInvalidRequest if leaving something out would mislead the client: tools for a model
/// without tools, logprobs or modalities that the model does not have.
Result<GeminiRequest> WriteGeminiRequest(const chat::Request& request, const ModelTraits& traits,
                                         const GeminiWriteOptions& options = {});

/// The number of calls that give the request's `choices`: models that cannot give several in one
/// call get one call for each.
int GeminiCallsFor(const chat::Request& request, const ModelTraits& traits);

/// Inserts the token of a Finished::continuation (raw JSON) into `body`: the request for the
/// next hop of an interrupted answer.
std::string WithContinuation(std::string_view body, std::string_view token);

}  // namespace agm::protocol
