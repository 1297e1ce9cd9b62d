#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The neutral form of embeddings: texts in, vectors out. Plain values.
namespace agm::chat {

struct EmbeddingRequest {
  std::string model;  ///< the model name in the client's request
  std::vector<std::string> texts;
  std::optional<std::int64_t> dimensions;
  std::string task;     ///< the purpose of the vectors, in the upstream's terms; may be empty
  std::string title;    ///< title of the document; may be empty
  bool base64 = false;  ///< the client wants packed little-endian float32 instead of numbers
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< one per text, in the same order
  std::int64_t tokens = 0;                  ///< counted by the upstream; 0: not reported
};

}  // namespace agm::chat
