#pragma once

#include <string_view>

#include "core/base/json_writer.h"
#include "core/mock/answer.h"

namespace agm::mock {

/// Length of the next word with the blanks behind it; never inside a UTF-8 sequence.
std::size_t WordLength(std::string_view text);

/// Appends the member "logprobsResult" for `text`, a part of the answer's text. Each word is one
/// token. The probabilities are invented; equal words get equal ones. Appends nothing
/// if the request asked for no probabilities, or the text is empty.
void WriteLogprobs(JsonWriter& json, const Answer& answer, std::string_view text);

}  // namespace agm::mock
