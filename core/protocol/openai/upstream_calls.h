#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json_doc.h"

namespace agm::protocol {

/// A tool call as its pieces come.
struct OpenAiCallPieces {
  std::optional<std::int64_t> index;
  std::string id;
  std::string name;
  std::string arguments;
  std::size_t told = 0;  ///< bytes of the arguments that were passed on
};

/// The tool calls of one choice, put together from the pieces of a stream. Servers differ: some
/// number the calls, some number them all 0 or not at all, some send whole calls, arguments as an
/// object, or an id with every piece.
///
/// Thread safety: one thread at a time.
class OpenAiCalls {
 public:
  /// Adds an entry of `tool_calls`, or a legacy `function_call`.
  void Add(JsonView piece);

  bool empty() const { return calls_.empty(); }
  std::vector<OpenAiCallPieces>& all() { return calls_; }

 private:
  OpenAiCallPieces& CallOf(const std::optional<std::int64_t>& index, const std::string& id,
                           const std::string& name);

  std::vector<OpenAiCallPieces> calls_;
};

/// True for the text of a JSON object.
bool IsJsonObject(const std::string& text);

}  // namespace agm::protocol
