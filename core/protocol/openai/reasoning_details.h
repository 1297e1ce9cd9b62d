#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json_doc.h"

namespace agm::protocol {

/// OpenRouter's `reasoning_details` of one choice, put together from the pieces of a stream. Models
/// that sign or encrypt their thoughts want them back, unchanged and complete, with the turn in
/// which they made a call (OpenRouter's documentation, "Preserving reasoning").
///
/// Thread safety: one thread at a time.
class ReasoningDetails {
 public:
  /// Adds the entries of a message or of a chunk. Pieces of the same text are joined.
  void Add(JsonView entries);
  /// All entries as a JSON array; empty if there is none, or if they are larger than 256 KB.
  std::string Json() const;

 private:
  struct Entry {
    std::string type;
    std::optional<std::int64_t> index;
    std::vector<std::pair<std::string, std::string>> members;  ///< name and JSON, in order
  };

  void Join(Entry& entry, JsonView piece);

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace agm::protocol
