#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/moment.h"
#include "core/accounts/pace.h"
#include "core/config/config.h"
#include "core/store/counts.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// A project's quotas for one model, as far as they are declared or learned, and their use. They
/// tell the pool that a limit is reached before the upstream refuses.
///
///   auto expected = quotas.Begin(account, moment);         // a request is sent
///   if (auto wall = quotas.Ahead(moment)) Wait(wall->until);   // the next one would be refused
///   quotas.Learn(failure, sent, moment);                   // the upstream refused
///   quotas.End(expected, tokens, moment);                  // the request ended, in any way
///
/// Thread safety: one thread at a time.
class Quotas {
 public:
  /// Takes over the limits that the user declared.
  void Declare(const config::Account& account);
  /// Returns the number of tokens that are reserved for the request until End.
  std::int64_t Begin(const config::Account& account, Moment moment);
  void End(std::int64_t expected, std::int64_t tokens, Moment moment);
  void Learn(const upstream::Failure& failure, TimePoint sent, Moment moment);
  /// Gives back what Begin counted at `at`, because the request was not sent.
  void TakeBack(std::int64_t expected, TimePoint at, Moment moment);

  /// The limits as refusals taught them.
  struct Learned {
    Pace::Learned requests;
    Pace::Learned tokens;
    DayPace::Learned day;
  };
  Learned learned() const { return {requests_.learned(), tokens_.learned(), day_.learned()}; }
  /// Takes over what another process learned.
  void Adopt(const Learned& learned);

  /// The used part of the limit that is used most: 1 or more if it seems used up.
  double Pressure(Moment moment);
  /// The requests of the last minute, of all machines as far as known.
  std::int64_t Recent(TimePoint now) { return requests_.Used(now); }
  /// A certain limit without room for another average request, if there is one.
  struct Wall {
    upstream::Trouble trouble;  ///< kMinuteQuota or kDayQuota
    TimePoint until;
  };
  std::optional<Wall> Ahead(Moment moment);

  /// Returns what this machine has counted, to tell the others.
  store::Shares Shares(Moment moment);
  /// Returns what a request claims that Begin counts, with its certain limits.
  std::vector<store::Claim> Claims(Moment moment) const;
  /// Claims of nothing, to ask what the other machines use.
  static std::vector<store::Claim> Watched(WallTime wall);
  /// Notes which requests the other machines have begun, and have in progress.
  void Hear(const store::OthersRequests& others, TimePoint now);
  /// The requests in progress on this machine.
  std::int64_t running() const { return under_way_; }
  /// The requests in progress on the other machines, as far as known.
  std::int64_t RunningElsewhere(TimePoint now) const {
    return now < others_.until ? others_.running : 0;
  }
  bool HasCertainLimit(Moment moment) const;
  /// Takes over what the other machines use, from a verdict about Claims or Watched. Returns the
  /// limit that is full for all of them together: for this request if it was refused, else for the
  /// next one.
  std::optional<Wall> Note(const store::Verdict& verdict, Moment moment);

  /// The group of counters under which the other machines are told; set by the pool.
  std::string group;

 private:
  std::int64_t TokensExpected() const { return static_cast<std::int64_t>(mean_tokens_); }
  void NoteChange(Moment moment);
  void LearnMinute(const upstream::Failure& failure, TimePoint sent, TimePoint now);

  Pace requests_;
  Pace tokens_;
  DayPace day_;
  std::uint64_t version_ = 0;  ///< of what other machines are told
  std::int64_t under_way_ = 0;
  store::OthersRequests others_{};
  double mean_tokens_ = 0;  ///< of one request
};

}  // namespace agm::accounts
