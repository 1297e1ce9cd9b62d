// What a project's quotas tell the other machines, and what they take over from them.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/accounts/pacific.h"
#include "core/accounts/quotas.h"
#include "tests/support/fake_clock.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::QuotaLimit;
using upstream::Trouble;

class QuotaShares : public testing::Test {
 protected:
  Moment Now() const { return {clock_.Now(), clock_.Wall()}; }
  static config::Account Limits(int requests, int tokens = 0, int day = 0) {
    config::Account account;
    account.requests_per_minute = requests;
    account.tokens_per_minute = tokens;
    account.requests_per_day = day;
    return account;
  }
  /// A request that is over, and used so many tokens.
  void Serve(std::int64_t tokens) {
    const std::int64_t expected = quotas_.Begin(account_, Now());
    quotas_.End(expected, tokens, Now());
  }
  upstream::Failure Refusal(Trouble trouble, std::vector<QuotaLimit> limits,
                            std::vector<std::string> names = {}) const {
    upstream::Failure failure;
    failure.trouble = trouble;
    failure.limits = std::move(limits);
    failure.quotas = std::move(names);
    return failure;
  }
  /// The newest second of each counter, and what was spent in its window.
  std::map<std::string, std::int64_t> Told() {
    std::map<std::string, std::int64_t> told;
    for (const store::Share& share : quotas_.Shares(Now()).counters) {
      told[share.counter] = share.seconds.empty() ? share.spent : share.seconds.front();
    }
    return told;
  }
  std::vector<std::int64_t> CertainLimits() const {
    std::vector<std::int64_t> limits;
    for (const store::Claim& claim : quotas_.Claims(Now())) {
      limits.push_back(claim.limit.value_or(0));
    }
    return limits;
  }

  test::FakeClock clock_;
  Quotas quotas_;
  config::Account account_;
};

TEST_F(QuotaShares, TellTheRequestsAndTokensOfTheMinuteAndTheRequestsOfTheDay) {
  EXPECT_TRUE(Told().empty());
  Serve(300);
  quotas_.Begin(account_, Now());
  EXPECT_EQ(Told(), (std::map<std::string, std::int64_t>{
                        {"requests", 2}, {"requests_day", 2}, {"tokens", 600}}));
  const store::Shares shares = quotas_.Shares(Now());
  const WallTime midnight = NextPacificMidnight(clock_.Wall());
  EXPECT_EQ(shares.at, clock_.Now());
  EXPECT_EQ(shares.kept, midnight - clock_.Wall() + 1h) << "another clock may be behind";
  EXPECT_EQ(shares.counters.back().window, midnight);
  clock_.Advance(2min);
  EXPECT_EQ(Told(), (std::map<std::string, std::int64_t>{{"requests_day", 2}}));
  clock_.Advance(24h);
  EXPECT_TRUE(Told().empty());
  EXPECT_EQ(quotas_.Shares(Now()).kept, 2min);
}

TEST_F(QuotaShares, EachChangeHasALaterVersionAlsoAfterARestart) {
  std::uint64_t last = 0;
  const auto grows = [&](const Quotas& of, const char* what) {
    const std::uint64_t version = Quotas(of).Shares(Now()).version;
    EXPECT_GT(version, last) << what;
    last = version;
  };
  quotas_.Begin(account_, Now());
  grows(quotas_, "begin");
  const TimePoint at = clock_.Now();
  quotas_.End(0, 5, Now());
  grows(quotas_, "end");
  quotas_.Begin(account_, Now());
  grows(quotas_, "another");
  quotas_.TakeBack(5, at, Now());
  grows(quotas_, "taken back");
  quotas_.Learn(Refusal(Trouble::kMinuteQuota, {}), clock_.Now(), Now());
  grows(quotas_, "learned");
  quotas_.Adopt({});
  grows(quotas_, "adopted");
  clock_.Advance(1ms);
  Quotas restarted;
  restarted.Begin(account_, Now());
  grows(restarted, "restarted");
}

TEST_F(QuotaShares, WhatWasNotSentIsTakenBack) {
  Serve(300);
  const TimePoint at = clock_.Now();
  const std::int64_t expected = quotas_.Begin(account_, Now());
  EXPECT_EQ(expected, 300);
  EXPECT_EQ(quotas_.running(), 1);
  quotas_.TakeBack(expected, at, Now());
  EXPECT_EQ(quotas_.running(), 0);
  EXPECT_EQ(Told(), (std::map<std::string, std::int64_t>{
                        {"requests", 1}, {"requests_day", 1}, {"tokens", 300}}));
  quotas_.TakeBack(0, at, Now());
  EXPECT_EQ(quotas_.running(), 0);
}

