#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/mock/answer.h"
#include "core/mock/fault.h"
#include "core/mock/google_error.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// The oddities of servers with OpenAI's API, as a script names them: `"do": {"odd": "no-done"}`.
///
///   roles                the role in each chunk
///   no-index             calls without an index
///   whole-calls          all calls in one chunk
///   usage-with-choices   usage in the chunk with the finish reason
///   no-usage             no usage at all
///   comments             comments between the chunks
///   event-lines          an event: line before each chunk
///   no-done              no [DONE]
///   reasoning            thoughts as `reasoning`
///   think                thoughts as think tags in the text
std::span<const std::string_view> Oddities();

/// Writes the answer as a `chat.completion` object.
std::string WriteOpenAiAnswer(const Answer& answer, const Fault& fault);

/// Writes the answer as a stream of chunks, with the fault's oddities, cuts, stalls and errors.
std::unique_ptr<Body> StreamOpenAiAnswer(const Answer& answer, const Fault& fault);

/// The same failure as such a server reports it.
Reply OpenAiRefusal(const GoogleError& error);

}  // namespace agm::mock
