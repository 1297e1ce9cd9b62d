#include "core/base/json_escape.h"

#include <algorithm>
#include <cstddef>

#include "core/base/hex.h"
#include "core/base/json_bytes.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

// The value of the four hex digits at `at`, or -1.
int HexFour(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool IsHighSurrogate(int code) { return code >= 0xD800 && code <= 0xDBFF; }
bool IsLowSurrogate(int code) { return code >= 0xDC00 && code <= 0xDFFF; }

}  // namespace

std::size_t JsonEscapeLength(std::string_view text, std::size_t at) {
  const char c = at + 1 < text.size() ? text[at + 1] : '\0';
  if (c != 'u') return Unescape(c) != 0 ? 2 : 0;
  const int code = HexFour(text, at + 2);
  if (code < 0) return 0;
  if (!IsHighSurrogate(code)) return 6;
  const bool pair = text.substr(at + 6, 2) == "\\u" && IsLowSurrogate(HexFour(text, at + 8));
  return pair ? 12 : 6;
}

bool IsHalfEscape(std::string_view escape) {
  if (escape.size() != 6) return false;
  const int code = HexFour(escape, 2);
  return IsHighSurrogate(code) || IsLowSurrogate(code);
}

// A decoded escape is never longer than the escape itself, so the output fits into inside.size().
std::string DecodeJsonString(std::string_view inside) {
  std::string out(inside.size(), '\0');
  const auto decode = [inside](const char*& from, char*& to) {
    if (from[1] != 'u') {
      *to++ = Unescape(from[1]);
      from += 2;
      return;
    }
    const auto at = static_cast<std::size_t>(from - inside.data());
    int code = HexFour(inside, at + 2);
    from += 6;
    if (IsHighSurrogate(code)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (HexFour(inside, at + 8) - 0xDC00);
      from += 6;
    }
    std::string utf8;
    AppendUtf8(utf8, static_cast<char32_t>(code));
    to = std::copy(utf8.begin(), utf8.end(), to);
  };
  const char* const end = json::CopyReplacing<json::Stop::kBackslash>(
      inside.data(), inside.data() + inside.size(), out.data(), decode);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

}  // namespace agm
