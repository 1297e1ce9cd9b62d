#include "cli/redirect_listener.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/os/socket.h"
#include "core/base/unique_fd.h"
#include "core/gateway/url.h"
#include "core/http/server/listener.h"

namespace agm::cli {
namespace {

constexpr std::size_t kMostBytes = 16U << 10U;
constexpr Duration kForOneVisitor{2'000};  // browsers open connections that they never use

bool AwaitReadable(int fd, TimePoint until) {
  pollfd wanted{fd, POLLIN, 0};
  for (;;) {
    const auto left = Left(SystemClock().Now(), until);
    const int got = ::poll(&wanted, 1, static_cast<int>(left.count()));
    if (got > 0) return true;
    if (got <= 0 && SystemClock().Now() >= until) return false;
  }
}

/// The head of a request; incomplete if the visitor sends no more.
std::string ReadHead(int fd, TimePoint until) {
  std::string head;
  while (head.size() < kMostBytes && head.find("\r\n\r\n") == head.npos) {
    char bytes[2048];
    if (!AwaitReadable(fd, until)) break;
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    head.append(bytes, static_cast<std::size_t>(got));
  }
  return head;
}

/// The query of "GET /?code=... HTTP/1.1"; nullopt for any other request.
std::optional<std::string> QueryOf(const std::string& head) {
  const std::string line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("GET /?")) return std::nullopt;
  return line.substr(6, line.find(' ', 6) - 6);
}

void Tell(int fd, int status, std::string_view words) {
  const std::string page = fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><title>agm</title>"
      "<body style=\"font:1.2em sans-serif;margin:4em\"><p>{}</p>",
      words);
  const std::string answer = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{}",
      status, status == 200 ? "OK" : "Bad Request", page.size(), page);
  // The response fits into the socket's buffer.
  static_cast<void>(os::Send(fd, answer.data(), answer.size()));
  ::shutdown(fd, SHUT_WR);
}

/// The result that a visitor brings; nullopt for a visitor without the right `state`.
std::optional<Result<Secret>> Receive(int fd, const std::string& state, TimePoint until) {
  const auto query = QueryOf(ReadHead(fd, until));
  if (!query || !Secret(state).Matches(gateway::QueryParameter(*query, "state"))) {
    Tell(fd, 400, "This is not the answer that agm waits for.");
    return std::nullopt;
  }
  const std::string code = gateway::QueryParameter(*query, "code");
  if (!code.empty()) {
    Tell(fd, 200, "agm has what it needs. You can close this page.");
    return Secret(code);
  }
  Tell(fd, 200, "agm was not let in. You can close this page.");
  const bool denied = gateway::QueryParameter(*query, "error") == "access_denied";
  return Fail(ErrorCode::kUpstreamRejected, "{}",
              denied ? "access was denied in the browser"
                     : "the consent page came back with an error instead of a code");
}

}  // namespace

Result<RedirectListener> RedirectListener::Start() {
  const auto listening = http::Listen("127.0.0.1", 0);
  if (!listening) return listening.error();
  return RedirectListener(listening->fd, listening->port);
}

RedirectListener::RedirectListener(RedirectListener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}

RedirectListener::~RedirectListener() {
  if (fd_ >= 0) ::close(fd_);
}

std::string RedirectListener::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

Result<Secret> RedirectListener::AwaitCode(const std::string& state, TimePoint deadline) {
  while (AwaitReadable(fd_, deadline)) {
    const UniqueFd visitor = os::Accept(fd_);
    if (visitor.get() < 0) continue;
    const TimePoint until = std::min(deadline, SystemClock().Now() + kForOneVisitor);
    if (auto received = Receive(visitor.get(), state, until)) return *std::move(received);
  }
  return Fail(ErrorCode::kTimeout, "the browser did not come back from the consent page in time");
}

}  // namespace agm::cli
