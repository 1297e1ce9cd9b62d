#include "core/config/checks.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/config/model_name.h"
#include "core/config/scalars.h"

namespace agm::config {
namespace {

using namespace std::chrono;

/// Reads a text such as "0000-00-00": a zero stands for any digit. Returns the numbers in it.
template <std::size_t N>
std::optional<std::array<int, N>> Numbers(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return std::nullopt;
  std::array<int, N> numbers{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '0') {
      if (text[i] != form[i]) return std::nullopt;
      ++at;
    } else if (IsDigit(text[i])) {
      numbers.at(at) = numbers.at(at) * 10 + (text[i] - '0');
    } else {
      return std::nullopt;
    }
  }
  return numbers;
}

std::optional<year_month_day> ReadDay(std::string_view text) {
  const auto parts = Numbers<3>(text, "0000-00-00");
  if (!parts) return std::nullopt;
  const year_month_day day{year((*parts)[0]), month(static_cast<unsigned>((*parts)[1])),
                           std::chrono::day(static_cast<unsigned>((*parts)[2]))};
  return day.ok() ? std::optional(day) : std::nullopt;
}

/// "Z" or "+01:00"
std::optional<minutes> ReadOffset(std::string_view text) {
  if (text == "Z" || text == "z") return minutes(0);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const auto parts = Numbers<2>(text.substr(1), "00:00");
  if (!parts || (*parts)[0] > 23 || (*parts)[1] > 59) return std::nullopt;
  const minutes offset = hours((*parts)[0]) + minutes((*parts)[1]);
  return text.front() == '-' ? -offset : offset;
}

}  // namespace

std::string CheckEntryName(std::string& name) {
  const bool allowed = IsKeyText(name) && name.size() <= 64 && !name.starts_with('-') &&
                       name.find_first_of("\"'\\/,*") == std::string::npos;
  return allowed ? "" : "a name of at most 64 letters, digits and marks such as - _ . @ +";
}

std::string CheckModelGlob(std::string& glob) {
  glob = WithoutModelPrefix(glob);
  const std::string fault = ModelNameFault(glob);
  return fault.empty() ? "" : "a model's name or a pattern with *, but this one " + fault;
}

std::optional<Expiry> ReadExpiry(std::string_view text) {
  const auto day = ReadDay(text.substr(0, 10));
  if (!day) return std::nullopt;
  if (text.size() == 10) return *day;
  const bool separated = text[10] == 'T' || text[10] == 't' || text[10] == ' ';
  if (!separated || text.size() < 20) return std::nullopt;
  const auto time = Numbers<3>(text.substr(11, 8), "00:00:00");
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) rest.remove_prefix(std::min(rest.find_first_of("Zz+-"), rest.size()));
  const auto offset = ReadOffset(rest);
  if (!time || !offset || (*time)[0] > 23 || (*time)[1] > 59 || (*time)[2] > 60) {
    return std::nullopt;
  }
  return WallTime(sys_days(*day) + hours((*time)[0]) + minutes((*time)[1]) + seconds((*time)[2]) -
                  *offset);
}

}  // namespace agm::config
