#include "core/config/checks.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::config {
namespace {

using namespace std::chrono;

bool IsName(std::string name) { return CheckEntryName(name).empty(); }

std::optional<WallTime> MomentOf(std::string_view text) {
  const auto read = ReadExpiry(text);
  const auto* moment = read ? std::get_if<WallTime>(&*read) : nullptr;
  return moment == nullptr ? std::nullopt : std::optional(*moment);
}

TEST(Checks, TakesTheNamesThatFitOnALine) {
  EXPECT_TRUE(IsName("ci"));
  EXPECT_TRUE(IsName("me@work.example+x_1-2"));
  EXPECT_TRUE(IsName(std::string(64, 'a')));
  for (const std::string& name :
       {std::string(), std::string(65, 'a'), std::string("-a"), std::string("a b"),
        std::string("a/b"), std::string("a\\b"), std::string("a*"), std::string("a,b"),
        std::string("a\"b"), std::string("a'b"), std::string("\xC3\xA9")}) {
    EXPECT_FALSE(IsName(name)) << name;
  }
}

TEST(Checks, RemovesThePrefixOfAModel) {
  std::string glob = "models/gemini-*";
  EXPECT_EQ(CheckModelGlob(glob), "");
  EXPECT_EQ(glob, "gemini-*");
  std::string empty;
  EXPECT_NE(CheckModelGlob(empty), "");
}

TEST(ReadExpiry, ReadsADay) {
  const auto read = ReadExpiry("2028-02-29");
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<year_month_day>(*read), year(2028) / 2 / 29);
}

TEST(ReadExpiry, ReadsAMomentInEachNotation) {
  const WallTime noon = sys_days(year(2027) / 1 / 31) + hours(12);
  EXPECT_EQ(MomentOf("2027-01-31T12:00:00Z"), noon);
  EXPECT_EQ(MomentOf("2027-01-31t12:00:00z"), noon);
  EXPECT_EQ(MomentOf("2027-01-31 12:00:00Z"), noon);
  EXPECT_EQ(MomentOf("2027-01-31T12:00:00.5Z"), noon);
  EXPECT_EQ(MomentOf("2027-01-31T13:30:00+01:30"), noon);
  EXPECT_EQ(MomentOf("2027-01-31T10:30:00-01:30"), noon);
  EXPECT_EQ(MomentOf("2027-01-31T12:00:00.25+00:00"), noon);
  EXPECT_EQ(MomentOf("2027-01-31T23:59:60Z"), noon + hours(12));
  EXPECT_EQ(MomentOf("2027-01-31T00:00:00+23:59"), noon - hours(35) - minutes(59));
}

TEST(ReadExpiry, RefusesWhatIsNoDayAndNoMoment) {
  for (const char* text : {"",
                           "2027",
                           "2027-02-29",
                           "2027-13-01",
                           "2027-00-01",
                           "2027-1-31",
                           "2027/01/31",
                           "2027-01-3x",
                           "2027-01-31T",
                           "2027-01-31T12:00:00",
                           "2027-01-31x12:00:00Z",
                           "2027-01-31T24:00:00Z",
                           "2027-01-31T12:60:00Z",
                           "2027-01-31T12:00:61Z",
                           "2027-01-31T12:00:00+24:00",
                           "2027-01-31T12:00:00+00:60",
                           "2027-01-31T12:00:00*01:00",
                           "2027-01-31T12:00:00+1:00",
                           "2027-01-31T12:00:00.5",
                           "2027-01-31T12.00.00Z"}) {
    EXPECT_FALSE(ReadExpiry(text)) << text;
  }
}

}  // namespace
}  // namespace agm::config
