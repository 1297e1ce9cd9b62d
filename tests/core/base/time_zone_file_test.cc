// Zones that are read from files and from variables.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time_zone.h"
#include "tests/support/temp_dir.h"

namespace agm {
namespace {

using namespace std::chrono;

/// A variable of the process that has another value during a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::string Bytes(std::int64_t number, std::size_t width) {
  std::string bytes;
  for (std::size_t i = width; i-- > 0;) {
    bytes += static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xFFU);
  }
  return bytes;
}

/// From `at` on the zone has the offset with that index.
using Moments = std::vector<std::pair<std::int64_t, int>>;

std::string Block(char version, const Moments& moments, const std::vector<int>& offsets,
                  std::size_t width) {
  std::string text = std::string("TZif") + version + std::string(15, '\0') + Bytes(0, 4) +
                     Bytes(0, 4) + Bytes(0, 4) +
                     Bytes(static_cast<std::int64_t>(moments.size()), 4) +
                     Bytes(static_cast<std::int64_t>(offsets.size()), 4) + Bytes(4, 4);
  for (const auto& [at, type] : moments) text += Bytes(at, width);
  for (const auto& [at, type] : moments) text += Bytes(type, 1);
  for (const int offset : offsets) text += Bytes(offset, 4) + std::string(2, '\0');
  return text + std::string("LMT\0", 4);
}

std::optional<TimeZone> Old(const Moments& moments, const std::vector<int>& offsets) {
  return TimeZone::Parse(Block('\0', moments, offsets, 4), "old");
}

std::string NewFile(const Moments& moments, const std::vector<int>& offsets,
                    const std::string& rule) {
  return Block('2', {}, {0}, 4) + Block('2', moments, offsets, 8) + "\n" + rule + "\n";
}

std::optional<TimeZone> OfRule(const std::string& rule) {
  return TimeZone::Parse(NewFile({}, {0}, rule), "rule");
}

seconds OffsetAt(const std::optional<TimeZone>& zone, std::int64_t second) {
  return zone ? zone->OffsetAt(WallTime(seconds(second))) : seconds(-1);
}

TEST(TimeZoneFile, OfTheFirstVersionHasMomentsOfFourBytes) {
  const auto zone = Old({{-1000, 1}, {2000, 0}}, {3600, 7200});
  EXPECT_EQ(OffsetAt(zone, -1001), hours(1));
  EXPECT_EQ(OffsetAt(zone, -1000), hours(2));
  EXPECT_EQ(OffsetAt(zone, 1999), hours(2));
  EXPECT_EQ(OffsetAt(zone, 2000), hours(1));
  EXPECT_EQ(zone->name(), "old");
}

TEST(TimeZoneFile, FollowsItsRuleBehindTheLastMoment) {
  const std::int64_t summer = sys_seconds(sys_days(year(2027) / 7 / 1)).time_since_epoch().count();
  const auto zone = TimeZone::Parse(NewFile({{summer, 1}}, {60, 120}, "CET-1"), "new");
  EXPECT_EQ(OffsetAt(zone, 0), minutes(1));
  EXPECT_EQ(OffsetAt(zone, summer), minutes(2));
  const auto later =
      TimeZone::Parse(NewFile({{summer, 1}}, {60, 120}, "CET-1CEST,M3.5.0,M10.5.0/3"), "new");
  EXPECT_EQ(OffsetAt(later, summer - 1), minutes(1));
  EXPECT_EQ(OffsetAt(later, summer), minutes(2));
  EXPECT_EQ(OffsetAt(later, summer + 180 * 86400), hours(1));
  const auto without = TimeZone::Parse(NewFile({{summer, 1}}, {60, 120}, ""), "new");
  EXPECT_EQ(OffsetAt(without, summer + 180 * 86400), minutes(2));
}

TEST(TimeZoneFile, IsRefusedWhereItsTableIsDamaged) {
  EXPECT_FALSE(Old({}, {}));
  EXPECT_FALSE(Old({{0, 2}}, {0, 60}));
  EXPECT_FALSE(Old({{0, 1}, {0, 0}}, {0, 60}));
  EXPECT_FALSE(Old({{0, 1}, {-1, 0}}, {0, 60}));
  EXPECT_TRUE(Old({{0, 1}, {1, 0}}, {0, 60}));
  const std::string whole = NewFile({{0, 1}}, {0, 60}, "CET-1");
  EXPECT_TRUE(TimeZone::Parse(whole, "x"));
  EXPECT_FALSE(TimeZone::Parse(NewFile({{0, 2}}, {0, 60}, "CET-1"), "x"));
  for (std::size_t size = 0; size < whole.size() - 7; ++size) {
    EXPECT_FALSE(TimeZone::Parse(std::string_view(whole).substr(0, size), "x")) << size;
  }
}

