#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace agm::protocol {

/// The longest id of a tool call that is passed on: another takes the place of a longer one.
inline constexpr std::size_t kLongestCallId = 64;

/// Where ids come from that must be unique and hard to guess: RandomId(24) in the program, a
/// counter in tests. What it returns is letters and digits, at most 40 of them.
using IdSource = std::function<std::string()>;

}  // namespace agm::protocol
