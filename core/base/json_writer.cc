#include "core/base/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/json_bytes.h"

namespace agm {
namespace {

// Text is escaped in blocks into a buffer on the stack; each block is appended at once.
constexpr std::size_t kBlock = 256;
constexpr std::size_t kLongestEscape = 6;

// The character after the backslash of a short escape; 0 if `c` has none.
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

// Escapes [from, end) to `to`, which has room for the longest result; returns the end of the
// output.
char* PutBlock(char* to, const char* from, const char* end) {
  for (;;) {
    json::CopyPlain<json::Stop::kEscaped>(from, end, to);
    if (from == end) return to;
    to = PutEscape(to, *from++);
  }
}

// Appends `text` as a JSON string, then `behind` (at most two bytes). Most texts fit in one block.
void Append(std::string& out, std::string_view text, std::string_view behind) {
  std::array<char, kBlock * kLongestEscape + 4> block;
  char* to = block.data();
  const auto flush = [&] {
    out.append(block.data(), static_cast<std::size_t>(to - block.data()));
    to = block.data();
  };
  *to++ = '"';
  for (; text.size() > kBlock; text.remove_prefix(kBlock)) {
    to = PutBlock(to, text.data(), text.data() + kBlock);
    flush();
  }
  to = PutBlock(to, text.data(), text.data() + text.size());
  *to++ = '"';
  to = std::ranges::copy(behind, to).out;
  flush();
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) { Append(out, text, {}); }

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
  Append(out_, name, ":");
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
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), value);
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Comma();
  out_ += json;
  return *this;
}

}  // namespace agm
