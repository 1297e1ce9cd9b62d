#pragma once

#include <memory>
#include <string>

#include "core/mock/answer.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// The answer as one GenerateContentResponse.
std::string WriteAnswer(const Answer& answer);

enum class StreamForm { kSse, kArray };

/// The answer as a stream: thoughts, then the text word by word with `pace` between the words,
/// then media and calls. The finish reason comes in the last event; for Gemini 3 and later that is
/// an event of its own, with an empty text that carries the signature.
std::unique_ptr<Body> StreamAnswer(Answer answer, StreamForm form);

/// One event of such a stream, for those who add one.
std::string FrameEvent(std::string_view json, StreamForm form, bool first);

}  // namespace agm::mock
