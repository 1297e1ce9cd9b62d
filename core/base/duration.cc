#include "core/base/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace agm {
namespace {

struct Unit {
  std::string_view name;
  double ms;
};
constexpr std::array<Unit, 7> kUnits = {{{"d", 86'400'000.0},
                                         {"h", 3'600'000.0},
                                         {"m", 60'000.0},
                                         {"s", 1'000.0},
                                         {"ms", 1.0},
                                         {"us", 0.001},
                                         {"ns", 0.000001}}};
constexpr double kMostMs = 10.0 * 366 * 86'400'000.0;

// Removes a plain decimal number from the front of `text` and returns it.
std::optional<double> TakeNumber(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + end, value);
  if (error != std::errc() || rest != text.data() + end) return std::nullopt;
  text.remove_prefix(end);
  return value;
}

// Removes the longest run of letters from the front of `text`; returns its index in kUnits.
std::optional<std::size_t> TakeUnit(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits.at(i).name != text.substr(0, end)) continue;
    text.remove_prefix(end);
    return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> ReadDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double total = 0;
  std::size_t next_unit = 0;
  for (bool first = true; !text.empty(); first = false) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    if (first && text.empty()) {
      total = *number * 1000;
      break;
    }
    const auto unit = TakeUnit(text);
    if (!unit || *unit < next_unit) return std::nullopt;
    next_unit = *unit + 1;
    total += *number * kUnits.at(*unit).ms;
  }
  if (!(total <= kMostMs)) return std::nullopt;
  // 0.1 is not exact in binary: subtract a small epsilon so that "0.1s" is 100 ms, not 101.
  return Duration(static_cast<Duration::rep>(std::ceil(total - 1e-6)));
}

std::string WriteDuration(Duration duration) {
  const auto ms = duration.count();
  if (ms < 1000) return fmt::format("{}ms", ms);
  const auto s = ms / 1000;
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600)
    return s % 60 == 0 ? fmt::format("{}m", s / 60) : fmt::format("{}m{}s", s / 60, s % 60);
  if (s < 86400) {
    return s / 60 % 60 == 0 ? fmt::format("{}h", s / 3600)
                            : fmt::format("{}h{}m", s / 3600, s / 60 % 60);
  }
  return s / 3600 % 24 == 0 ? fmt::format("{}d", s / 86400)
                            : fmt::format("{}d{}h", s / 86400, s / 3600 % 24);
}

}  // namespace agm
