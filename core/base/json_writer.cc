#include "core/base/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/base/json_bytes.h"
#include "core/base/json_escape.h"

namespace agm {
namespace {

// Text is escaped in blocks into a buffer on the stack; each block is appended at once.
constexpr std::size_t kBlock = 1024;
constexpr std::size_t kLongestEscape = 6;

/// An escape in a JSON string.
struct Escape {
  std::array<char, 7> text{};  // the longest one, and what is copied with it
  std::uint8_t size = 0;
};

// The escape of each byte below 0x80 that needs one.
constexpr auto kEscapes = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<Escape, 0x80> escapes{};
  for (unsigned byte = 0; byte < 0x20; ++byte) {
    escapes.at(byte) = {{'\\', 'u', '0', '0', kDigits[byte >> 4U], kDigits[byte & 0xFU]}, 6};
  }
  for (const auto& [letter, meant] : kShortEscapes) {
    escapes.at(static_cast<unsigned char>(meant)) = {{'\\', letter}, 2};
  }
  return escapes;
}();

// Escapes `text` to `to`, which has room for the longest result and json::kBlock bytes more;
// returns the end of the output.
char* PutBlock(char* to, std::string_view text) {
  const auto escape = [](const char*& from, char*& out) {
    const Escape& put = kEscapes[static_cast<unsigned char>(*from++)];  // NOLINT: below 0x80
    std::memcpy(out, put.text.data(), put.text.size());
    out += put.size;
  };
  return json::CopyReplacing<json::Stop::kEscaped>(text.data(), text.data() + text.size(), to,
                                                   escape);
}

// Appends `text` as a JSON string, then `behind` (at most two bytes). Most texts fit in one block.
void Append(std::string& out, std::string_view text, std::string_view behind) {
  std::array<char, kBlock * kLongestEscape + 4 + json::kBlock> block;
  char* to = block.data();
  const auto flush = [&] {
    out.append(block.data(), static_cast<std::size_t>(to - block.data()));
    to = block.data();
  };
  *to++ = '"';
  for (; text.size() > kBlock; text.remove_prefix(kBlock)) {
    to = PutBlock(to, text.substr(0, kBlock));
    flush();
  }
  to = PutBlock(to, text);
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
