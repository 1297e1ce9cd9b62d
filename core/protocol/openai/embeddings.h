#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/embedding.h"

/// OpenAI's embeddings API in both directions.
namespace agm::protocol {

/// Reads a request of POST /v1/embeddings. Inputs must be texts: token ids are refused, because no
/// upstream uses OpenAI's tokenizer. Beside OpenAI's fields it accepts `task_type` (Gemini's term)
/// or `input_type` ("query", "document", ...), and `title`.
Result<chat::EmbeddingRequest> ReadOpenAiEmbeddings(std::string_view body);

/// Writes the response; `embeddings` has one vector for each text.
std::string WriteOpenAiEmbeddings(const chat::EmbeddingRequest& request,
                                  const chat::Embeddings& embeddings);

}  // namespace agm::protocol
