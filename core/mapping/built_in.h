#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agm::mapping {

/// The targets of a well-known name that no rule of the user matches.
struct BuiltIn {
  std::string_view from;  ///< a name or pattern, in lower case
  std::vector<std::string> to;
  std::string_view why;  ///< a description for `agm map resolve`, such as "a small OpenAI model"
};

/// The table, most exact first. It maps names of clients' models to existing models.
///
/// Thread safety: immutable.
std::span<const BuiltIn> BuiltIns();

}  // namespace agm::mapping
