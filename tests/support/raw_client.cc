#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace agm::test {
namespace {

TimePoint Now() { return std::chrono::steady_clock::now(); }

bool Ready(int fd, short events, TimePoint until) {
  pollfd wait{fd, events, 0};
  for (;;) {
    const int ready = ::poll(&wait, 1, static_cast<int>(Left(Now(), until).count()));
    if (ready >= 0 || errno != EINTR) return ready > 0;  // a fuzzer's timer sends signals
  }
}

std::size_t Number(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

std::string RawAnswer::header(std::string_view name) const {
  std::string_view cooldown = head;
  while (!cooldown.empty()) {
    const std::string_view line = cooldown.substr(0, cooldown.find("\r\n"));
    cooldown.remove_prefix(std::min(line.size() + 2, cooldown.size()));
    const std::size_t colon = line.find(':');
    if (colon != name.size() || ::strncasecmp(line.data(), name.data(), colon) != 0) continue;
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    return value == std::string_view::npos ? "" : std::string(line.substr(value));
  }
  return {};
}

RawClient::RawClient(int port, Duration patience, int receive_buffer) : patience_(patience) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) Close();
}

RawClient::~RawClient() { Close(); }

bool RawClient::Send(std::string_view bytes) {
  const TimePoint until = After(Now(), patience_);
  while (!bytes.empty()) {
    if (!Ready(fd_, POLLOUT, until)) return false;
    const ssize_t sent = tls_
                             ? tls_->Send(bytes)
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (tls_ && sent < 0) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::SpeakTls() {
  tls_ = TlsLayer::Connect(fd_);
  if (!tls_) Close();
  return tls_ != nullptr;
}

std::size_t RawClient::ReadAtMost(std::size_t size) {
  Await(After(Now(), patience_), size);
  return std::exchange(in_, {}).size();
}

RawClient::Got RawClient::Await(TimePoint until, std::size_t at_most) {
  std::array<char, 64 * 1024> room;
  const std::span<char> buffer(room.data(), std::min(room.size(), at_most));
  for (;;) {
    // TLS may buffer bytes that poll does not see, and poll may report bytes of TLS itself.
    const ssize_t size =
        tls_ ? tls_->Receive(buffer) : ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      in_.append(buffer.data(), static_cast<std::size_t>(size));
      return Got::kBytes;
    }
    const bool later = size < 0 && (tls_ || errno == EAGAIN || errno == EINTR);
    if (!later) return Got::kEnd;
    if (!Ready(fd_, POLLIN, until)) return Got::kNothing;
  }
}

std::string RawClient::ReadUntil(std::string_view text) {
  const TimePoint until = After(Now(), patience_);
  std::size_t found = 0;
  while ((found = in_.find(text)) == std::string::npos) {
    if (!Fill(until)) return std::exchange(in_, {});
  }
  std::string front = in_.substr(0, found + text.size());
  in_.erase(0, front.size());
  return front;
}

std::string RawClient::ReadAll() {
  const TimePoint until = After(Now(), patience_);
  while (Fill(until)) {
  }
  return std::exchange(in_, {});
}

bool RawClient::Take(std::size_t size, std::string& out) {
  const TimePoint until = After(Now(), patience_);
  while (in_.size() < size) {
    if (!Fill(until)) return false;
  }
  out.append(in_, 0, size);
  in_.erase(0, size);
  return true;
}

std::optional<std::string> RawClient::Line() {
  std::string line = ReadUntil("\r\n");
  if (!line.ends_with("\r\n")) return {};
  line.resize(line.size() - 2);
  return line;
}

bool RawClient::ReadChunks(RawAnswer& answer) {
  for (;;) {
    const std::optional<std::string> line = Line();
    if (!line) return false;
    const std::size_t size = Number(*line, 16);
    if (size > 0 && !Take(size, answer.body)) return false;
    const std::optional<std::string> end = Line();
    if (!end || !end->empty()) return false;
    if (size == 0) return true;
    answer.chunks.push_back(size);
  }
}

std::optional<RawAnswer> RawClient::Read(bool head_only) {
  RawAnswer answer;
  answer.head = ReadUntil("\r\n\r\n");
  if (!answer.head.ends_with("\r\n\r\n") || !answer.head.starts_with("HTTP/1.1 ")) return {};
  answer.status = static_cast<int>(Number(std::string_view(answer.head).substr(9, 3), 10));
  answer.chunked = answer.header("Transfer-Encoding") == "chunked";
  if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304)
    return answer;
  if (answer.chunked) return ReadChunks(answer) ? std::optional(answer) : std::nullopt;
  const std::string length = answer.header("Content-Length");
  if (length.empty()) {
    answer.body = ReadAll();
    return answer;
  }
  return Take(Number(length, 10), answer.body) ? std::optional(answer) : std::nullopt;
}

bool RawClient::Closed(Duration within) {
  return in_.empty() && Await(After(Now(), within)) == Got::kEnd;
}

bool RawClient::Silent(Duration during) {
  return in_.empty() && Await(After(Now(), during)) == Got::kNothing;
}

void RawClient::FinishSending() { ::shutdown(fd_, SHUT_WR); }

void RawClient::Reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  Close();
}

void RawClient::Close() {
  tls_.reset();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace agm::test