TEST_F(QuotaShares, ARequestWithoutTokensChangesNoMean) {
  Serve(100);
  Serve(0);
  Serve(200);
  EXPECT_EQ(quotas_.Begin(account_, Now()), 120) << "a fifth of the newest";
}

TEST_F(QuotaShares, ClaimTheDeclaredLimits) {
  EXPECT_FALSE(quotas_.HasCertainLimit(Now()));
  for (const config::Account& account : {Limits(7), Limits(0, 800), Limits(0, 0, 9)}) {
    Quotas quotas;
    quotas.Declare(account);
    EXPECT_TRUE(quotas.HasCertainLimit(Now()));
  }
  quotas_.Declare(Limits(7, 800, 9));
  const auto claims = quotas_.Claims(Now());
  ASSERT_EQ(claims.size(), 3U);
  EXPECT_EQ(CertainLimits(), (std::vector<std::int64_t>{9, 7, 800}));
  EXPECT_EQ(claims[0].counter, "requests_day");
  EXPECT_EQ(claims[0].amount, 1);
  EXPECT_EQ(claims[0].window, NextPacificMidnight(clock_.Wall()));
  EXPECT_EQ(claims[1].counter, "requests");
  EXPECT_EQ(claims[1].amount, 1);
  EXPECT_EQ(claims[2].counter, "tokens");
  EXPECT_EQ(claims[2].amount, 0);
  const auto watched = Quotas::Watched(clock_.Wall());
  ASSERT_EQ(watched.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(watched[i].counter, claims[i].counter);
    EXPECT_EQ(watched[i].amount, 0);
    EXPECT_EQ(watched[i].limit, std::nullopt);
    EXPECT_EQ(watched[i].window, claims[i].window);
  }
}

TEST_F(QuotaShares, LearnFromTheKindOfQuotaThatTheUpstreamNames) {
  struct Case {
    std::vector<QuotaLimit> limits;
    std::vector<std::string> names;
    std::int64_t requests;
    std::int64_t tokens;
  };
  const QuotaLimit requests{QuotaLimit::Of::kRequests, QuotaLimit::Per::kMinute, 10};
  const QuotaLimit tokens{QuotaLimit::Of::kTokens, QuotaLimit::Per::kMinute, 1000};
  const QuotaLimit more{QuotaLimit::Of::kRequests, QuotaLimit::Per::kMinute, 12};
  const QuotaLimit day{QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay, 10};
  for (const Case& each : std::vector<Case>{
           {{requests}, {}, 10, 0},
           {{more, requests, more}, {}, 10, 0},
           {{tokens}, {}, 0, 1000},
           {{requests, tokens}, {}, 10, 1000},
           {{}, {}, 10, 0},
           {{day}, {}, 10, 0},
           {{}, {"RequestsPerMinute"}, 10, 0},
           {{}, {"GenerateTokensPerMinute"}, 0, 1000},
           {{requests}, {"TokensPerMinute"}, 10, 1000},
       }) {
    Quotas quotas;
    for (int i = 0; i < 10; ++i) {
      const auto expected = quotas.Begin(account_, Now());
      quotas.End(expected, 100, Now());
    }
    quotas.Learn(Refusal(Trouble::kMinuteQuota, each.limits, each.names), clock_.Now(), Now());
    EXPECT_EQ(quotas.learned().requests.limit, each.requests);
    EXPECT_EQ(quotas.learned().tokens.limit, each.tokens);
    EXPECT_EQ(quotas.learned().day.limit, 0);
  }
}

TEST_F(QuotaShares, LearnADaysLimitForTheNextDay) {
  for (int i = 0; i < 10; ++i) Serve(100);
  const QuotaLimit day{QuotaLimit::Of::kRequests, QuotaLimit::Per::kDay, 10};
  quotas_.Learn(Refusal(Trouble::kDayQuota, {day}), clock_.Now(), Now());
  EXPECT_EQ(quotas_.learned().day.limit, 10);
  EXPECT_EQ(quotas_.learned().requests.limit, 0);
  quotas_.Learn(Refusal(Trouble::kInternal, {day}), clock_.Now(), Now());
  EXPECT_EQ(quotas_.learned().requests.limit, 0);
}

TEST_F(QuotaShares, WhatSucceedsRaisesAnUncertainLimit) {
  for (int i = 0; i < 3; ++i) Serve(100);
  quotas_.Learn(Refusal(Trouble::kMinuteQuota, {}, {"x"}), clock_.Now(), Now());
  quotas_.Learn(Refusal(Trouble::kMinuteQuota, {}, {"Tokens"}), clock_.Now(), Now());
  EXPECT_EQ(quotas_.learned().requests.limit, 3);
  EXPECT_EQ(quotas_.learned().tokens.limit, 300);
  for (int i = 0; i < 4; ++i) Serve(100);
  EXPECT_EQ(quotas_.learned().requests.limit, 4);
  EXPECT_EQ(quotas_.learned().tokens.limit, 400);
}

