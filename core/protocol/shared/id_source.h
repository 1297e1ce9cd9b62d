#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace agm::protocol {

/// The maximum length of a tool call's id; a longer id is replaced.
inline constexpr std::size_t kLongestCallId = 64;

/// The source of ids that must be unique and hard to guess: RandomId(24) in the program, a counter
/// in tests. It returns at most 40 letters and digits.
using IdSource = std::function<std::string()>;

}  // namespace agm::protocol
