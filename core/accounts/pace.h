#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/clock.h"
#include "core/base/last_minute.h"

namespace agm::accounts {

/// One quota per minute, of requests or tokens, of a project for one model: how much is used, and
/// the limit as far as known. The limit is what the user declared. Otherwise a refusal teaches it:
///
///   certain     The upstream named the limit, and our count agrees with it. The limit is valid for
///               four hours. Each refusal that names the same limit doubles that, up to a day.
///   uncertain   The upstream named no limit, or other programs use the project too. The limit is
///               our count at the refusal, and is valid for ten minutes. It only ranks accounts,
///               because the next request may still succeed.
///
/// Thread safety: one thread at a time.
class Pace {
 public:
  void Declare(std::int64_t limit) { declared_ = limit; }  ///< 0: none
  void Count(TimePoint now, std::int64_t amount);
  /// Gives back what was counted at `at`.
  void TakeBack(TimePoint at, TimePoint now, std::int64_t amount) {
    used_.Correct(at, now, -amount);
  }
  /// Notes what other machines have used; it counts until `until`.
  void NoteOthers(std::int64_t used, TimePoint until);
  /// Notes what other machines use now, as they announce it. The larger of both counts.
  void AddOthers(TimePoint now, std::int64_t amount) { heard_.Count(now, amount); }
  /// Learns from a refusal of a request that was sent at `sent`. `unfinished` is the part of the
  /// count that is in progress or was refused; `told` is the limit that the upstream named (0:
  /// none). Resets the count.
  void LearnLimit(TimePoint now, TimePoint sent, std::int64_t unfinished, std::int64_t told);
  /// The limit as refusals taught it.
  struct Learned {
    std::int64_t limit = 0;  ///< 0: nothing
    bool sure = false;
    TimePoint at{};
    Duration believed_for{0};
  };
  Learned learned() const { return {limit_, sure_, learned_, believed_for_}; }
  /// Takes over what another process learned, if that is newer, and resets the count.
  void Adopt(const Learned& learned);
  /// Raises an uncertain limit if more requests succeeded than it allows.
  void Outgrow(TimePoint now);
  /// The used part of the limit: 0 if no limit is known, 1 or more if it is used up.
  double Pressure(TimePoint now);
  /// The limit, if it is certain.
  std::optional<std::int64_t> Certain(TimePoint now) const;
  /// The amount of the last minute, over all machines as far as known.
  std::int64_t Used(TimePoint now);
  /// When there is room for `amount` more; nullopt if there is room, or if no limit is certain. It
  /// looks at the own count only: of all machines together the server tells.
  std::optional<TimePoint> FullUntil(TimePoint now, std::int64_t amount);
  /// The own count of the last minute, by seconds (LastMinute).
  std::vector<std::int64_t> Seconds(TimePoint now) { return used_.Seconds(now); }

 private:
  bool Known(TimePoint now) const;
  void Clear();

  LastMinute used_;
  std::int64_t others_ = 0;  ///< used by other machines
  TimePoint others_until_{};
  LastMinute heard_;  ///< used by other machines, as they announced it
  std::int64_t declared_ = 0;
  std::int64_t limit_ = 0;  ///< learned; 0: none
  bool sure_ = false;
  TimePoint learned_{};
  Duration believed_for_{0};
};

/// The same for requests per day, which reset at midnight in Los Angeles. A learned limit applies
/// from the next day on; on the same day the upstream's own refusals are more exact.
///
/// Thread safety: one thread at a time.
class DayPace {
 public:
  void Declare(std::int64_t limit) { declared_ = limit; }
  void Count(WallTime wall);
  void TakeBack() { used_ -= used_ > 0 ? 1 : 0; }
  /// Notes what other machines have used on the counted day.
  void NoteOthers(std::int64_t used) { others_ = used; }
  void LearnLimit(WallTime wall, std::int64_t unfinished, std::int64_t told);
  struct Learned {
    std::int64_t limit = 0;  ///< 0: nothing
    WallTime from{};
    WallTime until{};
  };
  Learned learned() const { return {limit_, believed_from_, believed_until_}; }
  void Adopt(const Learned& learned);
  double Pressure(WallTime wall) const;
  /// The day's limit, if there is one.
  std::optional<std::int64_t> Certain(WallTime wall) const;
  std::optional<WallTime> FullUntil(WallTime wall) const;
  std::int64_t used() const { return used_; }
  WallTime ends() const { return ends_; }

 private:
  std::int64_t LimitOn(WallTime wall) const;

  std::int64_t used_ = 0;
  std::int64_t others_ = 0;  ///< used by other machines
  WallTime ends_{};          ///< the end of the counted day
  std::int64_t declared_ = 0;
  std::int64_t limit_ = 0;
  WallTime believed_from_{};
  WallTime believed_until_{};
};

}  // namespace agm::accounts
