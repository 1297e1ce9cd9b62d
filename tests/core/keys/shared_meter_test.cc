// A meter that counts together with other machines; with a real server in
// tests/core/cluster/shared_counts_test.cc.

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "core/keys/meter.h"
#include "tests/support/fake_counts.h"

namespace agm::keys {
namespace {

using namespace std::chrono_literals;

class SharedMeter : public testing::Test {
 protected:
  SharedMeter() {
    meter->ShareBy(&counts);
    limits.requests_per_minute = 2;
  }

  Result<Reservation> Take(store::Companion* along = nullptr) {
    return Meter::Take(meter, limits, TimeZone::Utc(), {"gemini-2.5-flash", 100, 100, 1},
                       WallTime(1'800'000'000s), now, standing, along);
  }

  test::FakeCounts counts;
  std::shared_ptr<Meter> meter = std::make_shared<Meter>("ci");
  Limits limits;
  TimePoint now{1000s};
  Standing standing;
};

TEST_F(SharedMeter, AsksOnceForAllLimitsAndForWhatGoesAlong) {
  store::Companion along{[] { return store::Question{"project:x", {}, {}, {}}; }};
  EXPECT_TRUE(Take(&along));
  ASSERT_EQ(counts.asked.size(), 1U);
  ASSERT_EQ(counts.asked[0].size(), 2U);
  EXPECT_EQ(counts.asked[0][0].group, "key:ci");
  EXPECT_EQ(counts.asked[0][1].group, "project:x");
  EXPECT_TRUE(along.verdict);
}

TEST_F(SharedMeter, DoesNotAskWhenItIsFullByItsOwnCount) {
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
  bool proposed = false;
  store::Companion along{[&]() -> std::optional<store::Question> {
    proposed = true;
    return std::nullopt;
  }};
  EXPECT_FALSE(Take(&along));
  EXPECT_EQ(counts.asked.size(), 2U);
  EXPECT_FALSE(proposed);
}

TEST_F(SharedMeter, ARefusalSaysWhenTheServerHasRoomAndCountsNothing) {
  counts.full = "requests";
  const auto refused = Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after_ms, 20'000);
  EXPECT_EQ(refused.error().quota, "RequestsPerMinutePerKey");
  EXPECT_EQ(meter->Refused(Limit::kRequests), 1U);
  counts.full.clear();
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
}

TEST_F(SharedMeter, WithoutAnAnswerTheOwnCountDecides) {
  counts.silent = true;
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

}  // namespace
}  // namespace agm::keys
