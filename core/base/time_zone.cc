// A TZif file (RFC 8536), numbers in big-endian order:
//
//   file    := header block header' block' footer       (version 1: header block)
//   header  := "TZif" version 15*reserved isut isstd leap time type char    (six counts of 4 bytes)
//   block   := time*moment time*index type*(offset:4 dst:1 name:1) char leap*(moment:4) isstd isut
//   moment  := 4 bytes in `block`, 8 bytes in `block'`
//   footer  := "\n" rule "\n"
//   rule    := name offset [name [offset] "," day ["/" time] "," day ["/" time]]        (POSIX TZ)
//   day     := "M" month "." week "." weekday | "J" day | day
//
// The rule holds after the last moment. Its changes are computed for two hundred years in advance,
// so that one sorted table answers every question.

#include "core/base/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/file.h"

namespace agm {
namespace {

using namespace std::chrono;

constexpr std::size_t kHeader = 44;
constexpr std::size_t kLargestFile = 256U << 10U;
constexpr int kFirstRuleYear = 1970;
constexpr int kLastRuleYear = 2200;

std::int64_t Number(std::string_view bytes) {
  std::uint64_t number = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~0ULL : 0;
  for (const char c : bytes) number = (number << 8U) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(number);
}

std::size_t CountAt(std::string_view header, std::size_t index) {
  return static_cast<std::size_t>(Number(header.substr(20 + 4 * index, 4)) & 0xffffffff);
}

/// The size of the block that a header announces; 0 if it is no header or absurd.
std::size_t BlockSize(std::string_view header, std::size_t width) {
  if (header.size() < kHeader || !header.starts_with("TZif")) return 0;
  std::array<std::size_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts.at(i) = CountAt(header, i);
    if (counts.at(i) > kLargestFile) return 0;
  }
  const auto [isut, isstd, leap, time, type, name] = counts;
  return time * (width + 1) + type * 6 + name + leap * (width + 4) + isstd + isut;
}

/// Reads a POSIX TZ rule from left to right.
class RuleReader {
 public:
  explicit RuleReader(std::string_view rule) : rest_(rule) {}

  bool Done() const { return rest_.empty(); }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// "CET" or "<+03>"
  bool Name() {
    if (Take('<')) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    const std::size_t size = static_cast<std::size_t>(
        std::find_if_not(rest_.begin(), rest_.end(), IsLetter) - rest_.begin());
    rest_.remove_prefix(size);
    return size > 0;
  }
  std::optional<std::int64_t> Integer() {
    std::int64_t value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 6 && rest_[size] >= '0' && rest_[size] <= '9') {
      value = value * 10 + (rest_[size++] - '0');
    }
    if (size == 0) return std::nullopt;
    rest_.remove_prefix(size);
    return value;
  }
  /// Seconds of "[+-]hh[:mm[:ss]]".
  std::optional<std::int64_t> Time() {
    const bool negative = Take('-');
    if (!negative) Take('+');
    auto total = Integer();
    if (!total) return std::nullopt;
    *total *= 3600;
    for (std::int64_t unit = 60; unit > 0 && Take(':'); unit /= 60) {
      const auto part = Integer();
      if (!part) return std::nullopt;
      *total += *part * unit;
    }
    return negative ? -*total : *total;
  }

 private:
  std::string_view rest_;
};

/// A day of each year on which the clocks change, and the local time of the change.
struct YearlyChange {
  int month = 0;  ///< 0: `day` counts from the year's first day
  int week = 0;
  int day = 0;
  bool skips_leap_day = false;
  std::int64_t time = 7200;

  /// Local seconds since 1970.
  std::int64_t In(int in) const {
    const year of{in};
    sys_days date = sys_days(of / January / 1) + days(day);
    if (month > 0) {
      const std::chrono::month which{static_cast<unsigned>(month)};
      const weekday wanted{static_cast<unsigned>(day)};
      date = week == 5 ? sys_days(of / which / wanted[last])
                       : sys_days(of / which / wanted[static_cast<unsigned>(week)]);
    } else if (skips_leap_day) {
      date = sys_days(of / January / 1) + days(day - 1 + (of.is_leap() && day >= 60 ? 1 : 0));
    }
    return seconds(date.time_since_epoch()).count() + time;
  }
};

std::optional<YearlyChange> ReadChange(RuleReader& reader) {
  YearlyChange change;
  const auto number = [&](int least, int most) {
    const auto read = reader.Integer();
    return read && *read >= least && *read <= most ? static_cast<int>(*read) : -1;
  };
  if (reader.Take('M')) {
    change.month = number(1, 12);
    if (change.month < 0 || !reader.Take('.')) return std::nullopt;
    change.week = number(1, 5);
    if (change.week < 0 || !reader.Take('.')) return std::nullopt;
    change.day = number(0, 6);
  } else {
    change.skips_leap_day = reader.Take('J');
    change.day = number(change.skips_leap_day ? 1 : 0, 365);
  }
  if (change.day < 0) return std::nullopt;
  if (!reader.Take('/')) return change;
  const auto time = reader.Time();
  if (!time) return std::nullopt;
  change.time = *time;
  return change;
}

bool IsZoneName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '/' &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, [](char c) {
           return IsLetterOrDigit(c) || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

std::int64_t SecondOf(WallTime at) { return floor<seconds>(at.time_since_epoch()).count(); }

}  // namespace

