#pragma once

#include <string>

#include "core/base/json_doc.h"
#include "core/mock/answer.h"
#include "core/mock/models.h"

namespace agm::mock {

/// Creates a model's answer to a checked GenerateContentRequest. The first rule that applies
/// counts:
///
///   * the last user text asks for calls with `call NAME {json}` (any number of lines), or
///     functionCallingConfig is ANY: function calls; missing arguments are invented from the
///     declared schema. A line `then call NAME {json}` waits for the responses to earlier calls
///   * the request asks for JSON or has a response schema: an instance of the schema
///   * the last turn contains function responses: a sentence that repeats them
///   * the model generates images or speech: a tiny picture, a moment of silence
///   * the last turn contains a recording: a sentence with its length, instead of an echo
///   * otherwise: a sentence that says it is a mock and echoes the last user text
///
/// Thoughts are included with includeThoughts; stop sequences and maxOutputTokens are respected.
/// `id` must be unique; it makes call ids and signatures unique.
Answer MakeAnswer(const Model& model, JsonView request, std::string_view id);

/// The tokens of all content that is sent to the model: a rough count that grows with the request.
std::int64_t PromptTokens(JsonView request);

}  // namespace agm::mock
