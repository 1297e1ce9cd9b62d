#include "core/base/percent.h"

#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace agm {

std::string PercentEncode(std::string_view text, std::string_view keep) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = IsLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain || keep.find(c) != keep.npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

std::string PercentDecode(std::string_view text, bool plus_is_space) {
  const std::string_view special = plus_is_space ? "%+" : "%";
  const std::size_t first = text.find_first_of(special);
  std::string out(text.substr(0, first));
  if (first == text.npos) return out;
  out.reserve(text.size());
  for (std::size_t i = first; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace agm
