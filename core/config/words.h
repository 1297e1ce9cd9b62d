#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/config/config.h"

namespace agm::config {

// The words of the configuration's enums; the index of a word is its enum value.
inline constexpr std::array<std::string_view, 4> kAuthModeWords = {"auto", "off", "strict",
                                                                   "all_except_health"};
inline constexpr std::array<std::string_view, 3> kSchedulingWords = {"cache_first", "balance",
                                                                     "performance_first"};
inline constexpr std::array<std::string_view, 4> kLogLevelWords = {"debug", "info", "warning",
                                                                   "error"};
inline constexpr std::array<std::string_view, 2> kLogFormatWords = {"text", "json"};
inline constexpr auto kAccountKindWords = [] {
  std::array<std::string_view, kAccountKinds.size()> words;
  for (std::size_t i = 0; i < words.size(); ++i) words.at(i) = kAccountKinds.at(i).word;
  return words;
}();
inline constexpr std::array<std::string_view, 3> kBillingWords = {"auto", "free", "paid"};
inline constexpr std::array<std::string_view, 4> kKeyScopeWords = {"inference", "read", "metrics",
                                                                   "admin"};
inline constexpr std::array<std::string_view, 2> kBudgetOfWords = {"list", "billed"};
inline constexpr std::array<std::string_view, 2> kTelemetryDetailWords = {"requests", "tries"};
inline constexpr std::array<std::string_view, 2> kSemconvWords = {"0.1", "1.36"};

/// The enum value's word in the file.
std::string_view Word(AuthMode mode);
std::string_view Word(Scheduling scheduling);
std::string_view Word(AccountKind kind);
std::string_view Word(Billing billing);
std::string_view Word(KeyScope scope);
std::string_view Word(BudgetOf of);

/// The account kind that `word` names, or nullopt.
std::optional<AccountKind> FindAccountKind(std::string_view word);

}  // namespace agm::config
