#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/simulation/upstream.h"

namespace agm::simulation {

/// One turn of a conversation.
struct Turn {
  std::int64_t at_ms;  ///< since midnight in Los Angeles
  int conversation;
  int tokens;  ///< of the prompt, which grows with the conversation
};

inline constexpr int kMinutes = 24 * 60;

/// A day of many people's conversations, for a pool of these accounts: a quiet night, a busy
/// afternoon, and five bursts of a few minutes. `asked` is the total demand as a share of the
/// pool's daily limits, `burst` the demand during a burst as a share of its limits per minute. The
/// same arguments give the same day.
class Day {
 public:
  Day(const std::vector<Tier>& accounts, double asked, double burst) : burst_(burst) {
    for (const Tier& tier : accounts) {
      per_minute_ += tier.requests_per_minute;
      tokens_per_minute_ += tier.tokens_per_minute;
      per_day_ += tier.requests_per_day;
    }
    asked_ = asked * per_day_;
    for (int minute = 0; minute < kMinutes; ++minute) AddMinute(minute);
  }

  /// All turns in the order of time.
  const std::vector<Turn>& turns() const { return turns_; }

  /// The maximum number of requests that the pool could serve: in each minute no more requests and
  /// tokens than all its projects allow, the shortest first, even if all requests wait as long as
  /// they may; and no more than its daily limits allow.
  long Most(std::int64_t max_wait_ms) const {
    std::vector<std::vector<int>> minutes(kMinutes + 1);
    for (const Turn& turn : turns_) {
      const auto first = static_cast<std::size_t>(turn.at_ms / 60'000);
      const auto last = static_cast<std::size_t>((turn.at_ms + max_wait_ms) / 60'000);
      minutes[first].push_back(turn.tokens);
      if (last != first) minutes[last].push_back(turn.tokens);  // it may be served in either minute
    }
    double most = 0;
    for (auto& tokens : minutes) most += MostOf(tokens);
    return static_cast<long>(std::min({most, per_day_, static_cast<double>(turns_.size())}));
  }

 private:
  struct Talk {
    int conversation;
    int turns;
    std::int64_t last_ms;
  };

  static constexpr double kInBursts = 0.7;
  static constexpr int kBursts = 5;
  static constexpr int kFirstBurst = 7 * 60 + 40;  // in minutes
  static constexpr int kBetweenBursts = 150;

  static constexpr int kLongest = 12;                    // turns
  static constexpr std::int64_t kThinks = 8'000;         // before the next turn, at least
  static constexpr std::int64_t kGivesUp = 30 * 60'000;  // at most

  double MostOf(std::vector<int>& prompts) const {
    std::sort(prompts.begin(), prompts.end());
    double served = 0;
    double tokens = 0;
    for (const int prompt : prompts) {
      tokens += prompt;
      if (served >= per_minute_ || tokens > tokens_per_minute_) break;
      served += 1;
    }
    return served;
  }

  double Fraction() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  // The average number of requests in that minute.
  double Rate(int minute) const {
    const double quiet = asked_ * (1 - kInBursts) / kMinutes;
    const double hour = minute / 60.0;
    const double curve = hour < 7 ? 0.2 : (hour < 20 ? 1.6 : 0.65);
    const double length = asked_ * kInBursts / kBursts / (burst_ * per_minute_);
    const int since_first = minute - kFirstBurst;
    if (since_first < 0 || since_first / kBetweenBursts >= kBursts) return quiet * curve;
    const double part = std::clamp(length - since_first % kBetweenBursts, 0.0, 1.0);
    return quiet * curve + part * burst_ * per_minute_;
  }

  void AddMinute(int minute) {
    const int count = std::poisson_distribution<int>(Rate(minute))(random_);
    std::vector<std::int64_t> times;
    for (int i = 0; i < count; ++i) {
      times.push_back(minute * 60'000LL + static_cast<std::int64_t>(Fraction() * 60'000));
    }
    std::sort(times.begin(), times.end());
    const auto active = static_cast<std::size_t>(std::max(3, 4 * count));
    for (const std::int64_t at : times) AddTurn(at, std::min(active, talks_.size()));
  }

  // Usually a recent speaker continues after some seconds, otherwise a new conversation begins.
  void AddTurn(std::int64_t at, std::size_t active) {
    Talk* talk = nullptr;
    if (active > 0 && Fraction() < 0.9) {
      const auto back = static_cast<std::size_t>(Fraction() * static_cast<double>(active));
      talk = &talks_[talks_.size() - 1 - back];
      const std::int64_t silent = at - talk->last_ms;
      if (talk->turns >= kLongest || silent < kThinks || silent > kGivesUp) talk = nullptr;
    }
    if (talk == nullptr) talk = &talks_.emplace_back(Talk{conversations_++, 0, at});
    talk->last_ms = at;
    turns_.push_back({at, talk->conversation, 300 + 150 * talk->turns++});
  }

  double per_minute_ = 0;
  double tokens_per_minute_ = 0;
  double per_day_ = 0;
  double asked_ = 0;
  double burst_;
  std::mt19937_64 random_{20261121};
  std::vector<Talk> talks_;
  int conversations_ = 0;
  std::vector<Turn> turns_;
};

}  // namespace agm::simulation
