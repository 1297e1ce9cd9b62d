#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agm::mapping {

/// What a well-known name means where the user's own rules say nothing.
struct BuiltIn {
  std::string_view from;  ///< a name or a pattern, in lower case
  std::vector<std::string> to;
  std::string_view why;  ///< "a small OpenAI model", for `agm map resolve`
};

/// The table, the most exact first; names of clients' models go to models that live.
///
/// Thread safety: immutable.
std::span<const BuiltIn> BuiltIns();

}  // namespace agm::mapping
