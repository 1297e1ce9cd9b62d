#include "core/accounts/pace.h"

#include <algorithm>
#include <chrono>

#include "core/accounts/pacific.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSureFor = 4h;  // doubles each time that the upstream names the same limit
constexpr Duration kSureForAtMost = 24h;
constexpr Duration kRemembered = 10min;

// True if a limit explains a refusal after this many requests: not before the limit was nearly
// reached, nor long after. The upstream's minutes begin at other times, so one of ours can hold
// twice the limit.
bool Explains(std::int64_t limit, std::int64_t let_through_at_least,
              std::int64_t let_through_at_most) {
  return let_through_at_most * 10 >= limit * 9 && let_through_at_least <= 2 * limit;
}

double Part(std::int64_t used, std::int64_t limit) {
  return limit > 0 ? static_cast<double>(used) / static_cast<double>(limit) : 0;
}

}  // namespace

bool Pace::Known(TimePoint now) const {
  return declared_ > 0 || (limit_ > 0 && now - learned_ < believed_for_);
}

void Pace::Count(TimePoint now, std::int64_t amount) { used_.Count(now, amount); }

void Pace::LearnLimit(TimePoint now, TimePoint sent, std::int64_t unfinished, std::int64_t told) {
  if (sent < learned_) return;  // sent before the last refusal, so it hit the same limit
  const std::int64_t used = Used(now);
  const std::int64_t done = std::max<std::int64_t>(0, used - unfinished);
  const bool again = sure_ && told == limit_;
  sure_ = told > 0 && Explains(told, done, used);
  limit_ = sure_ ? told : std::max<std::int64_t>(1, done);
  believed_for_ = !sure_  ? kRemembered
                  : again ? std::min(2 * believed_for_, kSureForAtMost)
                          : kSureFor;
  learned_ = now;
  Clear();  // after the cooldown the upstream counts from zero
}

void Pace::Adopt(const Learned& learned) {
  if (learned.limit <= 0 || learned.at <= learned_) return;
  limit_ = learned.limit;
  sure_ = learned.sure;
  learned_ = learned.at;
  believed_for_ = learned.believed_for;
  Clear();
}

void Pace::Clear() {
  used_.Clear();
  others_until_ = {};
  heard_.Clear();
}

void Pace::NoteOthers(std::int64_t used, TimePoint until) {
  others_ = used;
  others_until_ = until;
}

std::int64_t Pace::Used(TimePoint now) {
  const std::int64_t told = now < others_until_ ? others_ : 0;
  return used_.Sum(now) + std::max(told, heard_.Sum(now));
}

std::optional<std::int64_t> Pace::Certain(TimePoint now) const {
  if (!Known(now) || (declared_ == 0 && !sure_)) return std::nullopt;
  return declared_ > 0 ? declared_ : limit_;
}

void Pace::Outgrow(TimePoint now) {
  if (limit_ > 0 && !sure_) limit_ = std::max(limit_, Used(now));
}

double Pace::Pressure(TimePoint now) {
  if (!Known(now)) return 0;
  return Part(Used(now), declared_ > 0 ? declared_ : limit_);
}

std::optional<TimePoint> Pace::FullUntil(TimePoint now, std::int64_t amount) {
  const auto limit = Certain(now);
  if (!limit) return std::nullopt;
  const TimePoint room = used_.FallsTo(std::max<std::int64_t>(0, *limit - amount), now);
  if (room <= now) return std::nullopt;
  return room;
}

std::int64_t DayPace::LimitOn(WallTime wall) const {
  if (declared_ > 0) return declared_;
  return wall >= believed_from_ && wall < believed_until_ ? limit_ : 0;
}

void DayPace::Count(WallTime wall) {
  if (wall >= ends_) {
    ends_ = NextPacificMidnight(wall);
    used_ = others_ = 0;
  }
  ++used_;
}

void DayPace::LearnLimit(WallTime wall, std::int64_t unfinished, std::int64_t told) {
  if (wall >= ends_ || told <= 0) return;
  if (!Explains(told, std::max<std::int64_t>(0, used_ + others_ - unfinished), used_ + others_)) {
    return;
  }
  limit_ = told;
  believed_from_ = ends_;
  believed_until_ = NextPacificMidnight(ends_);
}

void DayPace::Adopt(const Learned& learned) {
  if (learned.limit <= 0 || learned.until <= believed_until_) return;
  limit_ = learned.limit;
  believed_from_ = learned.from;
  believed_until_ = learned.until;
}

double DayPace::Pressure(WallTime wall) const {
  return wall < ends_ ? Part(used_ + others_, LimitOn(wall)) : 0;
}

std::optional<std::int64_t> DayPace::Certain(WallTime wall) const {
  const std::int64_t limit = LimitOn(wall);
  return limit > 0 ? std::optional(limit) : std::nullopt;
}

std::optional<WallTime> DayPace::FullUntil(WallTime wall) const {
  const std::int64_t limit = wall < ends_ ? LimitOn(wall) : 0;
  if (limit == 0 || used_ < limit) return std::nullopt;
  return ends_;
}

}  // namespace agm::accounts
