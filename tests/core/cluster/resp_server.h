#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/cluster/reply.h"

namespace agm::cluster {

inline std::string Bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}
inline std::string ListOf(const std::vector<std::string>& items) {
  std::string text = "*" + std::to_string(items.size()) + "\r\n";
  for (const std::string& item : items) text += item;
  return text;
}
inline std::string MessageOn(std::string_view channel, std::string_view text) {
  return ListOf({Bulk("message"), Bulk(channel), Bulk(text)});
}

/// A server that speaks Redis's protocol on a loopback port, and gives each command the answer of
/// the test.
///
///   RespServer server([](const Command& command, int connection) { return "+OK\r\n"; });
///   server.Say(1, MessageOn("agm:changes", "news"));
///   EXPECT_EQ(server.Heard(0), (std::vector<Command>{{"GET", "k"}}));
///
/// Thread safety: any thread; the test's answers are given on the server's thread.
class RespServer {
 public:
  /// The raw answer to a command; empty: none. Connection 0 is the first one.
  using Answer = std::function<std::string(const Command& command, int connection)>;

  explicit RespServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~RespServer() {
    stopping_ = true;
    thread_.join();
    HangUp();
    ::close(listener_);
  }
  RespServer(const RespServer&) = delete;
  RespServer& operator=(const RespServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(visits_.size());
  }
  /// All commands of a connection.
  std::vector<Command> Heard(int connection) const {
    const std::lock_guard lock(mutex_);
    const auto at = static_cast<std::size_t>(connection);
    return at < visits_.size() ? visits_[at].heard : std::vector<Command>();
  }
  /// The commands of this name on all connections.
  std::vector<Command> All(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<Command> all;
    for (const Visit& visit : visits_) {
      for (const Command& command : visit.heard) {
        if (command.front() == name) all.push_back(command);
      }
    }
    return all;
  }
  std::size_t Count(std::string_view name) const { return All(name).size(); }
  void Say(int connection, std::string_view bytes) const {
    int fd = -1;
    {
      const std::lock_guard lock(mutex_);
      fd = visits_.at(static_cast<std::size_t>(connection)).fd;
    }
    SendAll(fd, bytes);
  }
  /// Closes all connections.
  void HangUp() {
    const std::lock_guard lock(mutex_);
    for (Visit& visit : visits_) Close(visit);
  }

 private:
  struct Visit {
    int fd;
    std::string input{};
    std::vector<Command> heard{};
  };

  static void SendAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  static void Close(Visit& visit) {
    if (visit.fd >= 0) ::close(visit.fd);
    visit.fd = -1;
  }
  /// Takes "N\r\n" after a sign; false if it is not there yet.
  static bool TakeNumber(std::string_view& rest, std::size_t& number) {
    const std::size_t end = rest.find("\r\n");
    if (end == std::string_view::npos) return false;
    std::from_chars(rest.data() + 1, rest.data() + end, number);
    rest.remove_prefix(end + 2);
    return true;
  }
  static bool TakeCommand(std::string& input, Command& command) {
    std::string_view rest = input;
    std::size_t count = 0;
    if (!TakeNumber(rest, count)) return false;
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t size = 0;
      if (!TakeNumber(rest, size) || rest.size() < size + 2) return false;
      command.emplace_back(rest.substr(0, size));
      rest.remove_prefix(size + 2);
    }
    input.erase(0, input.size() - rest.size());
    return true;
  }

  void Serve() {
    while (!stopping_) {
      std::vector<pollfd> polled{{listener_, POLLIN, 0}};
      {
        const std::lock_guard lock(mutex_);
        for (const Visit& visit : visits_) polled.push_back({visit.fd, POLLIN, 0});
      }
      if (::poll(polled.data(), static_cast<nfds_t>(polled.size()), 5) <= 0) continue;
      for (std::size_t i = 1; i < polled.size(); ++i) {
        if (polled[i].revents != 0) ReadFrom(i - 1);
      }
      if (polled[0].revents == 0) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      visits_.push_back({fd});
    }
  }
  void ReadFrom(std::size_t at) {
    std::string bytes(256U << 10U, '\0');
    std::vector<Command> commands;
    int fd = -1;
    {
      const std::lock_guard lock(mutex_);
      Visit& visit = visits_[at];
      fd = visit.fd;
      const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (n <= 0) return Close(visit);
      visit.input.append(bytes.data(), static_cast<std::size_t>(n));
      Command command;
      while (TakeCommand(visit.input, command)) {
        visit.heard.push_back(command);
        commands.push_back(std::exchange(command, {}));
      }
    }
    for (const Command& command : commands) SendAll(fd, answer_(command, static_cast<int>(at)));
  }

  const Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Visit> visits_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace agm::cluster
