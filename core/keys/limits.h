#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/config/config.h"
#include "core/keys/calendar.h"

namespace agm::keys {

/// The limits of a key. 0 and nullopt: no limit.
struct Limits {
  int requests_per_minute = 0;
  int tokens_per_minute = 0;
  int parallel = 0;
  config::Allowance budget;  ///< in nano-dollars
  config::BudgetOf budget_of = config::BudgetOf::kList;
  config::Allowance tokens;

  bool any() const {
    return requests_per_minute > 0 || tokens_per_minute > 0 || parallel > 0 || budget.day ||
           budget.month || tokens.day || tokens.month;
  }
};

/// The limit at which a request was refused; the names in metrics.
enum class Limit {
  kRequests,
  kTokens,
  kParallel,
  kBudgetDay,
  kBudgetMonth,
  kTokensDay,
  kTokensMonth,
};
inline constexpr std::array<std::string_view, 7> kLimitNames = {
    "requests_per_minute", "tokens_per_minute", "parallel",    "budget_day",
    "budget_month",        "tokens_day",        "tokens_month"};

/// A value for each limit of a key.
template <class T>
class ByLimit {
 public:
  T& operator[](Limit limit) { return values_.at(static_cast<std::size_t>(limit)); }
  const T& operator[](Limit limit) const { return values_.at(static_cast<std::size_t>(limit)); }

 private:
  std::array<T, kLimitNames.size()> values_{};
};

/// The limits in the order in which a request is refused. A month that is used up outlasts a day
/// that is, so it is told first.
inline constexpr std::array<Limit, kLimitNames.size()> kRefusalOrder = {
    Limit::kParallel,    Limit::kRequests,  Limit::kTokens,   Limit::kBudgetMonth,
    Limit::kTokensMonth, Limit::kBudgetDay, Limit::kTokensDay};

/// One limit per minute as clients are told it.
struct MinuteStanding {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  Duration reset{0};  ///< until nothing of it is used
};

/// A budget in its present window; amounts in nano-dollars or tokens.
struct WindowStanding {
  std::int64_t limit = 0;
  std::int64_t used = 0;  ///< spent, and reserved for requests in flight
  WallTime resets{};
};

/// How much of each limit of a key is used.
struct Standing {
  std::optional<MinuteStanding> requests{};
  std::optional<MinuteStanding> tokens{};
  int parallel = 0;  ///< 0: no limit
  int running = 0;
  std::optional<WindowStanding> budget_day{};
  std::optional<WindowStanding> budget_month{};
  std::optional<WindowStanding> tokens_day{};
  std::optional<WindowStanding> tokens_month{};
};

}  // namespace agm::keys
