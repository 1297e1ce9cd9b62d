// What a meter reserves for a request, and what it learns from answers.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/keys/meter.h"
#include "tests/support/fake_counts.h"

namespace agm::keys {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kUnknown = 1024;
const WallTime kWall(1'800'000'000s);

class MeterEstimate : public testing::Test {
 protected:
  MeterEstimate() { limits_.tokens_per_minute = kMost; }

  Result<Reservation> Take(const std::string& model, std::int64_t input = 0,
                           std::optional<std::int64_t> output = std::nullopt) {
    return Meter::Take(meter_, limits_, TimeZone::Utc(), {model, input, output}, kWall, now_,
                       standing_);
  }
  static ledger::Tokens Output(std::int64_t output) {
    ledger::Tokens tokens;
    tokens.output = output;
    tokens.known = true;
    return tokens;
  }
  /// Lets the model answer `count` times with so many tokens.
  void Answer(const std::string& model, int count, std::int64_t tokens) {
    for (int i = 0; i < count; ++i) {
      auto place = Take(model, 0, 0);
      ASSERT_TRUE(place) << place.error().message;
      place->End(Output(tokens), {}, now_);
    }
    now_ += 2min;
  }
  std::int64_t TokensUsed() {
    return kMost - meter_->Now(limits_, TimeZone::Utc(), kWall, now_).tokens->remaining;
  }
  /// What is reserved for a request that does not say how much it may generate.
  std::int64_t EstimateOf(const std::string& model) {
    const auto place = Take(model);
    EXPECT_TRUE(place);
    return TokensUsed();
  }

  static constexpr int kMost = 1'000'000'000;
  std::shared_ptr<Meter> meter_ = std::make_shared<Meter>("ci");
  Limits limits_;
  TimePoint now_{1000s};
  Standing standing_;
};

TEST_F(MeterEstimate, KnowsAModelAfterEightAnswers) {
  Answer("m", 7, 100);
  EXPECT_EQ(EstimateOf("m"), kUnknown);
  Answer("m", 1, 100);
  EXPECT_EQ(EstimateOf("m"), 128);
  EXPECT_EQ(EstimateOf("other"), kUnknown);
}

TEST_F(MeterEstimate, ExpectsWhatNinetyFiveOfAHundredAnswersDoNotExceed) {
  Answer("m", 95, 10);
  Answer("m", 5, 5000);
  EXPECT_EQ(EstimateOf("m"), 16);
  Answer("m", 1, 5000);
  EXPECT_EQ(EstimateOf("m"), 8192);
}

TEST_F(MeterEstimate, KnowsSixtyFourModels) {
  for (int i = 0; i < 63; ++i) Answer(fmt::format("m{}", i), 1, 10);
  Answer("last", 8, 10);
  Answer("late", 8, 10);
  Answer("m0", 7, 10);
  EXPECT_EQ(EstimateOf("last"), 16);
  EXPECT_EQ(EstimateOf("late"), kUnknown);
  EXPECT_EQ(EstimateOf("m0"), 16);
}

TEST_F(MeterEstimate, OlderAnswersCountForLess) {
  Answer("m", 10'000, 10);
  EXPECT_EQ(EstimateOf("m"), 16);
  Answer("m", 263, 5000);
  EXPECT_EQ(EstimateOf("m"), 16);
  Answer("m", 1, 5000);
  EXPECT_EQ(EstimateOf("m"), 8192);
}

TEST_F(MeterEstimate, AnAnswerOfUnknownSizeTeachesNothing) {
  for (int i = 0; i < 8; ++i) Take("m", 0, 0)->End({}, {}, now_);
  EXPECT_EQ(EstimateOf("m"), kUnknown);
}

TEST_F(MeterEstimate, AReservationThatIsGivenUpGivesEverythingBack) {
  limits_.parallel = 1;
  limits_.tokens.day = kMost;
  {
    const auto place = Take("m", 100, 200);
    ASSERT_TRUE(place);
    EXPECT_EQ(TokensUsed(), 300);
    EXPECT_EQ(standing_.tokens_day->used, 300);
    EXPECT_EQ(standing_.running, 1);
  }
  EXPECT_EQ(TokensUsed(), 0);
  const Standing after = meter_->Now(limits_, TimeZone::Utc(), kWall, now_);
  EXPECT_EQ(after.tokens_day->used, 0);
  EXPECT_EQ(after.running, 0);
}

TEST_F(MeterEstimate, ARequestEndsOnce) {
  auto first = Take("m", 100, 200);
  auto second = Take("m", 100, 200);
  ASSERT_TRUE(first && second);
  first->End(Output(50), {}, now_);
  first->End(Output(70), {}, now_);
  EXPECT_EQ(TokensUsed(), 350);
  EXPECT_EQ(meter_->Now(limits_, TimeZone::Utc(), kWall, now_).running, 1);
  Reservation none;
  none.End(Output(50), {}, now_);
  EXPECT_EQ(TokensUsed(), 350);
}

TEST_F(MeterEstimate, AReservationMovesWithItsModelAndTime) {
  for (int i = 0; i < 8; ++i) {
    Reservation place;
    place = *Take("m", 0, 1000);
    Reservation other(std::move(place));
    other.End(Output(100), {}, now_);
  }
  EXPECT_EQ(TokensUsed(), 800);
  now_ += 2min;
  EXPECT_EQ(EstimateOf("m"), 128);
}

TEST_F(MeterEstimate, ReservesWholeWindowsUpToTheirLimit) {
  limits_ = {};
  limits_.tokens.month = 400;
  const auto first = Take("m", 100, 100);
  const auto second = Take("m", 100, 100);
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(Take("m", 1, 0));
  EXPECT_EQ(standing_.tokens_month->used, 400);
}

TEST_F(MeterEstimate, TellsTheOtherMachinesAtOnceOfAnEndAndSoonOfASum) {
  test::FakeCounts counts;
  meter_->ShareBy(&counts);
  auto place = Take("m", 100, 200);
  ASSERT_TRUE(place);
  EXPECT_EQ(counts.changed.size(), 0U);
  place->End(Output(50), {}, now_);
  EXPECT_EQ(counts.changed.size(), 1U);
  EXPECT_EQ(counts.touched.size(), 0U);
  meter_->Count(TimeZone::Utc(), kWall, {0, 0, 50});
  EXPECT_EQ(counts.touched.size(), 1U);
  place = Reservation();
  EXPECT_EQ(counts.touched.size(), 2U);
  EXPECT_EQ(counts.changed.size(), 1U);
  { const auto given_up = Take("m", 100, 200); }
  EXPECT_EQ(counts.changed.size(), 2U);
  meter_->Count(TimeZone::Utc(), kWall, {});
  EXPECT_EQ(counts.touched.size(), 2U);
}

}  // namespace
}  // namespace agm::keys
