#include "core/upstream/retry_delay.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/ascii.h"
#include "core/base/duration.h"

namespace agm::upstream {
namespace {

constexpr std::array<std::string_view, 6> kLeads = {"retry in ", "retry after ", "reset after ",
                                                    "again in ", "again after ", "resets in "};

bool IsSpan(char c) { return IsDigit(c) || c == '.' || IsLower(c); }

// Reads a number or a string of digits, as proto JSON writes 64-bit integers.
std::optional<std::int64_t> ReadCount(JsonView value) {
  if (value.is(JsonKind::kNumber)) return value.integer();
  const std::string text = value.text();
  if (text.empty() || text.size() > 12 || !std::all_of(text.begin(), text.end(), IsDigit)) {
    return std::nullopt;
  }
  return std::stoll(text);
}

std::optional<Duration> ReadParts(JsonView value) {
  constexpr std::int64_t kMostSeconds = 10LL * 366 * 86'400;
  const auto seconds = value["seconds"] ? ReadCount(value["seconds"]) : 0;
  const auto nanos = value["nanos"] ? ReadCount(value["nanos"]) : 0;
  if (!value["seconds"] && !value["nanos"]) return std::nullopt;
  if (!seconds || !nanos || *seconds < 0 || *seconds > kMostSeconds || *nanos < 0 ||
      *nanos >= 1'000'000'000) {
    return std::nullopt;
  }
  return std::chrono::ceil<Duration>(std::chrono::seconds(*seconds) +
                                     std::chrono::nanoseconds(*nanos));
}

// The unit in "30 seconds" or "2 minutes", after a space.
std::string_view UnitOf(std::string_view word) {
  if (word.starts_with("millisecond")) return "ms";
  if (word.starts_with("sec")) return "s";
  if (word.starts_with("min")) return "m";
  if (word.starts_with("hour")) return "h";
  if (word.starts_with("day")) return "d";
  return {};
}

std::optional<Duration> ReadSpanInProse(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && IsSpan(text[end])) ++end;
  std::string span(text.substr(0, end));
  while (span.ends_with('.')) span.pop_back();
  if (span.empty() || !IsDigit(span.front())) return std::nullopt;
  if (IsDigit(span.back()) && end < text.size() && text[end] == ' ') {
    span += UnitOf(text.substr(end + 1));
  }
  return ReadDuration(span);
}

}  // namespace

std::optional<Duration> ReadRetryDelay(JsonView value) {
  if (value.is(JsonKind::kString)) return ReadDuration(value.text());
  if (value.is(JsonKind::kObject)) return ReadParts(value);
  return std::nullopt;
}

std::optional<Duration> FindRetryDelay(std::string_view text) {
  const std::string lower = AsciiLower(text);
  std::optional<Duration> longest;
  for (const std::string_view lead : kLeads) {
    for (std::size_t at = lower.find(lead); at != std::string::npos;
         at = lower.find(lead, at + lead.size())) {
      const auto delay = ReadSpanInProse(std::string_view(lower).substr(at + lead.size()));
      if (delay && (!longest || *delay > *longest)) longest = delay;
    }
  }
  return longest;
}

std::optional<Duration> ReadRetryAfter(std::string_view header) {
  if (header.empty() || !std::all_of(header.begin(), header.end(), IsDigit)) return std::nullopt;
  return ReadDuration(header);
}

}  // namespace agm::upstream
