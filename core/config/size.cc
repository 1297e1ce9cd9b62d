#include "core/config/size.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace agm::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<Unit, 7> kUnits = {{{"GiB", 1ULL << 30U},
                                         {"GB", 1'000'000'000},
                                         {"MiB", 1ULL << 20U},
                                         {"MB", 1'000'000},
                                         {"KiB", 1ULL << 10U},
                                         {"kB", 1'000},
                                         {"B", 1}}};
constexpr double kMost = 9e15;  // a double represents larger byte counts inexactly

bool SameButForCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> ReadSize(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) text = "B";
  for (const Unit& unit : kUnits) {
    if (!SameButForCase(unit.name, text)) continue;
    const double bytes = number * static_cast<double>(unit.bytes);
    if (bytes > kMost || bytes != std::floor(bytes)) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

std::string WriteSize(std::uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    const bool exact = bytes > 0 && unit.bytes > 1 && bytes % unit.bytes == 0;
    if (exact) return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  }
  return fmt::format("{}", bytes);
}

}  // namespace agm::config