TEST(TimeZoneRule, HasASummerTimeOfItsOwnWhereItSaysSo) {
  const auto at = [](const std::string& rule) {
    return OffsetAt(OfRule(rule),
                    sys_seconds(sys_days(year(2027) / 7 / 1)).time_since_epoch().count());
  };
  EXPECT_EQ(at("CET-1CEST,M3.5.0,M10.5.0"), hours(2));
  EXPECT_EQ(at("CET-1CEST-3,M3.5.0,M10.5.0"), hours(3));
  EXPECT_EQ(at("<A>+1"), -hours(1));
  EXPECT_EQ(at("A-1:02:03"), hours(1) + minutes(2) + seconds(3));
}

TEST(TimeZoneRule, TakesEveryDayOfAYear) {
  for (const char* day :
       {"M1.1.0", "M12.5.6", "J1", "J365", "0", "365", "M1.1.0/-167", "J9/1:2:3"}) {
    EXPECT_TRUE(OfRule(std::string("A0B,") + day + ",M7.1.0")) << day;
  }
  for (const char* day : {"", "M", "M0.1.0", "M13.1.0", "M3", "M3.0.0", "M3.6.0", "M3.1", "M3.1.7",
                          "M3-1-1", "J0", "J366", "J", "366", "-1", "x", "1/", "1/x", "1/1:x"}) {
    EXPECT_FALSE(OfRule(std::string("A0B,") + day + ",M7.1.0")) << day;
    EXPECT_FALSE(OfRule(std::string("A0B,M7.1.0,") + day)) << day;
  }
}

TEST(TimeZoneRule, IsRefusedWhereAPartIsMissing) {
  for (const char* rule :
       {"1", "<+03", "CET", "CET-", "CET-1,M3.5.0,M10.5.0", "CET-1CEST", "CET-1CEST-2",
        "CET-1CEST-,M3.5.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0x",
        "CET-1CEST,M3.5.0 M10.5.0", "CET-1:2:3:4"}) {
    EXPECT_FALSE(OfRule(rule)) << rule;
  }
}

TEST(TimeZoneFind, LooksIntoTheFolderOfTzdir) {
  const test::TempDir folder;
  folder.Write("Mine/Zone_1-2+3", NewFile({}, {60}, "CET-1"));
  folder.Write("bad", "TZif");
  const Variable tzdir("TZDIR", folder.path().c_str());
  const auto zone = TimeZone::Find("Mine/Zone_1-2+3");
  EXPECT_EQ(OffsetAt(zone, 0), hours(1));
  EXPECT_EQ(zone->name(), "Mine/Zone_1-2+3");
  EXPECT_FALSE(TimeZone::Find("bad"));
  EXPECT_FALSE(TimeZone::Find("none"));
  EXPECT_EQ(TimeZone::Find("UTC")->name(), "UTC");
}

TEST(TimeZoneFind, LooksIntoTheFolderOfTheSystemWithoutTzdir) {
  const Variable unset("TZDIR", nullptr);
  const bool known = TimeZone::Find("Europe/Berlin").has_value();
  const Variable empty("TZDIR", "");
  EXPECT_EQ(TimeZone::Find("Europe/Berlin").has_value(), known);
}

TEST(TimeZoneFind, TakesNamesOfAtMost64Characters) {
  const test::TempDir folder;
  const std::string longest(64, 'a');
  folder.Write(longest, NewFile({}, {60}, "CET-1"));
  folder.Write(longest + "a", NewFile({}, {60}, "CET-1"));
  const Variable tzdir("TZDIR", folder.path().c_str());
  EXPECT_TRUE(TimeZone::Find(longest));
  EXPECT_FALSE(TimeZone::Find(longest + "a"));
}

TEST(TimeZoneLocal, IsTheZoneOrTheRuleOfTz) {
  const test::TempDir folder;
  folder.Write("Mine", NewFile({}, {60}, "CET-1"));
  const Variable tzdir("TZDIR", folder.path().c_str());
  for (const char* name : {"Mine", ":Mine"}) {
    const Variable tz("TZ", name);
    EXPECT_EQ(TimeZone::Local().name(), "Mine");
    EXPECT_EQ(OffsetAt(TimeZone::Local(), 0), hours(1));
  }
  const Variable rule("TZ", "EST5");
  EXPECT_EQ(TimeZone::Local().name(), "EST5");
  EXPECT_EQ(OffsetAt(TimeZone::Local(), 0), -hours(5));
  {
    const Variable empty("TZ", "");
    const std::string system = TimeZone::Local().name();
    ASSERT_EQ(::unsetenv("TZ"), 0);
    EXPECT_EQ(TimeZone::Local().name(), system);
  }
  const Variable bad("TZ", "no/such");
  EXPECT_EQ(TimeZone::Local().name(), "UTC");
  EXPECT_EQ(OffsetAt(TimeZone::Local(), 0), hours(0));
}

}  // namespace
}  // namespace agm
