#include "core/config/model_name.h"

#include <fmt/format.h>

#include <array>

#include "core/base/utf8.h"

namespace agm::config {
namespace {

constexpr std::array<std::string_view, 4> kPrefixes = {"publishers/google/models/", "models/",
                                                       "google/", "gemini/"};
constexpr std::size_t kLongest = 256;

}  // namespace

std::string_view WithoutModelPrefix(std::string_view name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : kPrefixes) {
      if (!name.starts_with(prefix)) continue;
      name.remove_prefix(prefix.size());
      again = true;
    }
  }
  return name;
}

std::string_view WithoutContextMark(std::string_view name) {
  for (const std::string_view mark : {"[1m]", "[1M]"}) {
    if (name.ends_with(mark)) name.remove_suffix(mark.size());
  }
  return name;
}

std::string ModelNameFault(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kLongest) return fmt::format("is longer than {} bytes", kLongest);
  if (!IsUtf8(name)) return "is not UTF-8";
  if (name.find("..") != std::string_view::npos) return "holds \"..\"";
  for (const char c : name) {
    if (c == ' ') return "holds a space";
    if ((c > 0 && c < ' ') || c == 0 || c == '\x7f') return "holds a control character";
    if (c == '?' || c == '&' || c == '#' || c == '%') return fmt::format("holds \"{}\"", c);
  }
  return {};
}

}  // namespace agm::config
