#include "core/accounts/penalty.h"

#include <algorithm>
#include <chrono>

#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::RestScope;
using upstream::Trouble;
using upstream::TroubleRow;

constexpr Duration kLongestDay = 24h;
constexpr Duration kLongestLimit = 5min;
constexpr Duration kLongestSoft = 10s;
constexpr Duration kLongestBreaker = 5s;
constexpr Duration kShortest = 1s;   // if the upstream asks for "0s"
constexpr Duration kCounts = 10min;  // a strike within this time after a cooldown is a repeated one

Duration WithJitter(Duration rest, double chance) {
  const auto most = std::min<Duration>(rest / 10, 1s);
  return rest + Duration(static_cast<Duration::rep>(static_cast<double>(most.count()) * chance));
}

Duration Asked(const upstream::Failure& failure, double chance) {
  const Duration asked = *failure.retry_delay;
  return asked.count() <= 0 ? kShortest : WithJitter(asked, chance);
}

Duration Doubled(Duration first, int times, Duration most) {
  Duration rest = first;
  for (int i = 0; i < times && rest < most; ++i) rest *= 2;
  return std::min(rest, most);
}

Duration UntilTheDayTurns(WallTime wall) {
  return std::min<Duration>(NextPacificMidnight(wall) - wall, kLongestDay);
}

Duration DayQuota(const upstream::Failure& failure, int strikes, WallTime wall, double chance) {
  const Duration asked = failure.retry_delay ? Asked(failure, chance) : Duration{0};
  if (asked.count() > 0 && strikes == 1) return asked;
  return std::max(asked, UntilTheDayTurns(wall));
}

Duration Length(const upstream::Failure& failure, int strikes, WallTime wall, double chance) {
  const TroubleRow& row = upstream::RowOf(failure.trouble);
  const int again = strikes - row.strikes;  // 0: the first that counts
  if (again < 0) return Duration{0};
  if (failure.trouble == Trouble::kDayQuota) return DayQuota(failure, strikes, wall, chance);
  Duration rest = row.rest;
  if (failure.trouble == Trouble::kSharedLimit) rest = Doubled(row.rest, again, kLongestLimit);
  if (row.strikes > 1) rest = Doubled(row.rest, again, kLongestSoft);
  if (row.scope == RestScope::kModel) {
    return std::min(failure.retry_delay ? Asked(failure, chance) : rest, kLongestBreaker);
  }
  if (!failure.retry_delay) return WithJitter(rest, chance);
  return again > 0 && rest > row.rest ? std::max(Asked(failure, chance), rest)
                                      : Asked(failure, chance);
}

}  // namespace

Rest Penalty(const upstream::Failure& failure, std::string_view model, const Rest* known,
             TimePoint taken, Moment moment, double chance) {
  const TroubleRow& row = upstream::RowOf(failure.trouble);
  const bool counts = known != nullptr && moment.now < known->counts_until;
  const bool same_wall = counts && taken < known->since;
  Rest rest;
  rest.model = IsForModel(failure.trouble) ? model : std::string_view();
  rest.trouble = failure.trouble;
  rest.since = same_wall ? known->since : moment.now;
  rest.strikes = counts ? known->strikes + (same_wall ? 0 : 1) : 1;
  if (row.scope == RestScope::kAccountDisabled && row.rest.count() == 0) {
    rest.until = TimePoint::max();
  } else {
    rest.until = moment.now + Length(failure, rest.strikes, moment.wall, chance);
  }
  if (failure.trouble == Trouble::kDayQuota) {
    rest.counts_until = moment.now + UntilTheDayTurns(moment.wall);
  } else {
    rest.counts_until = rest.forever() ? moment.now : rest.until + kCounts;
  }
  return rest;
}

bool IsQuarantine(Trouble trouble) {
  return upstream::RowOf(trouble).scope == RestScope::kAccountDisabled ||
         trouble == Trouble::kNotEnabled;
}

Owner OwnerOf(Trouble trouble) {
  if (trouble == Trouble::kSpendCap || trouble == Trouble::kNoCredit) return Owner::kProject;
  switch (upstream::RowOf(trouble).scope) {
    case RestScope::kNobody:
      return Owner::kNobody;
    case RestScope::kModel:
      return Owner::kEndpoint;
    case RestScope::kProjectModel:
      return Owner::kProject;
    case RestScope::kAccountModel:
    case RestScope::kAccount:
    case RestScope::kAccountDisabled:
      return Owner::kAccount;
  }
  return Owner::kNobody;
}

bool IsForModel(Trouble trouble) {
  switch (upstream::RowOf(trouble).scope) {
    case RestScope::kModel:
    case RestScope::kProjectModel:
    case RestScope::kAccountModel:
      return true;
    case RestScope::kNobody:
    case RestScope::kAccount:
    case RestScope::kAccountDisabled:
      return false;
  }
  return false;
}

}  // namespace agm::accounts
