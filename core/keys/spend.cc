#include "core/keys/spend.h"

#include <algorithm>

namespace agm::keys {
namespace {

constexpr std::size_t kMostDays = 64;
constexpr std::int64_t kMostTokens = 1'000'000'000;

}  // namespace

Amount& Amount::operator+=(const Amount& other) {
  list += other.list;
  billed += other.billed;
  tokens += other.tokens;
  return *this;
}

Amount& Amount::operator-=(const Amount& other) {
  list -= other.list;
  billed -= other.billed;
  tokens -= other.tokens;
  return *this;
}

Amount AmountOf(const ledger::Tokens& tokens, const ledger::Cost& cost) {
  return {cost.list.value_or(0), cost.billed.value_or(0),
          std::clamp<std::int64_t>(tokens.input, 0, kMostTokens) +
              std::clamp<std::int64_t>(tokens.output, 0, kMostTokens)};
}

void Spend::Add(WallTime day, const Amount& amount) {
  const auto at = std::ranges::lower_bound(days_, day, {}, &Day::begin);
  if (at != days_.end() && at->begin == day) {
    at->amount += amount;
    return;
  }
  days_.insert(at, {day, amount});
  if (days_.size() > kMostDays) days_.erase(days_.begin());
}

Amount Spend::Sum(WallTime begin, WallTime end) const {
  Amount sum;
  for (const Day& day : days_) {
    if (day.begin >= begin && day.begin < end) sum += day.amount;
  }
  return sum;
}

}  // namespace agm::keys