TEST_F(QuotaShares, TakeOverWhatAnotherProcessLearned) {
  quotas_.Adopt({{5, true, clock_.Now(), 1h},
                 {600, true, clock_.Now(), 1h},
                 {7, clock_.Wall(), clock_.Wall() + 24h}});
  EXPECT_EQ(CertainLimits(), (std::vector<std::int64_t>{7, 5, 600}));
}

store::Verdict Verdict(std::optional<Duration> day, std::optional<Duration> requests,
                       std::optional<Duration> tokens) {
  store::Verdict verdict;
  verdict.counters = {{1, 0ms, day}, {2, 30s, requests}, {300, 40s, tokens}};
  return verdict;
}

TEST_F(QuotaShares, AVerdictSaysWhichLimitIsFullAndHowLong) {
  struct Case {
    store::Verdict verdict;
    std::optional<Trouble> trouble;
    Duration left;
  };
  const Duration rest = NextPacificMidnight(clock_.Wall()) - clock_.Wall();
  for (const Case& each : std::vector<Case>{
           {Verdict(0ms, 0ms, 0ms), std::nullopt, 0ms},
           {Verdict(0ms, 20s, 0ms), Trouble::kMinuteQuota, 20s},
           {Verdict(0ms, 0ms, 25s), Trouble::kMinuteQuota, 25s},
           {Verdict(0ms, 20s, 25s), Trouble::kMinuteQuota, 25s},
           {Verdict(0ms, 1ms, 0ms), Trouble::kMinuteQuota, 1ms},
           {Verdict(0ms, std::nullopt, 25s), Trouble::kMinuteQuota, 60s},
           {Verdict(0ms, 0ms, std::nullopt), Trouble::kMinuteQuota, 60s},
           {Verdict(std::nullopt, 20s, 0ms), Trouble::kDayQuota, rest},
       }) {
    const auto wall = Quotas().Note(each.verdict, Now());
    ASSERT_EQ(wall.has_value(), each.trouble.has_value());
    if (!wall) continue;
    EXPECT_EQ(wall->trouble, each.trouble);
    EXPECT_EQ(wall->until, clock_.Now() + each.left);
  }
}

TEST_F(QuotaShares, WhatTheOthersUseCountsUntilItHasExpired) {
  account_ = Limits(10, 1000, 10);
  Serve(100);
  quotas_.Note(Verdict(0ms, 0ms, 0ms), Now());
  EXPECT_EQ(quotas_.Recent(clock_.Now()), 3);
  EXPECT_DOUBLE_EQ(quotas_.Pressure(Now()), 0.4) << "the tokens";
  clock_.Advance(30s);
  EXPECT_EQ(quotas_.Recent(clock_.Now()), 1);
  EXPECT_DOUBLE_EQ(quotas_.Pressure(Now()), 0.4);
  clock_.Advance(10s);
  EXPECT_DOUBLE_EQ(quotas_.Pressure(Now()), 0.2) << "the day";
}

TEST_F(QuotaShares, HearOfTheOthersRequests) {
  quotas_.Hear({4, 3, clock_.Now() + 10s}, clock_.Now());
  EXPECT_EQ(quotas_.Recent(clock_.Now()), 4);
  EXPECT_EQ(quotas_.RunningElsewhere(clock_.Now() + 10s - 1ms), 3);
  EXPECT_EQ(quotas_.RunningElsewhere(clock_.Now() + 10s), 0);
}

TEST_F(QuotaShares, AWallIsWhereTheNextRequestWouldBeRefused) {
  account_ = Limits(0, 0, 2);
  Serve(100);
  EXPECT_FALSE(quotas_.Ahead(Now()));
  Serve(100);
  const auto day = quotas_.Ahead(Now());
  ASSERT_TRUE(day);
  EXPECT_EQ(day->trouble, Trouble::kDayQuota);
  EXPECT_EQ(day->until, clock_.Now() + (NextPacificMidnight(clock_.Wall()) - clock_.Wall()));
  account_ = Limits(5, 250, 0);
  quotas_.Declare(account_);
  const auto tokens = quotas_.Ahead(Now());
  ASSERT_TRUE(tokens) << "fifty tokens are left for a request of a hundred";
  EXPECT_EQ(tokens->trouble, Trouble::kMinuteQuota);
  EXPECT_GE(tokens->until, clock_.Now() + 60s);
  clock_.Advance(20s);
  account_ = Limits(3, 400, 0);
  Serve(100);
  const auto requests = quotas_.Ahead(Now());
  ASSERT_TRUE(requests);
  EXPECT_GE(requests->until, clock_.Now() + 40s);
  EXPECT_LE(requests->until, clock_.Now() + 42s);
}

}  // namespace
}  // namespace agm::accounts
