#include "cli/log_reader.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1'795'262'400)};  // 2026-11-21 12:00 UTC

std::optional<WallTime> Moment(const std::string& text) {
  const auto read = ReadMoment("--since", text, kNow);
  return read ? std::optional(*read) : std::nullopt;
}

WallTime Local(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_sec = second;
  parts.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&parts)));
}

TEST(ReadMoment, TakesASpanBeforeNow) {
  EXPECT_EQ(Moment("2h"), kNow - 2h);
  EXPECT_EQ(Moment("7d"), kNow - 7 * 24h);
  EXPECT_EQ(Moment("now"), kNow);
}

TEST(ReadMoment, TakesATimeOfUtc) {
  EXPECT_EQ(Moment("2026-11-21T12:00:00Z"), kNow);
  EXPECT_EQ(Moment("2026-11-21T12:00:00.5Z"), kNow);
  EXPECT_EQ(Moment("2026-11-21T12:00:00.123456Z"), kNow);
  for (const char* text : {"2026-11-21T12:00:00.5", "2026-11-21T12:00:00.5Zx",
                           "2026-11-21T12:00:00.x", "2026-11-21T12:00:00+01:00"}) {
    EXPECT_EQ(Moment(text), std::nullopt) << text;
  }
}

TEST(ReadMoment, TakesALocalTime) {
  EXPECT_EQ(Moment("2026-11-20T08:30:15"), Local(2026, 11, 20, 8, 30, 15));
  EXPECT_EQ(Moment("2026-11-20 08:30:15"), Local(2026, 11, 20, 8, 30, 15));
  EXPECT_EQ(Moment("2026-11-20T08:30"), Local(2026, 11, 20, 8, 30));
  EXPECT_EQ(Moment("2026-11-20 08:30"), Local(2026, 11, 20, 8, 30));
  EXPECT_EQ(Moment("2026-11-20"), Local(2026, 11, 20));
}

TEST(ReadMoment, TakesATimeOfToday) {
  EXPECT_EQ(Moment("today"), DayBegin(kNow));
  EXPECT_EQ(Moment("00:00"), DayBegin(kNow));
  EXPECT_EQ(Moment("01:02"), DayBegin(kNow) + 1h + 2min);
  EXPECT_EQ(Moment("01:02:03"), DayBegin(kNow) + 1h + 2min + 3s);
}

TEST(ReadMoment, NamesTheOptionOfWhatIsNoMoment) {
  for (const char* text : {"", "yesterday", "2026-11-20x", "25:00", "-1h"}) {
    const auto read = ReadMoment("--since", text, kNow);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidRequest);
    EXPECT_TRUE(read.error().message.starts_with("--since: ")) << read.error().message;
  }
}

TEST(ReadMoment, KnowsTheBeginOfADayAndAMonth) {
  EXPECT_EQ(DayBegin(Local(2026, 11, 21, 23, 59, 59)), Local(2026, 11, 21));
  EXPECT_EQ(DayBegin(Local(2026, 11, 21)), Local(2026, 11, 21));
  EXPECT_EQ(MonthBegin(Local(2026, 11, 21, 23, 59, 59)), Local(2026, 11, 1));
  EXPECT_EQ(MonthBegin(Local(2026, 11, 1)), Local(2026, 11, 1));
}

TEST(ReadRequestLog, SaysThatNothingWasLoggedYet) {
  CommandTest t;
  bool worked = false;
  const auto read = ReadRequestLog(t.context(), [&](store::Connection&) -> Result<void> {
    worked = true;
    return {};
  });
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
  EXPECT_FALSE(worked);
  EXPECT_TRUE(Has(t.io.err, "No request was logged yet.")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
