#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/response.h"

namespace agm::protocol {

/// Finds the thought signature that came with a call of ours, for a model of that family
/// (ModelTraits::family); empty if it is not known. The second carrier of signatures, behind the
/// client's own echo and before the documented dummy.
using SignatureLookup =
    std::function<std::string(std::string_view call_id, std::string_view family)>;

struct GeminiWriteOptions {
  SignatureLookup signatures;       ///< may be empty
  bool replace_signatures = false;  ///< repair: the dummy instead of every signature
  bool lower_schemas = false;       ///< repair: the OpenAPI subset instead of JSON Schema
};

/// A request for generateContent or streamGenerateContent, and what it takes to read the answer.
struct GeminiRequest {
  std::string body;
  std::vector<std::string> dropped;  ///< what the model cannot be told, for the log
  GeminiReading reading;
  int calls = 1;  ///< so many such calls make up the request's `choices`
};

/// Writes a request for a model with `traits`. Same-role turns are merged, system text at the head
/// becomes systemInstruction and user text elsewhere, results stand in the order of their calls,
/// and every rule of the API about first, last and empty turns is kept. The text itself is never
/// changed.
///
/// Fails with kInvalidRequest where leaving something out would mislead: tools for a model that
/// takes none, logprobs or modalities that it does not have.
Result<GeminiRequest> WriteGeminiRequest(const chat::Request& request, const ModelTraits& traits,
                                         const GeminiWriteOptions& options = {});

/// Reads a request of the Gemini API; `model` comes from its path. What the neutral form does not
/// name is kept in `extra` and as Opaque blocks, so that WriteGeminiRequest gives it back.
Result<chat::Request> ReadGeminiRequest(std::string_view body, std::string_view model,
                                        bool stream = false);

/// `body` with the token of a "gemini.continuationToken" (raw JSON) put in: the next hop of an
/// answer that was too long for one.
std::string WithContinuation(std::string_view body, std::string_view token);

}  // namespace agm::protocol
