#include "core/ledger/buckets.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace agm::ledger {
namespace {

using namespace std::chrono;

WallTime Utc(int y, int m, int d, int h = 0, int min = 0) {
  return sys_days(year(y) / m / d) + hours(h) + minutes(min);
}

/// The names of the buckets of each quarter of an hour in [since, until), with the number of
/// quarters.
std::map<std::string, int> Named(BucketSize size, const std::string& zone, WallTime since,
                                 WallTime until) {
  const auto found = TimeZone::Find(zone);
  if (!found) return {};
  const Bucket bucket = BucketsOf(size, *found);
  std::map<std::string, int> names;
  for (WallTime at = since; at < until; at += minutes(15)) ++names[bucket(at)];
  return names;
}

class BucketsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!TimeZone::Find("Pacific/Chatham")) GTEST_SKIP() << "this machine has no tz database";
  }
};

TEST_F(BucketsTest, AnHourThatComesTwiceIsNamedTwice) {
  const auto names =
      Named(BucketSize::kHour, "America/Los_Angeles", Utc(2026, 11, 1, 7), Utc(2026, 11, 2, 8));
  EXPECT_EQ(names.size(), 25U);
  EXPECT_EQ(names.at("2026-11-01 01:00"), 4);
  EXPECT_EQ(names.at("2026-11-01 01:00 -08:00"), 4);
  EXPECT_EQ(names.at("2026-11-01 02:00"), 4);
  const auto london =
      Named(BucketSize::kHour, "Europe/London", Utc(2026, 10, 25), Utc(2026, 10, 25, 4));
  EXPECT_EQ(london.at("2026-10-25 01:00"), 4);
  EXPECT_EQ(london.at("2026-10-25 01:00 +00:00"), 4);
}

TEST_F(BucketsTest, AnHourThatComesTwiceMayBeThatOfGreenwich) {
  const auto names =
      Named(BucketSize::kHour, "Europe/London", Utc(2026, 10, 24, 23), Utc(2026, 10, 26));
  EXPECT_EQ(names.size(), 25U);
  EXPECT_EQ(names.at("2026-10-25 01:00"), 4);
  EXPECT_EQ(names.at("2026-10-25 01:00 +00:00"), 4);
}

TEST_F(BucketsTest, AnHourThatIsLeftOutHasNoName) {
  const auto names =
      Named(BucketSize::kHour, "Europe/Berlin", Utc(2026, 3, 28, 23), Utc(2026, 3, 29, 22));
  EXPECT_EQ(names.size(), 23U);
  EXPECT_FALSE(names.contains("2026-03-29 02:00"));
}

TEST_F(BucketsTest, DaysAreAsLongAsTheyAre) {
  const auto berlin =
      Named(BucketSize::kDay, "Europe/Berlin", Utc(2026, 10, 24, 22), Utc(2026, 10, 26, 23));
  EXPECT_EQ(berlin.at("2026-10-25"), 25 * 4);
  EXPECT_EQ(berlin.at("2026-10-26"), 24 * 4);
  const auto chatham =
      Named(BucketSize::kDay, "Pacific/Chatham", Utc(2026, 9, 25, 12), Utc(2026, 9, 28, 12));
  EXPECT_EQ(chatham.at("2026-09-27"), 23 * 4);
}

TEST_F(BucketsTest, QuartersOfAZoneThatIsNoWholeHourAway) {
  const auto names =
      Named(BucketSize::kQuarterHour, "Pacific/Chatham", Utc(2026, 4, 4, 12), Utc(2026, 4, 4, 18));
  EXPECT_EQ(names.size(), 24U) << "each quarter has a name of its own";
  EXPECT_EQ(names.at("2026-04-05 02:45 +12:45"), 1);
  EXPECT_EQ(names.at("2026-04-05 02:45"), 1);
}

TEST_F(BucketsTest, WeeksAndMonthsFollowTheCalendar) {
  const Bucket week = BucketsOf(BucketSize::kWeek, TimeZone::Utc());
  EXPECT_EQ(week(Utc(2027, 1, 1)), "2026-W53");
  const Bucket month = BucketsOf(BucketSize::kMonth, *TimeZone::Find("Asia/Kolkata"));
  EXPECT_EQ(month(Utc(2026, 10, 31, 19)), "2026-11");
}

}  // namespace
}  // namespace agm::ledger
