#include "core/http/wire/chunk_reader.h"

#include <algorithm>
#include <charconv>

#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxTrailer = 8 * 1024;
constexpr std::size_t kMaxDigits = 15;

}  // namespace

std::size_t ChunkReader::Read(std::string_view bytes, std::string& body, std::uint64_t max_size) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ == State::kMore) {
    if (part_ != Part::kData) {
      const std::size_t line = TakeWholeLine(bytes.substr(at), body.size(), max_size);
      if (line == 0) TakeLineByte(bytes[at], body.size(), max_size);
      at += std::max<std::size_t>(line, 1);
      continue;
    }
    const std::size_t size = std::min<std::uint64_t>(left_, bytes.size() - at);
    body.append(bytes, at, size);
    at += size;
    left_ -= size;
    if (left_ == 0) part_ = Part::kDataEnd;
  }
  return at;
}

/// Takes a framing line that has arrived whole, which is the usual case. Returns the number of its
/// bytes; 0 if it has not, or if it is one that TakeLineByte refuses.
std::size_t ChunkReader::TakeWholeLine(std::string_view bytes, std::size_t body_size,
                                       std::uint64_t max_size) {
  if (!line_.empty()) return 0;
  const std::size_t end = bytes.substr(0, kMaxLine).find('\r');
  if (end == bytes.npos || bytes.substr(end, 2) != "\r\n") return 0;
  const std::string_view line = bytes.substr(0, end);
  if (line.find('\n') != line.npos || (part_ == Part::kDataEnd && !line.empty())) return 0;
  EndLine(line, body_size, max_size);
  return end + 2;
}

void ChunkReader::TakeLineByte(char c, std::size_t body_size, std::uint64_t max_size) {
  const bool after_cr = line_.ends_with('\r');
  if (part_ == Part::kDataEnd && c != '\r' && !after_cr) {
    state_ = State::kBroken;  // the data is longer than the announced size
  } else if (c == '\n' && after_cr) {
    line_.pop_back();
    EndLine(line_, body_size, max_size);
    line_.clear();
  } else if (c == '\n' || after_cr || line_.size() == kMaxLine) {
    state_ = State::kBroken;  // a bare LF or CR, or too long a line
  } else {
    line_ += c;
  }
}

void ChunkReader::EndLine(std::string_view line, std::size_t body_size, std::uint64_t max_size) {
  switch (part_) {
    case Part::kSize:
      if (!ReadSize(line)) {
        state_ = State::kBroken;
      } else if (left_ > max_size - std::min<std::uint64_t>(max_size, body_size)) {
        state_ = State::kTooLarge;
      } else {
        part_ = left_ == 0 ? Part::kTrailer : Part::kData;
      }
      return;
    case Part::kDataEnd:
      if (!line.empty()) state_ = State::kBroken;
      part_ = Part::kSize;
      return;
    case Part::kTrailer:
      trailer_ += line.size();
      if (line.empty()) {
        state_ = State::kDone;
      } else if (trailer_ > kMaxTrailer || !IsFieldValue(line)) {
        state_ = State::kBroken;
      }
      return;
    case Part::kData:
      return;
  }
}

/// Reads left_ from "1a2b" or "1a2b;extension".
bool ChunkReader::ReadSize(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find(';'));
  if (digits.empty() || digits.size() > kMaxDigits || !IsFieldValue(line)) return false;
  const char* end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, left_, 16);
  return problem == std::errc{} && stop == end;
}

}  // namespace agm::http
