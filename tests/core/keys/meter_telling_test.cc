// What a key's meter tells the other machines of a cluster, and asks them.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/keys/meters.h"
#include "tests/support/fake_counts.h"

namespace agm::keys {
namespace {

using namespace std::chrono_literals;

constexpr const char* kModel = "gemini-2.5-flash";  // 0.30 and 2.50 dollars per million tokens
const WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
const WallTime kMidnight = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29);
const WallTime kDecember = std::chrono::sys_days(std::chrono::year(2026) / 12 / 1);
constexpr std::int64_t kCost = 280'000;  // of a hundred tokens each way, in nano-dollars

/// The others have used this much of each counter, and the server does what the test says.
class ToldCounts : public test::FakeCounts {
 public:
  std::optional<std::vector<store::Verdict>> Try(
      const std::vector<store::Question>& questions) override {
    if (meanwhile) meanwhile();
    auto verdicts = FakeCounts::Try(questions);
    if (!verdicts) return verdicts;
    for (auto& counter : verdicts->front().counters) {
      counter.others = others;
      counter.others_empty = 40s;
    }
    return verdicts;
  }
  std::int64_t others = 0;
  std::function<void()> meanwhile;
};

class MeterTelling : public testing::Test {
 protected:
  MeterTelling() {
    meter->ShareBy(&counts);
    limits.requests_per_minute = 10;
  }
  Result<Reservation> Take() {
    return Meter::Take(meter, limits, TimeZone::Utc(), {kModel, 100, 100, 1}, kNoon, now, standing);
  }
  store::Shares Shares() { return meter->Shares(TimeZone::Utc(), kNoon, now); }
  std::map<std::string, store::Share> Told() {
    std::map<std::string, store::Share> told;
    for (const store::Share& share : Shares().counters) told[share.counter] = share;
    return told;
  }
  void Spend(std::int64_t list, std::int64_t billed, std::int64_t tokens) {
    meter->Count(TimeZone::Utc(), kNoon, {list, billed, tokens});
  }

