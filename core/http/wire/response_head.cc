#include "core/http/wire/response_head.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/ascii.h"
#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

constexpr std::size_t kUsual = 512;  ///< bytes of most heads

/// Calls `take(name, value)` for each header, the value untrimmed.
template <class Take>
void ForEach(std::string_view lines, Take take) {
  while (!lines.empty()) {
    const std::string_view line = Cut(lines, "\n");
    const std::size_t colon = line.find(':');
    take(line.substr(0, colon), line.substr(colon + 1));
  }
}

/// The length, or nullopt if the value is not a length or lists different lengths.
std::optional<std::uint64_t> ReadLength(std::string_view value) {
  std::optional<std::uint64_t> length;
  while (!value.empty()) {
    const std::string_view each = Trim(Cut(value, ","));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(each.data(), each.data() + each.size(), number);
    if (each.empty() || error != std::errc() || end != each.data() + each.size()) return {};
    if (length.value_or(number) != number) return {};
    length = number;
  }
  return length;
}

}  // namespace

std::size_t ResponseHead::Read(std::string_view bytes) {
  const std::size_t given = bytes.size();
  while (!bytes.empty() && state_ == State::kMore) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end == bytes.npos ? end : end + 1);
    bytes.remove_prefix(piece.size());
    bytes_ += piece.size();
    if (bytes_ > kMaxBytes) {
      state_ = State::kTooLarge;
    } else if (end == piece.npos) {
      line_.append(piece);
    } else if (line_.empty()) {
      TakeLine(piece);
    } else {
      line_.append(piece);
      TakeLine(line_);
      line_.clear();
    }
  }
  return given - bytes.size();
}

void ResponseHead::TakeLine(std::string_view line) {
  line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
  if (status_ == 0) {
    if (!ReadStatusLine(line)) state_ = State::kNoHttp;
  } else if (line.empty()) {
    End();
  } else if (const std::size_t colon = line.find(':'); colon == line.npos) {
    if (line.front() == ' ' || line.front() == '\t') state_ = State::kNoHttp;
  } else if (IsToken(line.substr(0, colon)) && IsFieldValue(line)) {
    if (lines_.empty()) lines_.reserve(kUsual);
    lines_.append(line).append("\n");
  } else {
    state_ = State::kNoHttp;
  }
}

bool ResponseHead::ReadStatusLine(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kCode = kVersion.size() + 2;
  constexpr std::size_t kEnd = kCode + 3;
  if (line.size() < kEnd || !line.starts_with(kVersion) || !IsDigit(line[kCode - 2])) return false;
  if (line[kCode - 1] != ' ' || (line.size() > kEnd && line[kEnd] != ' ')) return false;
  minor_version_ = line[kCode - 2] - '0';
  const auto [end, error] = std::from_chars(line.data() + kCode, line.data() + kEnd, status_);
  return error == std::errc() && end == line.data() + kEnd && status_ >= 100;
}

void ResponseHead::End() {
  constexpr int kSwitchingProtocols = 101;  // we never ask for an upgrade
  if (status_ >= 200) {
    state_ = ReadFraming() ? State::kWhole : State::kNoHttp;
  } else if (status_ == kSwitchingProtocols) {
    state_ = State::kNoHttp;
  } else {
    status_ = 0;
    lines_.clear();
  }
}

bool ResponseHead::ReadFraming() {
  bool close = false;
  bool keep = minor_version_ > 0;
  bool chunked = false;
  bool good = true;
  std::optional<std::uint64_t> length;
  ForEach(lines_, [&](std::string_view name, std::string_view value) {
    if (EqualsIgnoreCase(name, "content-length")) {
      const auto number = ReadLength(value);
      good = good && number && length.value_or(*number) == *number;
      length = number;
    } else if (EqualsIgnoreCase(name, "transfer-encoding")) {
      good = good && !chunked && EqualsIgnoreCase(Trim(value), "chunked");
      chunked = true;
    } else if (EqualsIgnoreCase(name, "connection")) {
      close = close || ListHas(value, "close");
      keep = keep || ListHas(value, "keep-alive");
    }
  });
  if (status_ == 204 || status_ == 304) {
    framing_ = Framing::kNone;
  } else if (chunked) {
    framing_ = Framing::kChunked;
    close = close || length;  // an intermediary may use Content-Length instead
  } else if (length) {
    framing_ = Framing::kLength;
    content_length_ = *length;
  }
  keep_alive_ = keep && !close && framing_ != Framing::kUntilClose;
  return good;
}

std::string_view ResponseHead::Find(std::string_view name) const {
  std::optional<std::string_view> first;
  ForEach(lines_, [&](std::string_view found, std::string_view value) {
    if (!first && EqualsIgnoreCase(found, name)) first = Trim(value);
  });
  return first.value_or(std::string_view());
}

}  // namespace agm::http
