#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/embedding.h"

/// Embeddings as Google's APIs give them. The Gemini API takes up to a hundred texts a call
/// (batchEmbedContents); Vertex AI takes one: by predict for the first model, by embedContent for
/// later ones.
namespace agm::protocol {

struct EmbeddingCall {
  std::string method;  ///< "batchEmbedContents", "embedContent" or "predict"
  std::string body;
  std::size_t texts = 0;  ///< how many of the texts it asks for, from the first
};

/// The next call for `texts`, which are not empty: as many of them as one call takes.
EmbeddingCall WriteGeminiEmbeddings(const chat::EmbeddingRequest& request,
                                    std::span<const std::string> texts, std::string_view model,
                                    bool vertex);

/// Adds the vectors of an answer to `out`; kUpstreamRejected where it does not hold exactly
/// `texts` of them. Shortened vectors, which the first model leaves as they are, get unit length.
Result<void> ReadGeminiEmbeddings(std::string_view body, std::size_t texts, chat::Embeddings& out);

}  // namespace agm::protocol
