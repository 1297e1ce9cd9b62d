#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/accounts/moment.h"
#include "core/accounts/pacific.h"
#include "core/upstream/gemini/classify.h"
#include "core/upstream/trouble.h"

namespace agm::simulation {

/// The published limits of a project for one model.
struct Tier {
  const char* name;
  int requests_per_minute;
  int tokens_per_minute;
  int requests_per_day;
};

inline constexpr Tier kFree{"Free", 10, 250'000, 250};
inline constexpr Tier kPaid{"Paid", 1'000, 1'000'000, 10'000};

/// An upstream that enforces quotas: per calendar minute, and per day in Los Angeles. It refuses in
/// the Gemini API's words, and always asks for a delay until the next minute, even for a quota per
/// day.
///
/// Thread safety: one thread at a time.
class Upstream {
 public:
  explicit Upstream(std::vector<Tier> projects) {
    for (const Tier& tier : projects) projects_.push_back({tier});
  }

  /// nullopt: the request is served.
  std::optional<upstream::Failure> Ask(std::size_t project, std::int64_t tokens,
                                       accounts::Moment moment) {
    Project& asked = projects_[project];
    Turn(asked, moment.wall);
    const Tier& tier = asked.tier;
    if (asked.day >= tier.requests_per_day) {
      return Refuse(moment, "GenerateRequestsPerDayPerProjectPerModel", tier.requests_per_day);
    }
    if (asked.minute >= tier.requests_per_minute) {
      return Refuse(moment, "GenerateRequestsPerMinutePerProjectPerModel",
                    tier.requests_per_minute);
    }
    if (asked.tokens + tokens > tier.tokens_per_minute) {
      return Refuse(moment, "GenerateContentInputTokensPerModelPerMinute", tier.tokens_per_minute);
    }
    ++asked.day;
    ++asked.minute;
    asked.tokens += tokens;
    return std::nullopt;
  }

  long refused() const { return refused_; }

 private:
  struct Project {
    Tier tier;
    int day = 0;
    int minute = 0;
    std::int64_t tokens = 0;
    WallTime day_ends{};
    WallTime minute_ends{};
  };

  static WallTime NextMinute(WallTime wall) {
    return std::chrono::floor<std::chrono::minutes>(wall) + std::chrono::minutes(1);
  }

  static void Turn(Project& project, WallTime wall) {
    if (wall >= project.minute_ends) {
      project.minute_ends = NextMinute(wall);
      project.minute = 0;
      project.tokens = 0;
    }
    if (wall >= project.day_ends) {
      project.day_ends = accounts::NextPacificMidnight(wall);
      project.day = 0;
    }
  }

  upstream::Failure Refuse(accounts::Moment moment, const char* quota, int limit) {
    ++refused_;
    const auto left = NextMinute(moment.wall) - moment.wall;
    const std::string body = fmt::format(
        R"({{"error":{{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded your )"
        R"(current quota.","details":[{{"@type":"type.googleapis.com/google.rpc.QuotaFailure",)"
        R"("violations":[{{"quotaId":"{}","quotaValue":"{}"}}]}},{{"@type":)"
        R"("type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{}.{:03}s"}}]}}}})",
        quota, limit, left.count() / 1000, left.count() % 1000);
    return upstream::Classify(429, body, false);
  }

  std::vector<Project> projects_;
  long refused_ = 0;
};

}  // namespace agm::simulation