bool TimeZone::ReadBlock(std::string_view block, std::string_view header, std::size_t width) {
  const std::size_t times = CountAt(header, 3);
  const std::size_t types = CountAt(header, 4);
  if (types == 0 || block.size() < times * (width + 1) + types * 6) return false;
  const std::string_view table = block.substr(times * (width + 1));
  const auto offset_of = [&](std::size_t type) { return Number(table.substr(type * 6, 4)); };
  first_offset_ = offset_of(0);
  for (std::size_t i = 0; i < times; ++i) {
    const auto type = static_cast<unsigned char>(block[times * width + i]);
    if (type >= types) return false;
    const std::int64_t at = Number(block.substr(i * width, width));
    if (!changes_.empty() && at <= changes_.back().at) return false;
    changes_.push_back({at, offset_of(type)});
  }
  return true;
}

bool TimeZone::ReadRule(std::string_view rule) {
  RuleReader reader(rule);
  // POSIX counts hours behind UTC.
  if (!reader.Name()) return false;
  const auto standard = reader.Time();
  if (!standard) return false;
  const std::int64_t last = changes_.empty() ? INT64_MIN : changes_.back().at;
  if (reader.Done()) {
    if (changes_.empty()) first_offset_ = -*standard;
    return true;
  }
  if (!reader.Name()) return false;
  std::int64_t summer = *standard - 3600;
  if (!reader.Take(',')) {
    const auto given = reader.Time();
    if (!given || !reader.Take(',')) return false;
    summer = *given;
  }
  const auto begins = ReadChange(reader);
  if (!begins || !reader.Take(',')) return false;
  const auto ends = ReadChange(reader);
  if (!ends || !reader.Done()) return false;
  if (changes_.empty()) first_offset_ = -*standard;
  for (int each = kFirstRuleYear; each <= kLastRuleYear; ++each) {
    std::array<Change, 2> both = {Change{begins->In(each) + *standard, -summer},
                                  Change{ends->In(each) + summer, -*standard}};
    if (both[1].at < both[0].at) std::swap(both[0], both[1]);
    for (const Change& change : both) {
      if (change.at > last) changes_.push_back(change);
    }
  }
  return true;
}

std::optional<TimeZone> TimeZone::Parse(std::string_view tzif, std::string name) {
  TimeZone zone;
  zone.name_ = std::move(name);
  const std::size_t first = BlockSize(tzif, 4);
  if (first == 0 || tzif.size() < kHeader + first) return std::nullopt;
  if (tzif[4] < '2') {
    if (!zone.ReadBlock(tzif.substr(kHeader, first), tzif, 4)) return std::nullopt;
    return zone;
  }
  const std::string_view header = tzif.substr(kHeader + first);
  const std::size_t second = BlockSize(header, 8);
  if (second == 0 || header.size() < kHeader + second) return std::nullopt;
  if (!zone.ReadBlock(header.substr(kHeader, second), header, 8)) return std::nullopt;
  std::string_view footer = header.substr(kHeader + second);
  if (!footer.starts_with('\n')) return zone;
  footer = footer.substr(1, footer.find('\n', 1) - 1);
  if (!footer.empty() && !zone.ReadRule(footer)) return std::nullopt;
  return zone;
}

std::optional<TimeZone> TimeZone::Find(std::string_view name) {
  if (name == "UTC") return Utc();
  if (!IsZoneName(name)) return std::nullopt;
  const char* given = std::getenv("TZDIR");
  const std::filesystem::path folder =
      given != nullptr && *given != '\0' ? given : "/usr/share/zoneinfo";
  const auto file = ReadFile(folder / name, kLargestFile);
  return file ? Parse(*file, std::string(name)) : std::nullopt;
}

TimeZone TimeZone::Local() {
  if (const char* given = std::getenv("TZ"); given != nullptr && *given != '\0') {
    const std::string_view name(*given == ':' ? given + 1 : given);
    if (auto zone = Find(name)) return *std::move(zone);
    TimeZone zone;
    zone.name_ = name;
    return zone.ReadRule(name) ? zone : Utc();
  }
  std::error_code failed;
  const std::string link = std::filesystem::read_symlink("/etc/localtime", failed).string();
  const std::size_t at = link.find("zoneinfo/");
  const std::string name = failed || at == std::string::npos ? "local" : link.substr(at + 9);
  const auto file = ReadFile("/etc/localtime", kLargestFile);
  return file ? Parse(*file, name).value_or(Utc()) : Utc();
}

seconds TimeZone::OffsetAt(WallTime at) const {
  const auto next = std::ranges::upper_bound(changes_, SecondOf(at), {}, &Change::at);
  return seconds(next == changes_.begin() ? first_offset_ : std::prev(next)->offset);
}

year_month_day TimeZone::DayOf(WallTime at) const {
  return year_month_day{floor<days>(at + OffsetAt(at))};
}

WallTime TimeZone::Begin(year_month_day day) const {
  const std::int64_t local = seconds(sys_days(day).time_since_epoch()).count();
  constexpr std::int64_t kFurthest = 26 * 3600;  // no clock is further from UTC
  auto next = std::ranges::upper_bound(changes_, local - kFurthest, {}, &Change::at);
  std::int64_t offset = next == changes_.begin() ? first_offset_ : std::prev(next)->offset;
  std::int64_t since = local - kFurthest;
  for (;; ++next) {
    const std::int64_t begin = std::max(since, local - offset);
    if (next == changes_.end() || begin < next->at) return WallTime(seconds(begin));
    since = next->at;
    offset = next->offset;
  }
}

}  // namespace agm
