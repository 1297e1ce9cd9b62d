#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The neutral form of embeddings: texts in, vectors out. Plain values.
namespace agm::chat {

struct EmbeddingRequest {
  std::string model;  ///< the name the client asked for
  std::vector<std::string> texts;
  std::optional<std::int64_t> dimensions;
  std::string task;     ///< what the vectors are for, as the upstream calls it; may be empty
  std::string title;    ///< of a document; may be empty
  bool base64 = false;  ///< the client wants packed little-endian float32 instead of numbers
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< one a text, in their order
  std::int64_t tokens = 0;                  ///< that the upstream counted; 0: it said nothing
};

}  // namespace agm::chat
