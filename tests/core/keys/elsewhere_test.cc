#include "core/keys/elsewhere.h"

#include <gtest/gtest.h>

namespace agm::keys {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{1000h};
const Window kDay{WallTime(0s), WallTime(100s)};
const Window kMonth{WallTime(0s), WallTime(900s)};

/// The n-th limit in the order of refusal is used n + 1 times, and empties after 30 seconds.
store::Verdict EachUsed() {
  store::Verdict verdict;
  for (std::size_t i = 0; i < kRefusalOrder.size(); ++i) {
    verdict.counters.push_back({static_cast<std::int64_t>(i) + 1, 30s, Duration(0)});
  }
  return verdict;
}

std::int64_t Used(const Elsewhere& elsewhere, Limit limit, TimePoint now = kNow,
                  const Window& day = kDay, const Window& month = kMonth) {
  return elsewhere.Used(limit, day, month, now);
}

TEST(Elsewhere, KnowsNothingBeforeTheFirstAnswer) {
  for (const Limit limit : kRefusalOrder) EXPECT_EQ(Used(Elsewhere(), limit), 0);
}

TEST(Elsewhere, KnowsWhatTheOthersUseOfEachLimit) {
  Elsewhere elsewhere;
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  std::int64_t expected = 0;
  for (const Limit limit : kRefusalOrder) EXPECT_EQ(Used(elsewhere, limit), ++expected);
  EXPECT_EQ(elsewhere.EmptyAt(Limit::kTokens), kNow + 30s);
}

TEST(Elsewhere, AmountsOfAMinuteExpireAndRequestsInProgressAfterTenSeconds) {
  Elsewhere elsewhere;
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  EXPECT_EQ(Used(elsewhere, Limit::kParallel, kNow + 10s - 1ms), 1);
  EXPECT_EQ(Used(elsewhere, Limit::kParallel, kNow + 10s), 0);
  for (const Limit limit : {Limit::kRequests, Limit::kTokens}) {
    EXPECT_GT(Used(elsewhere, limit, kNow + 30s - 1ms), 0);
    EXPECT_EQ(Used(elsewhere, limit, kNow + 30s), 0);
  }
  EXPECT_GT(Used(elsewhere, Limit::kBudgetDay, kNow + 30s), 0);
}

TEST(Elsewhere, AmountsOfAWindowCountUntilTheNextOne) {
  Elsewhere elsewhere;
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  const Window tomorrow{WallTime(100s), WallTime(200s)};
  for (const Limit limit : {Limit::kBudgetDay, Limit::kTokensDay}) {
    EXPECT_EQ(Used(elsewhere, limit, kNow, tomorrow, kMonth), 0);
  }
  for (const Limit limit : {Limit::kBudgetMonth, Limit::kTokensMonth}) {
    EXPECT_GT(Used(elsewhere, limit, kNow, tomorrow, kMonth), 0);
    EXPECT_EQ(Used(elsewhere, limit, kNow, kDay, {WallTime(900s), WallTime(1800s)}), 0);
  }
}

TEST(Elsewhere, WithoutAnAnswerOnlyWhatWasSpentCounts) {
  Elsewhere elsewhere;
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  elsewhere.Lose();
  for (const Limit limit : {Limit::kRequests, Limit::kTokens, Limit::kParallel}) {
    EXPECT_EQ(Used(elsewhere, limit), 0);
  }
  EXPECT_LT(elsewhere.EmptyAt(Limit::kRequests), kNow);
  for (const Limit limit :
       {Limit::kBudgetDay, Limit::kTokensDay, Limit::kBudgetMonth, Limit::kTokensMonth}) {
    EXPECT_GT(Used(elsewhere, limit), 0);
  }
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  EXPECT_EQ(Used(elsewhere, Limit::kRequests), 2);
}

TEST(Elsewhere, AShortAnswerChangesWhatItNames) {
  Elsewhere elsewhere;
  elsewhere.Note(EachUsed(), kDay, kMonth, kNow);
  store::Verdict one;
  one.counters.push_back({9, 30s, Duration(0)});
  elsewhere.Note(one, kDay, kMonth, kNow);
  EXPECT_EQ(Used(elsewhere, Limit::kParallel), 9);
  EXPECT_EQ(Used(elsewhere, Limit::kRequests), 2);
}

}  // namespace
}  // namespace agm::keys
