#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes a transcript in the format that the request's style names. Fails if it is incomplete (the
/// model was blocked, or stopped at its limit), or if its times cannot be read.
Result<std::string> WriteTranscription(const chat::Response& response, const Reply& reply);

/// Writes transcript.text.delta events, then transcript.text.done with the whole text; an error
/// object if the transcript is incomplete.
std::unique_ptr<StreamWriter> NewTranscriptionStream(Reply reply);

}  // namespace agm::protocol
