#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/cluster/reply.h"
#include "tests/support/temp_dir.h"

namespace agm::cli {

/// Replies of a cluster's server, as they are on the wire.
inline std::string Number(std::int64_t number) { return ":" + std::to_string(number) + "\r\n"; }
inline std::string Refusal(const std::string& text) { return "-" + text + "\r\n"; }
inline std::string Text(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}
inline std::string List(const std::vector<std::string>& replies) {
  std::string list = "*" + std::to_string(replies.size()) + "\r\n";
  for (const std::string& reply : replies) list += reply;
  return list;
}

/// A cluster's server on a Unix socket that answers with what a test gives, and records the
/// commands. nullopt closes the connection; an empty text stands for "OK".
///
///   FakeClusterServer server([](const cluster::Command& command) -> std::optional<std::string> {
///     return command[0] == "PTTL" ? Number(900) : "";
///   });
///
/// Thread safety: one thread at a time; `answer` runs on the server's thread.
class FakeClusterServer {
 public:
  using Answer = std::function<std::optional<std::string>(const cluster::Command&)>;

  explicit FakeClusterServer(Answer answer) : answer_(std::move(answer)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::pipe2(stop_.data(), O_CLOEXEC), 0);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeClusterServer() {
    ::close(stop_[1]);
    thread_.join();
    ::close(stop_[0]);
    ::close(listener_);
  }
  FakeClusterServer(const FakeClusterServer&) = delete;
  FakeClusterServer& operator=(const FakeClusterServer&) = delete;

  std::string path() const { return (folder_ / "server.sock").string(); }
  std::string url() const { return "unix://" + path(); }
  /// The commands with this name, oldest first.
  std::vector<cluster::Command> Asked(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    std::vector<cluster::Command> found;
    for (const auto& command : asked_) {
      if (command.front() == name) found.push_back(command);
    }
    return found;
  }

 private:
  /// Takes a whole command from the beginning of the bytes.
  static std::optional<cluster::Command> Take(std::string& bytes) {
    std::size_t at = 0;
    const auto number = [&]() -> std::optional<std::size_t> {
      const std::size_t end = bytes.find("\r\n", at);
      if (end == std::string::npos) return std::nullopt;
      const int value = std::atoi(bytes.c_str() + at + 1);
      at = end + 2;
      return static_cast<std::size_t>(value);
    };
    const auto words = number();
    if (!words) return std::nullopt;
    cluster::Command command;
    while (command.size() < *words) {
      const auto size = number();
      if (!size || bytes.size() < at + *size + 2) return std::nullopt;
      command.push_back(bytes.substr(at, *size));
      at += *size + 2;
    }
    bytes.erase(0, at);
    return command;
  }

  void Serve() {
    std::map<int, std::string> received;
    while (true) {
      std::vector<pollfd> polled = {{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const auto& [fd, bytes] : received) polled.push_back({fd, POLLIN, 0});
      if (::poll(polled.data(), polled.size(), -1) < 0) continue;
      if (polled[0].revents != 0) break;
      if (polled[1].revents != 0) {
        received[::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)];
      }
      for (std::size_t i = 2; i < polled.size(); ++i) {
        if (polled[i].revents == 0 || Handle(polled[i].fd, received[polled[i].fd])) continue;
        received.erase(polled[i].fd);
        ::close(polled[i].fd);
      }
    }
    for (const auto& [fd, bytes] : received) ::close(fd);
  }

  /// False: the connection is to be closed.
  bool Handle(int fd, std::string& bytes) {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    while (const auto command = Take(bytes)) {
      {
        const std::lock_guard lock(mutex_);
        asked_.push_back(*command);
      }
      const auto reply = answer_(*command);
      if (!reply) return false;
      const std::string text = reply->empty() ? "+OK\r\n" : *reply;
      ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    }
    return true;
  }

  const test::TempDir folder_;
  const Answer answer_;
  std::array<int, 2> stop_{-1, -1};
  int listener_ = -1;
  mutable std::mutex mutex_;  ///< guards asked_
  std::vector<cluster::Command> asked_;
  std::thread thread_;
};

}  // namespace agm::cli
