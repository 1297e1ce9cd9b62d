#pragma once

#include <string>

#include "core/base/json_doc.h"
#include "core/mock/answer.h"
#include "core/mock/models.h"

namespace agm::mock {

/// Makes up what a model answers to a checked GenerateContentRequest. In this order:
///
///   * the last user text asks for it with `call NAME {json}` (any number of lines), or
///     functionCallingConfig is ANY: function calls, arguments made up from the declared schema
///     where none are given. A line `then call NAME {json}` waits for what the calls before it
///     answered
///   * a response schema or JSON is wanted: a conforming instance
///   * the last turn holds function responses: a sentence that repeats them
///   * an image or speech model: a tiny picture, a moment of silence
///   * the last turn holds a recording: a sentence that says how much was heard, in the place of
///     the text that is echoed otherwise
///   * else a sentence that says it is a mock and echoes the last user text
///
/// Thoughts come with includeThoughts; stop sequences and maxOutputTokens are kept.
/// `id` makes what must be unique unique.
Answer MakeAnswer(const Model& model, JsonView request, std::string_view id);

/// Tokens of everything that is sent to the model: a rough count that grows with the request.
std::int64_t PromptTokens(JsonView request);

}  // namespace agm::mock
