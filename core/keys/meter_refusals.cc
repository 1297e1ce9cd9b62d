// The words with which a meter refuses a request.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/keys/meter.h"
#include "core/keys/needs.h"

namespace agm::keys {
namespace {

constexpr Duration kMinute{60'000};
constexpr Duration kAnotherEnds{1'000};  ///< when to look again for a free place

int RetryAfter(Duration wait) {
  constexpr Duration::rep kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<Duration::rep>(wait.count(), 1, kMost));
}

std::int64_t WholeSeconds(Duration wait) {
  return std::max<std::int64_t>(1, (wait.count() + 999) / 1000);
}

std::string Dollars(std::int64_t nano) {
  return fmt::format("${:.4f}", static_cast<double>(nano) / 1e9);
}

/// "2026-11-29 00:00 Europe/Berlin"
std::string LocalText(const TimeZone& zone, WallTime at) {
  const WallTime local = at + zone.OffsetAt(at);
  return fmt::format("{:%Y-%m-%d %H:%M} {}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(local)), zone.name());
}

}  // namespace

Error Meter::Refuse(Limit limit, std::string why, std::string_view quota, ErrorCode code,
                    Duration wait) {
  refused_.at(static_cast<std::size_t>(limit)).fetch_add(1, std::memory_order_relaxed);
  // The count is up to a second late, but clients wait for a minute at most.
  if (code == ErrorCode::kRateLimited) wait = std::min(wait, kMinute);
  Error error = Fail(code, "the API key '{}' {}; try again in {}s", name_, why, WholeSeconds(wait));
  error.retry_after_ms = RetryAfter(wait);
  error.quota = quota;
  return error;
}

/// `room`: until the request would fit, as the server says.
Error Meter::WhyFull(Limit limit, const Asked& asked, const Amounts& used,
                     std::optional<Duration> room) {
  const Limits& limits = asked.limits;
  const auto wait = [&](LastMinute& own, std::int64_t most) {
    return room.value_or(Left(asked.now, own.FallsTo(most, asked.now)));
  };
  switch (limit) {
    case Limit::kParallel:
      return Refuse(
          limit,
          fmt::format("may have {} requests in flight at a time, and has them", limits.parallel),
          "ParallelRequestsPerMinutePerKey", ErrorCode::kRateLimited, kAnotherEnds);
    case Limit::kRequests:
      return Refuse(limit,
                    fmt::format("has made its {} requests per minute", limits.requests_per_minute),
                    "RequestsPerMinutePerKey", ErrorCode::kRateLimited,
                    wait(requests_, limits.requests_per_minute - 1));
    case Limit::kTokens: {
      const std::int64_t most = limits.tokens_per_minute;
      const std::int64_t need = asked.estimate.tokens;
      return Refuse(limit,
                    fmt::format("has {} of its {} tokens per minute left, and this request may "
                                "take {}",
                                std::max<std::int64_t>(0, most - used[limit]), most, need),
                    "TokensPerMinutePerKey", ErrorCode::kRateLimited,
                    wait(tokens_, std::max<std::int64_t>(0, most - need)));
    }
    case Limit::kBudgetDay:
    case Limit::kBudgetMonth:
    case Limit::kTokensDay:
    case Limit::kTokensMonth:
      return WhySpent(limit, asked, used[limit]);
  }
  return WhySpent(limit, asked, used[limit]);
}

Error Meter::WhySpent(Limit limit, const Asked& asked, std::int64_t used) {
  const bool money = limit == Limit::kBudgetDay || limit == Limit::kBudgetMonth;
  const bool day = IsOfDay(limit);
  const auto text = [&](std::int64_t amount) {
    return money ? Dollars(amount) : fmt::format("{} tokens", amount);
  };
  const std::string_view window = day ? "day" : "month";
  const WallTime resets = day ? day_.end : month_.end;
  return Refuse(limit,
                fmt::format("has used {} of its {} for this {}, and this request may take {}; "
                            "the next {} begins at {}, or the gateway's operator can raise the "
                            "limit: agm keys set {}",
                            text(used), text(Most(asked.limits, limit).value_or(0)), window,
                            text(NeedOf(limit, asked.estimate, asked.limits.budget_of)), window,
                            LocalText(asked.zone, resets), name_),
                fmt::format("{}Per{}PerKey", money ? "Cost" : "Tokens", day ? "Day" : "Month"),
                ErrorCode::kBudgetSpent, resets - asked.wall);
}

}  // namespace agm::keys
