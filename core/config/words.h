#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/config/config.h"

namespace agm::config {

// The words of the file's enums; a word's index is its enum's value.
inline constexpr std::array<std::string_view, 4> kAuthModeWords = {"auto", "off", "strict",
                                                                   "all_except_health"};
inline constexpr std::array<std::string_view, 3> kSchedulingWords = {"cache_first", "balance",
                                                                     "performance_first"};
inline constexpr std::array<std::string_view, 3> kAccountKindWords = {"gemini", "vertex", "mock"};

/// The enum's word, as it stands in the file.
std::string_view Word(AuthMode mode);
std::string_view Word(Scheduling scheduling);
std::string_view Word(AccountKind kind);

/// The kind that `word` names, if any.
std::optional<AccountKind> FindAccountKind(std::string_view word);

}  // namespace agm::config
