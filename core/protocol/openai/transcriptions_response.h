#pragma once

#include <memory>
#include <string>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// A transcript in the shape that the request's style names. Fails where it is not whole (the model
/// was held back, or stopped at its limit), and where its times cannot be read.
Result<std::string> WriteTranscription(const chat::Response& response, const Reply& reply);

/// transcript.text.delta events, then transcript.text.done with all of it; an error object where
/// the transcript is not whole.
std::unique_ptr<StreamWriter> NewTranscriptionStream(Reply reply);

}  // namespace agm::protocol
