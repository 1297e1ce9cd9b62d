#include "core/base/iso_time.h"

#include <chrono>

namespace agm {
namespace {

// Appends `value` with at least `width` digits.
void AddDigits(std::string& out, long value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void AddDay(std::string& out, std::chrono::year_month_day day) {
  AddDigits(out, static_cast<int>(day.year()), 4);
  out += '-';
  AddDigits(out, static_cast<unsigned>(day.month()), 2);
  out += '-';
  AddDigits(out, static_cast<unsigned>(day.day()), 2);
}

}  // namespace

std::string IsoDay(WallTime at) {
  std::string text;
  AddDay(text, std::chrono::floor<std::chrono::days>(at));
  return text;
}

std::string IsoTime(WallTime at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at) - midnight);
  std::string text;
  text.reserve(20);
  AddDay(text, midnight);
  text += 'T';
  AddDigits(text, time.hours().count(), 2);
  text += ':';
  AddDigits(text, time.minutes().count(), 2);
  text += ':';
  AddDigits(text, time.seconds().count(), 2);
  return text += 'Z';
}

}  // namespace agm
