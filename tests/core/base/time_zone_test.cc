#include "core/base/time_zone.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace agm {
namespace {

using namespace std::chrono;

WallTime Utc(int y, int m, int d, int h = 0, int min = 0) {
  return sys_days(year(y) / m / d) + hours(h) + minutes(min);
}

// A file without transitions, as `zic -b slim` writes one: everything follows from the rule.
TimeZone OfRule(const std::string& rule) {
  const std::string header = std::string("TZif2") + std::string(15, '\0');
  const auto count = [](char n) { return std::string(3, '\0') + n; };
  const std::string counts = count(0) + count(0) + count(0) + count(0) + count(1) + count(4);
  const std::string type = std::string(6, '\0') + std::string("LMT\0", 4);
  const std::string block = header + counts + type;
  const auto zone = TimeZone::Parse(block + block + "\n" + rule + "\n", rule);
  EXPECT_TRUE(zone) << rule;
  return zone.value_or(TimeZone::Utc());
}

const std::string kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
const std::string kLosAngeles = "PST8PDT,M3.2.0,M11.1.0";
const std::string kChatham = "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45";

TEST(TimeZone, KnowsTheOffsetsOnBothSidesOfAChange) {
  const TimeZone berlin = OfRule(kBerlin);
  EXPECT_EQ(berlin.OffsetAt(Utc(2026, 3, 29, 0, 59)), hours(1));
  EXPECT_EQ(berlin.OffsetAt(Utc(2026, 3, 29, 1, 0)), hours(2));
  EXPECT_EQ(berlin.OffsetAt(Utc(2026, 10, 25, 0, 59)), hours(2));
  EXPECT_EQ(berlin.OffsetAt(Utc(2026, 10, 25, 1, 0)), hours(1));
  // South of the equator the summer spans the turn of the year.
  EXPECT_EQ(OfRule(kChatham).OffsetAt(Utc(2026, 1, 1)), hours(13) + minutes(45));
  EXPECT_EQ(OfRule(kChatham).OffsetAt(Utc(2026, 7, 1)), hours(12) + minutes(45));
}

TEST(TimeZone, DaysAreAsLongAsTheCalendarSays) {
  const TimeZone berlin = OfRule(kBerlin);
  const auto length = [&](int m, int d) {
    return berlin.Begin(year_month_day(sys_days(year(2026) / m / d) + days(1))) -
           berlin.Begin(year(2026) / m / d);
  };
  EXPECT_EQ(length(3, 28), hours(24));
  EXPECT_EQ(length(3, 29), hours(23));
  EXPECT_EQ(length(10, 25), hours(25));
  EXPECT_EQ(berlin.Begin(year(2026) / 7 / 1), Utc(2026, 6, 30, 22));
  EXPECT_EQ(OfRule(kLosAngeles).Begin(year(2026) / 11 / 28), Utc(2026, 11, 28, 8));
}

// In Cairo the clocks go from 0:00 to 1:00, so the day begins at one.
TEST(TimeZone, BeginsADayWithoutMidnightAtItsFirstInstant) {
  const TimeZone cairo = OfRule("EET-2EEST,M4.5.5/0,M10.5.4/24");
  EXPECT_EQ(cairo.Begin(year(2026) / 4 / 24), Utc(2026, 4, 23, 22));
  EXPECT_EQ(cairo.OffsetAt(Utc(2026, 4, 23, 22)), hours(3));
  EXPECT_EQ(cairo.DayOf(Utc(2026, 4, 23, 21, 59)), year(2026) / 4 / 23);
  EXPECT_EQ(cairo.DayOf(Utc(2026, 4, 23, 22)), year(2026) / 4 / 24);
}

// In Havana 0:00 comes twice, and the day begins at the first of them.
TEST(TimeZone, BeginsADayWithTwoMidnightsAtTheFirst) {
  const TimeZone havana = OfRule("CST5CDT,M3.2.0/0,M11.1.0/1");
  EXPECT_EQ(havana.Begin(year(2026) / 11 / 1), Utc(2026, 11, 1, 4));
  EXPECT_EQ(havana.DayOf(Utc(2026, 11, 1, 3, 59)), year(2026) / 10 / 31);
}

TEST(TimeZone, EveryInstantLiesBetweenTheBeginsOfItsDayAndOfTheNext) {
  for (const std::string& rule : {kBerlin, kLosAngeles, kChatham, std::string("UTC0")}) {
    const TimeZone zone = OfRule(rule);
    for (WallTime at = Utc(2026, 1, 1); at < Utc(2028, 1, 1); at += minutes(45)) {
      const year_month_day day = zone.DayOf(at);
      ASSERT_LE(zone.Begin(day), at) << rule;
      ASSERT_GT(zone.Begin(year_month_day(sys_days(day) + days(1))), at) << rule;
    }
  }
}

TEST(TimeZone, ReadsTheRulesOfPosix) {
  EXPECT_EQ(OfRule("<-03>3").OffsetAt(Utc(2026, 1, 1)), -hours(3));
  EXPECT_EQ(OfRule("IST-5:30").OffsetAt(Utc(2026, 1, 1)), hours(5) + minutes(30));
  // Days of the year: J60 is 1 March in every year, day 59 only in those without a leap day.
  EXPECT_EQ(OfRule("A0B,J60/0,J100/0").OffsetAt(Utc(2028, 2, 29, 12)), hours(0));
  EXPECT_EQ(OfRule("A0B,J60/0,J100/0").OffsetAt(Utc(2028, 3, 1, 12)), hours(1));
  EXPECT_EQ(OfRule("A0B,J60/0,J100/0").OffsetAt(Utc(2027, 3, 1, 12)), hours(1));
  EXPECT_EQ(OfRule("A0B,J59/0,J100/0").OffsetAt(Utc(2028, 2, 28, 12)), hours(1));
  // A summer of no length.
  EXPECT_EQ(OfRule("A0B,J60/0,J60/1").OffsetAt(Utc(2028, 7, 1)), hours(0));
  EXPECT_EQ(OfRule("A0B,59/0,100/0").OffsetAt(Utc(2028, 2, 29, 12)), hours(1));
}

TEST(TimeZone, FindsTheZonesOfTheMachineWhereItHasThem) {
  const auto berlin = TimeZone::Find("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "this machine has no tz database";
  const TimeZone rule = OfRule(kBerlin);
  for (WallTime at = Utc(2024, 1, 1); at < Utc(2045, 1, 1); at += hours(7)) {
    ASSERT_EQ(berlin->OffsetAt(at), rule.OffsetAt(at));
  }
}

TEST(TimeZone, RefusesNamesThatAreNoneAndFilesThatAreDamaged) {
  for (const char* name : {"", "../../etc/passwd", "/etc/localtime", "Mars/Olympus", "a b", "."}) {
    EXPECT_FALSE(TimeZone::Find(name)) << name;
  }
  for (const std::string& bytes :
       {std::string(), std::string("TZif"), std::string(44, '\xff'),
        "TZif2" + std::string(39, '\xff'), "TZif2" + std::string(39, '\0') + "TZif2"}) {
    EXPECT_FALSE(TimeZone::Parse(bytes, "x"));
  }
}

}  // namespace
}  // namespace agm
