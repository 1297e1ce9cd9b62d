#pragma once

#include <string>

#include "core/base/json_writer.h"
#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"

namespace agm::protocol {

/// Appends the member "generationConfig" if the request has anything for it.
Result<void> WriteGeminiConfig(const chat::Request& request, const ModelTraits& traits,
                               const GeminiWriteOptions& options, JsonWriter& json,
                               GeminiRequest& out);

/// The output format in words, for a model that does not accept a format here; empty: not needed.
std::string FormatInstruction(const chat::Request& request, const ModelTraits& traits);

}  // namespace agm::protocol
