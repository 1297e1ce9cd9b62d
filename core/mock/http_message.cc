#include "core/mock/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/ascii.h"
#include "core/base/percent.h"

namespace agm::mock {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::size_t> ReadSize(std::string_view digits, int base) {
  std::size_t size = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), size, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return size;
}

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Request Entity Too Large";
    case 429:
      return "Too Many Requests";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> ReadQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    out.emplace_back(PercentDecode(pair.substr(0, equals), true), PercentDecode(value, true));
  }
  return out;
}

RequestReader::State RequestReader::Read(std::string& buffer) {
  for (;;) {
    std::optional<State> state;
    switch (phase_) {
      case Phase::kHead:
        state = ReadHead(buffer);
        break;
      case Phase::kLength:
        state = ReadBody(buffer);
        break;
      case Phase::kChunkSize:
        state = ReadChunkSize(buffer);
        break;
      case Phase::kChunk:
        state = ReadBody(buffer);
        break;
      case Phase::kTrailer:
        state = ReadTrailer(buffer);
        break;
    }
    if (!state) continue;  // continue with the next phase
    if (*state != State::kMore || !expects_continue_) return *state;
    expects_continue_ = false;
    return State::kContinue;
  }
}

Request RequestReader::Take() {
  phase_ = Phase::kHead;
  expects_continue_ = false;
  return std::exchange(request_, Request{});
}

std::optional<RequestReader::State> RequestReader::ReadHead(std::string& buffer) {
  while (buffer.starts_with("\r\n")) buffer.erase(0, 2);
  const std::size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) return buffer.size() > kMaxHead ? State::kBad : State::kMore;
  const bool good = end <= kMaxHead && ParseHead(std::string_view(buffer).substr(0, end));
  buffer.erase(0, end + 4);
  if (!good) return State::kBad;

  expects_continue_ = AsciiLower(request_.header("expect")) == "100-continue";
  if (AsciiLower(request_.header("transfer-encoding")).find("chunked") != std::string::npos) {
    phase_ = Phase::kChunkSize;
    return std::nullopt;
  }
  const std::string_view length = request_.header("content-length");
  if (length.empty()) return State::kReady;
  const auto size = ReadSize(length, 10);
  if (!size) return State::kBad;
  if (*size > max_body_) return State::kTooLarge;
  left_ = *size;
  phase_ = Phase::kLength;
  return std::nullopt;
}

std::optional<RequestReader::State> RequestReader::ReadBody(std::string& buffer) {
  const std::size_t n = std::min(left_, buffer.size());
  if (request_.body.empty() && n == buffer.size()) {
    request_.body.swap(buffer);
    buffer.clear();
  } else {
    request_.body.append(buffer, 0, n);
    buffer.erase(0, n);
  }
  left_ -= n;
  if (left_ > 0) return State::kMore;
  if (phase_ == Phase::kLength) return State::kReady;
  if (buffer.size() < 2) return State::kMore;
  if (!buffer.starts_with("\r\n")) return State::kBad;
  buffer.erase(0, 2);
  phase_ = Phase::kChunkSize;
  return std::nullopt;
}

std::optional<RequestReader::State> RequestReader::ReadChunkSize(std::string& buffer) {
  const std::size_t end = buffer.find("\r\n");
  if (end == std::string::npos) return buffer.size() > 1024 ? State::kBad : State::kMore;
  const std::string_view line = std::string_view(buffer).substr(0, end);
  const auto size = ReadSize(Trim(line.substr(0, line.find(';'))), 16);
  if (!size) return State::kBad;
  if (*size > max_body_ - std::min(max_body_, request_.body.size())) return State::kTooLarge;
  buffer.erase(0, end + 2);
  left_ = *size;
  phase_ = *size == 0 ? Phase::kTrailer : Phase::kChunk;
  return std::nullopt;
}

std::optional<RequestReader::State> RequestReader::ReadTrailer(std::string& buffer) {
  const std::size_t end = buffer.find("\r\n");
  if (end == std::string::npos) return buffer.size() > kMaxHead ? State::kBad : State::kMore;
  const bool last = end == 0;
  buffer.erase(0, end + 2);
  return last ? std::optional(State::kReady) : std::nullopt;
}

bool RequestReader::ParseHead(std::string_view head) {
  request_ = Request{};
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || second <= first + 1) return false;
  const std::string_view version = line.substr(second + 1);
  if (!version.starts_with("HTTP/1.")) return false;
  request_.method = std::string(line.substr(0, first));
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::size_t question = std::min(target.find('?'), target.size());
  request_.path = PercentDecode(target.substr(0, question), false);
  request_.query = std::string(target.substr(std::min(question + 1, target.size())));

  head.remove_prefix(std::min(line.size() + 2, head.size()));
  while (!head.empty()) {
    const std::string_view field = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(field.size() + 2, head.size()));
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    request_.headers.emplace_back(AsciiLower(field.substr(0, colon)),
                                  std::string(Trim(field.substr(colon + 1))));
  }
  const std::string connection = AsciiLower(request_.header("connection"));
  request_.keep_alive = version == "HTTP/1.0" ? connection == "keep-alive" : connection != "close";
  return true;
}

std::string WriteHead(const Reply& reply, bool keep_alive) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", reply.status,
                                Reason(reply.status), reply.content_type);
  for (const auto& [name, value] : reply.headers) {
    out += fmt::format("{}: {}\r\n", name, value);
  }
  if (reply.stream) {
    out += "Transfer-Encoding: chunked\r\n";
  } else {
    out += fmt::format("Content-Length: {}\r\n", reply.text.size());
  }
  out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  return out;
}

}  // namespace agm::mock
