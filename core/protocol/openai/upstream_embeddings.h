#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/chat/embedding.h"

/// Embeddings of servers that speak OpenAI's API.
namespace agm::protocol {

struct OpenAiEmbeddingCall {
  std::string body;
  std::size_t texts = 0;  ///< number of texts that the call covers, from the first
};

/// Writes the next call, with as many of the texts as one call takes.
OpenAiEmbeddingCall WriteOpenAiEmbeddingCall(const chat::EmbeddingRequest& request,
                                             std::span<const std::string> texts,
                                             std::string_view model);

/// Appends the vectors of a response to `out`; kUpstreamRejected unless it has exactly `texts` of
/// them.
Result<void> ReadOpenAiEmbeddingCall(std::string_view body, std::size_t texts,
                                     chat::Embeddings& out);

}  // namespace agm::protocol
