#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/embedding.h"

/// OpenAI's embeddings API, both directions.
namespace agm::protocol {

/// Reads a request of POST /v1/embeddings. Texts are asked for as texts: token ids are refused,
/// because no upstream of ours shares OpenAI's tokenizer. Beside OpenAI's fields it takes
/// `task_type` (Gemini's word) or `input_type` ("query", "document", ...), and `title`.
Result<chat::EmbeddingRequest> ReadOpenAiEmbeddings(std::string_view body);

/// The answer; `embeddings` holds a vector for each text.
std::string WriteOpenAiEmbeddings(const chat::EmbeddingRequest& request,
                                  const chat::Embeddings& embeddings);

}  // namespace agm::protocol
