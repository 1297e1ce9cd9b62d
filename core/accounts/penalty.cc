#include "core/accounts/penalty.h"

#include <algorithm>
#include <chrono>

#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::CooldownScope;
using upstream::Trouble;
using upstream::TroubleRow;

constexpr Duration kLongestDay = 24h;
constexpr Duration kLongestLimit = 5min;
constexpr Duration kLongestSoft = 10s;
constexpr Duration kLongestBreaker = 5s;
constexpr Duration kShortest = 1s;   // if the upstream asks for "0s"
constexpr Duration kCounts = 10min;  // a strike within this time after a cooldown is a repeated one

Duration WithJitter(Duration cooldown, double chance) {
  const auto most = std::min<Duration>(cooldown / 10, 1s);
  return cooldown +
         Duration(static_cast<Duration::rep>(static_cast<double>(most.count()) * chance));
}

Duration Asked(const upstream::Failure& failure, double chance) {
  const Duration asked = *failure.retry_delay;
  return asked.count() <= 0 ? kShortest : WithJitter(asked, chance);
}

Duration Doubled(Duration first, int times, Duration most) {
  Duration cooldown = first;
  for (int i = 0; i < times && cooldown < most; ++i) cooldown *= 2;
  return std::min(cooldown, most);
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
  Duration cooldown = row.cooldown;
  if (failure.trouble == Trouble::kSharedLimit)
    cooldown = Doubled(row.cooldown, again, kLongestLimit);
  if (row.strikes > 1) cooldown = Doubled(row.cooldown, again, kLongestSoft);
  if (row.scope == CooldownScope::kModel) {
    return std::min(failure.retry_delay ? Asked(failure, chance) : cooldown, kLongestBreaker);
  }
  if (!failure.retry_delay) return WithJitter(cooldown, chance);
  return again > 0 && cooldown > row.cooldown ? std::max(Asked(failure, chance), cooldown)
                                              : Asked(failure, chance);
}

}  // namespace

Cooldown Penalty(const upstream::Failure& failure, std::string_view model, const Cooldown* known,
                 TimePoint taken, Moment moment, double chance) {
  const TroubleRow& row = upstream::RowOf(failure.trouble);
  const bool counts = known != nullptr && moment.now < known->counts_until;
  const bool same_wall = counts && taken < known->since;
  Cooldown cooldown;
  cooldown.model = IsForModel(failure.trouble) ? model : std::string_view();
  cooldown.trouble = failure.trouble;
  cooldown.since = same_wall ? known->since : moment.now;
  cooldown.strikes = counts ? known->strikes + (same_wall ? 0 : 1) : 1;
  if (row.scope == CooldownScope::kAccountDisabled && row.cooldown.count() == 0) {
    cooldown.until = TimePoint::max();
  } else {
    cooldown.until = moment.now + Length(failure, cooldown.strikes, moment.wall, chance);
  }
  if (failure.trouble == Trouble::kDayQuota) {
    cooldown.counts_until = moment.now + UntilTheDayTurns(moment.wall);
  } else {
    cooldown.counts_until = cooldown.forever() ? moment.now : cooldown.until + kCounts;
  }
  return cooldown;
}

bool IsQuarantine(Trouble trouble) {
  return upstream::RowOf(trouble).scope == CooldownScope::kAccountDisabled ||
         trouble == Trouble::kNotEnabled;
}

Owner OwnerOf(Trouble trouble) {
  if (trouble == Trouble::kSpendCap || trouble == Trouble::kNoCredit) return Owner::kProject;
  switch (upstream::RowOf(trouble).scope) {
    case CooldownScope::kNobody:
      return Owner::kNobody;
    case CooldownScope::kModel:
      return Owner::kEndpoint;
    case CooldownScope::kProjectModel:
      return Owner::kProject;
    case CooldownScope::kAccountModel:
    case CooldownScope::kAccount:
    case CooldownScope::kAccountDisabled:
      return Owner::kAccount;
  }
  return Owner::kNobody;
}

bool IsForModel(Trouble trouble) {
  switch (upstream::RowOf(trouble).scope) {
    case CooldownScope::kModel:
    case CooldownScope::kProjectModel:
    case CooldownScope::kAccountModel:
      return true;
    case CooldownScope::kNobody:
    case CooldownScope::kAccount:
    case CooldownScope::kAccountDisabled:
      return false;
  }
  return false;
}

}  // namespace agm::accounts
