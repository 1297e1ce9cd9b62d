#pragma once

#include <cstdint>
#include <optional>

#include "core/accounts/moment.h"
#include "core/accounts/pace.h"
#include "core/config/config.h"
#include "core/upstream/trouble.h"

namespace agm::accounts {

/// What a project has of one model, as far as it is declared or was learned, and how much of it is
/// used: so that the pool sees a wall before it runs into it.
///
///   auto expected = quotas.Begin(account, moment);         // a request is sent
///   if (auto wall = quotas.Ahead(moment)) ...              // the next one would be refused
///   quotas.Learn(failure, sent, moment);                   // upstream said no
///   quotas.End(expected, tokens, moment);                  // it is over, whichever way
///
/// Thread safety: one thread at a time.
class Quotas {
 public:
  /// Returns the tokens that are set aside for it until somebody tells how many it took.
  std::int64_t Begin(const config::Account& account, Moment moment);
  void End(std::int64_t expected, std::int64_t tokens, Moment moment);
  void Learn(const upstream::Failure& failure, TimePoint sent, Moment moment);

  /// The most that is used of any limit: 1 or more where one seems used up.
  double Pressure(Moment moment);
  /// The limit that has no room for another request like those before, if one is sure.
  struct Wall {
    upstream::Trouble trouble;  ///< kMinuteQuota or kDayQuota
    TimePoint until;
  };
  std::optional<Wall> Ahead(Moment moment);

 private:
  std::int64_t TokensExpected() const { return static_cast<std::int64_t>(mean_tokens_); }
  void LearnMinute(const upstream::Failure& failure, TimePoint sent, TimePoint now);

  Pace requests_;
  Pace tokens_;
  DayPace day_;
  std::int64_t under_way_ = 0;
  double mean_tokens_ = 0;  ///< of one request
};

}  // namespace agm::accounts