  ToldCounts counts;
  std::shared_ptr<Meter> meter = std::make_shared<Meter>("ci");
  Limits limits;
  TimePoint now{1000h};
  Standing standing;
};

TEST_F(MeterTelling, ARequestInProgressIsHeldInEachCounter) {
  EXPECT_TRUE(Told().empty());
  const auto place = Take();
  ASSERT_TRUE(place);
  const auto told = Told();
  ASSERT_EQ(told.size(), 9U);
  EXPECT_EQ(told.at("requests").seconds, std::vector<std::int64_t>{1});
  EXPECT_EQ(told.at("tokens").seconds, std::vector<std::int64_t>{200});
  EXPECT_EQ(told.at("parallel").held, 1);
  for (const char* money : {"list_day", "billed_day", "list_month", "billed_month"}) {
    EXPECT_EQ(told.at(money).held, kCost) << money;
    EXPECT_EQ(told.at(money).spent, 0) << money;
  }
  for (const char* tokens : {"tokens_day", "tokens_month"}) {
    EXPECT_EQ(told.at(tokens).held, 200) << tokens;
  }
  EXPECT_EQ(told.at("list_day").window, kMidnight);
  EXPECT_EQ(told.at("list_month").window, kDecember);
}

TEST_F(MeterTelling, WhatWasSpentIsKeptUntilTheMonthIsOver) {
  EXPECT_EQ(Shares().kept, 2min);
  EXPECT_TRUE(Shares().outlives);
  EXPECT_EQ(Shares().at, now);
  Spend(7, 0, 30);
  const auto told = Told();
  ASSERT_EQ(told.size(), 4U) << "nothing was billed";
  EXPECT_EQ(told.at("list_day").spent, 7);
  EXPECT_EQ(told.at("list_month").spent, 7);
  EXPECT_EQ(told.at("tokens_day").spent, 30);
  EXPECT_EQ(told.at("tokens_month").spent, 30);
  EXPECT_EQ(Shares().kept, kDecember - kNoon + 1h) << "another clock may be behind";
}

TEST_F(MeterTelling, EachChangeHasALaterVersion) {
  const std::uint64_t first = Shares().version;
  auto place = Take();
  const std::uint64_t taken = Shares().version;
  EXPECT_GT(taken, first);
  place->End({}, {}, now);
  const std::uint64_t ended = Shares().version;
  EXPECT_GT(ended, taken);
  Spend(1, 1, 1);
  const std::uint64_t counted = Shares().version;
  EXPECT_GT(counted, ended);
  meter->Forget();
  EXPECT_GT(Shares().version, counted);
}

TEST_F(MeterTelling, AQuestionNamesTheClaimOnEachLimit) {
  limits.tokens_per_minute = 1000;
  limits.parallel = 4;
  limits.budget = {5'000'000, 60'000'000};
  limits.tokens = {700, 8000};
  for (const auto& [budget_of, money] : {std::pair{config::BudgetOf::kList, "list_"},
                                         std::pair{config::BudgetOf::kBilled, "billed_"}}) {
    limits.budget_of = budget_of;
    counts.asked.clear();
    ASSERT_TRUE(Take());
    ASSERT_EQ(counts.asked.size(), 1U);
    const store::Question& question = counts.asked[0][0];
    EXPECT_GT(question.after.version, question.before.version);
    struct Expected {
      std::string counter;
      std::int64_t amount;
      std::int64_t limit;
      WallTime window;
    };
    const std::vector<Expected> expected = {
        {"parallel", 1, 4, {}},
        {"requests", 1, 10, {}},
        {"tokens", 200, 1000, {}},
        {std::string(money) + "month", kCost, 60'000'000, kDecember},
        {"tokens_month", 200, 8000, kDecember},
        {std::string(money) + "day", kCost, 5'000'000, kMidnight},
        {"tokens_day", 200, 700, kMidnight}};
    ASSERT_EQ(question.claims.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const store::Claim& claim = question.claims[i];
      EXPECT_EQ(claim.counter, expected[i].counter);
      EXPECT_EQ(claim.amount, expected[i].amount) << claim.counter;
      EXPECT_EQ(claim.limit, expected[i].limit) << claim.counter;
      EXPECT_EQ(claim.window, expected[i].window) << claim.counter;
      EXPECT_EQ(claim.alone_fits, expected[i].window != WallTime()) << claim.counter;
    }
  }
}

TEST_F(MeterTelling, LookingAsksWithoutAClaim) {
  counts.others = 4;
  meter->AskOthers(limits, TimeZone::Utc(), kNoon, now);
  ASSERT_EQ(counts.asked.size(), 1U);
  EXPECT_EQ(counts.asked[0][0].group, "key:ci");
  EXPECT_EQ(counts.asked[0][0].claims.size(), 7U);
  for (const store::Claim& claim : counts.asked[0][0].claims) {
    EXPECT_EQ(claim.amount, 0) << claim.counter;
    EXPECT_EQ(claim.limit, std::nullopt) << claim.counter;
  }
  const Standing seen = meter->Now(limits, TimeZone::Utc(), kNoon, now);
  EXPECT_EQ(seen.requests->remaining, 6);
  EXPECT_EQ(seen.requests->reset, 40s);
  EXPECT_EQ(seen.running, 4);
  counts.silent = true;
  meter->AskOthers(limits, TimeZone::Utc(), kNoon, now);
  EXPECT_EQ(meter->Now(limits, TimeZone::Utc(), kNoon, now).requests->remaining, 10);
}

TEST_F(MeterTelling, WithoutALimitOrWithoutOthersNothingIsAsked) {
  meter->AskOthers({}, TimeZone::Utc(), kNoon, now);
  EXPECT_TRUE(counts.asked.empty());
  meter->ShareBy(nullptr);
  meter->AskOthers(limits, TimeZone::Utc(), kNoon, now);
  EXPECT_TRUE(counts.asked.empty());
  EXPECT_TRUE(Take());
}

TEST_F(MeterTelling, AChangeIsToldAtOnceAndWhatTheLedgerCountsSoon) {
  auto place = Take();
  ASSERT_TRUE(place);
  EXPECT_TRUE(counts.changed.empty()) << "the question has told it";
  place->End({}, {}, now);
  EXPECT_EQ(counts.changed, std::vector<std::string>{"key:ci"});
  Spend(1, 1, 1);
  EXPECT_EQ(counts.touched, std::vector<std::string>{"key:ci"});
  Spend(0, 0, 0);
  EXPECT_EQ(counts.touched.size(), 1U) << "it was nothing";
}

TEST_F(MeterTelling, WithoutAnAnswerTheRequestIsToldLater) {
  counts.silent = true;
  ASSERT_TRUE(Take());
  ASSERT_FALSE(counts.changed.empty());
  EXPECT_EQ(counts.changed.front(), "key:ci");
}

TEST_F(MeterTelling, ARefusalIsToldAgainOnlyWhereAnotherChangeOvertookIt) {
  counts.full = "requests";
  EXPECT_FALSE(Take());
  EXPECT_TRUE(counts.changed.empty());
  counts.meanwhile = [this] { Spend(1, 1, 1); };
  EXPECT_FALSE(Take());
  EXPECT_EQ(counts.changed, std::vector<std::string>{"key:ci"});
  counts.full.clear();
  EXPECT_TRUE(Take());
  EXPECT_EQ(Told().at("requests").seconds, std::vector<std::int64_t>{1}) << "refusals are not";
}

TEST_F(MeterTelling, WithoutAnAnswerWhatTheOthersSpentStillCounts) {
  limits.budget.month = 3 * kCost;
  counts.others = 2 * kCost + 1;
  meter->AskOthers(limits, TimeZone::Utc(), kNoon, now);
  now += 41s;  // nothing is left of their last minute
  counts.silent = true;
  const auto alone = Take();
  ASSERT_TRUE(alone) << "alone it fits as long as anything is left";
  const auto refused = Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetSpent);
}

TEST(MetersShared, EachMeterIsFollowedAlsoOneThatIsMadeLater) {
  test::FakeCounts counts;
  Meters meters;
  meters.UseZone(std::make_shared<const TimeZone>(TimeZone::Utc()));
  const auto first = meters.Of("first");
  meters.ShareBy(&counts);
  const auto later = meters.Of("later");
  ASSERT_EQ(counts.participants.size(), 2U);
  for (const char* name : {"key:first", "key:later"}) {
    EXPECT_TRUE(counts.participants.at(name).read(TimePoint(1h), kNoon).counters.empty());
  }
  later->Count(TimeZone::Utc(), kNoon, {1, 0, 0});
  EXPECT_EQ(counts.touched, std::vector<std::string>{"key:later"});
  EXPECT_EQ(counts.participants.at("key:later").read(TimePoint(1h), kNoon).counters.size(), 2U);
  meters.ShareBy(nullptr);
  later->Count(TimeZone::Utc(), kNoon, {1, 0, 0});
  first->Count(TimeZone::Utc(), kNoon, {1, 0, 0});
  EXPECT_EQ(counts.touched.size(), 1U);
}

}  // namespace
}  // namespace agm::keys
