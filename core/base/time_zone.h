#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm {

/// The offsets of one time zone from UTC, with every change between summer and standard time.
///
///   const TimeZone zone = TimeZone::Find("Europe/Berlin").value_or(TimeZone::Utc());
///   const auto day = zone.DayOf(now);        // the calendar day there
///   const WallTime began = zone.Begin(day);  // its first instant
///
/// Reads the machine's tz database (TZif, RFC 8536; $TZDIR, else /usr/share/zoneinfo), so a machine
/// without one knows UTC only.
///
/// Thread safety: immutable.
class TimeZone {
 public:
  static TimeZone Utc() { return {}; }
  /// The zone of an IANA name ("Europe/Berlin", "UTC"); nullopt if the machine has no such zone.
  static std::optional<TimeZone> Find(std::string_view name);
  /// The zone of the machine: TZ, else /etc/localtime, else UTC.
  static TimeZone Local();
  /// Reads the content of a TZif file; nullopt if it is damaged.
  static std::optional<TimeZone> Parse(std::string_view tzif, std::string name);

  const std::string& name() const { return name_; }
  /// How far the zone's clocks are ahead of UTC at that moment.
  std::chrono::seconds OffsetAt(WallTime at) const;
  std::chrono::year_month_day DayOf(WallTime at) const;
  /// The first instant of a day or of a later one. A change of the clocks can make a day shorter or
  /// longer than 24 hours, or make it begin at another time than midnight.
  WallTime Begin(std::chrono::year_month_day day) const;

 private:
  /// From `at` (seconds since 1970, UTC) on the clocks are `offset` seconds ahead.
  struct Change {
    std::int64_t at = 0;
    std::int64_t offset = 0;
  };

  bool ReadBlock(std::string_view block, std::string_view header, std::size_t width);
  bool ReadRule(std::string_view rule);

  std::string name_ = "UTC";
  std::int64_t first_offset_ = 0;  ///< before the first change
  std::vector<Change> changes_;    ///< by time
};

}  // namespace agm
