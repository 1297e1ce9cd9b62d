#pragma once

#include <memory>
#include <string>

#include "core/mock/answer.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// Writes the answer as one GenerateContentResponse.
std::string WriteAnswer(const Answer& answer);

enum class StreamForm { kSse, kArray };

/// Writes the answer as a stream: thoughts, then the text word by word with pauses of `pace`, then
/// media and calls. The last event has the finish reason; for Gemini 3 and later it is an event of
/// its own, with an empty text that carries the signature.
std::unique_ptr<Body> StreamAnswer(Answer answer, StreamForm form);

/// Frames one event of such a stream, for code that adds an event.
std::string FrameEvent(std::string_view json, StreamForm form, bool first);

}  // namespace agm::mock
