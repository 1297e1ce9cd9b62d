#include "core/base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace agm {
namespace {

// One block of text is escaped into a buffer on the stack, then appended in one piece.
constexpr std::size_t kBlock = 256;
constexpr std::size_t kLongestEscape = 6;
constexpr std::size_t kName = 64;  ///< names are shorter

// What stands behind the backslash of a short escape; 0 where there is none.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    default:
      return 0;
  }
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

char* PutEscape(char* to, char c) {
  *to++ = '\\';
  if (const char brief = ShortEscape(c); brief != 0) {
    *to++ = brief;
    return to;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char digit : {'u', '0', '0', kDigits[static_cast<unsigned char>(c) >> 4U],
                           kDigits[static_cast<unsigned char>(c) & 0xFU]}) {
    *to++ = digit;
  }
  return to;
}

// Marks in the high bits of the bytes that must be escaped. The lowest mark is exact; a borrow can
// only spoil those above it.
std::uint64_t MustEscape(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto has_zero = [](std::uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20U) & ~word & kHighs;
  return control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'));
}

// Escapes `from` to `to`, which has room for the longest result; returns its end.
char* PutBlock(char* to, const char* from, const char* end) {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  while (kLittle && end - from >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    std::memcpy(to, &word, 8);
    const std::uint64_t marks = MustEscape(word);
    const int plain = marks == 0 ? 8 : std::countr_zero(marks) / 8;
    from += plain;
    to += plain;
    if (marks != 0) to = PutEscape(to, *from++);
  }
  for (; from != end; ++from) {
    if (NeedsEscape(*from)) {
      to = PutEscape(to, *from);
    } else {
      *to++ = *from;
    }
  }
  return to;
}

// True where nothing must be escaped, as in nearly all names.
bool IsPlain(std::string_view text) {
  const char* from = text.data();
  const char* end = from + text.size();
  for (; end - from >= 8; from += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    if (MustEscape(word) != 0) return false;
  }
  return std::none_of(from, end, NeedsEscape);
}

// In one piece, since nearly all names and many values are short.
void AppendQuoted(std::string& out, std::string_view plain, std::string_view behind = {}) {
  std::array<char, kName + 4> quoted;
  char* to = quoted.data();
  *to++ = '"';
  to = std::ranges::copy(plain, to).out;
  *to++ = '"';
  to = std::ranges::copy(behind, to).out;
  out.append(quoted.data(), static_cast<std::size_t>(to - quoted.data()));
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  if (text.size() < kName && IsPlain(text)) return AppendQuoted(out, text);
  std::array<char, kBlock * kLongestEscape + 8> block;
  out += '"';
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), kBlock);
    const char* end = PutBlock(block.data(), text.data(), text.data() + size);
    out.append(block.data(), static_cast<std::size_t>(end - block.data()));
    text.remove_prefix(size);
  }
  out += '"';
}

void JsonWriter::Comma() {
  if (out_.size() == start_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::Begin(char open) {
  Comma();
  out_ += open;
  return *this;
}

JsonWriter& JsonWriter::End(char close) {
  out_ += close;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Comma();
  if (name.size() < kName && IsPlain(name)) {
    AppendQuoted(out_, name, ":");
  } else {
    AppendJsonString(out_, name);
    out_ += ':';
  }
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  Comma();
  AppendJsonString(out_, text);
  return *this;
}

JsonWriter& JsonWriter::Int(std::int64_t value) {
  Comma();
  const fmt::format_int digits(value);
  out_.append(digits.data(), digits.size());
  return *this;
}

JsonWriter& JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  Comma();
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Comma();
  out_ += json;
  return *this;
}

}  // namespace agm
