#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/embedding.h"

/// Embeddings in Google's APIs. The Gemini API takes up to a hundred texts per call
/// (batchEmbedContents); Vertex AI takes one: with predict for the first model, with embedContent
/// for later ones.
namespace agm::protocol {

struct EmbeddingCall {
  std::string method;  ///< "batchEmbedContents", "embedContent" or "predict"
  std::string body;
  std::size_t texts = 0;  ///< number of texts that the call covers, from the first
};

/// Writes the next call, with as many of the (non-empty) `texts` as one call takes.
EmbeddingCall WriteGeminiEmbeddings(const chat::EmbeddingRequest& request,
                                    std::span<const std::string> texts, std::string_view model,
                                    bool vertex);

/// Appends the vectors of a response to `out`; kUpstreamRejected unless it has exactly `texts` of
/// them. Shortened vectors, which the first model does not normalise, are scaled to unit length.
Result<void> ReadGeminiEmbeddings(std::string_view body, std::size_t texts, chat::Embeddings& out);

}  // namespace agm::protocol
