#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace agm::mock {

/// A blocking loopback socket that shows every byte.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  bool connected() const { return connected_; }

  void Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// The result of one recv; empty at the end (or after a reset).
  std::string Receive() const {
    char bytes[65536];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
  }

  std::string ReceiveAll() const {
    std::string all;
    for (std::string part = Receive(); !part.empty(); part = Receive()) all += part;
    return all;
  }

  /// Reads until `all` contains `text`; false if the connection ended before.
  bool ReceiveUntil(std::string_view text, std::string& all) const {
    while (all.find(text) == std::string::npos) {
      const std::string part = Receive();
      if (part.empty()) return false;
      all += part;
    }
    return true;
  }

  int fd() const { return fd_; }

 private:
  int fd_;
  bool connected_ = false;
};

struct Answered {
  int status = 0;
  std::string head;
  std::string body;       ///< chunks joined
  bool complete = false;  ///< has the announced length, or the last chunk

  Json json() const {
    auto parsed = ParseJson(body);
    return parsed ? *parsed : Json();
  }
  std::string message() const {
    const Json whole = json();
    const Json& object = whole.is_array() && !whole.empty() ? whole.front() : whole;
    return object.is_object() && object.contains("error")
               ? object["error"].value("message", std::string())
               : std::string();
  }
};

/// Parses a response that ends with the connection.
inline Answered ReadAnswer(const std::string& all) {
  Answered answer;
  const std::size_t end = all.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = all.substr(0, end);
  if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
  std::string rest = all.substr(end + 4);
  if (answer.head.find("chunked") == std::string::npos) {
    const std::size_t at = answer.head.find("Content-Length: ");
    answer.complete =
        at != std::string::npos && std::stoul(answer.head.substr(at + 16)) == rest.size();
    answer.body = std::move(rest);
    return answer;
  }
  for (;;) {
    const std::size_t line = rest.find("\r\n");
    if (line == std::string::npos) return answer;
    const std::size_t size = std::stoul(rest.substr(0, line), nullptr, 16);
    answer.body += rest.substr(line + 2, size);
    if (size == 0) {
      answer.complete = true;
      return answer;
    }
    if (rest.size() < line + 2 + size + 2) return answer;
    rest.erase(0, line + 2 + size + 2);
  }
}

inline std::string PostText(std::string_view path, std::string_view body, std::string_view key) {
  std::string out = "POST " + std::string(path) + " HTTP/1.1\r\nHost: mock\r\n";
  if (!key.empty()) out += "x-goog-api-key: " + std::string(key) + "\r\n";
  out += "Content-Type: application/json\r\nConnection: close\r\nContent-Length: ";
  out += std::to_string(body.size()) + "\r\n\r\n";
  return out += body;
}

inline Answered Post(int port, std::string_view path, std::string_view body,
                     std::string_view key = "k") {
  const RawClient client(port);
  client.Send(PostText(path, body, key));
  return ReadAnswer(client.ReceiveAll());
}

inline Answered Get(int port, std::string_view path, std::string_view key = "k") {
  const RawClient client(port);
  client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: mock\r\nx-goog-api-key: " +
              std::string(key) + "\r\nConnection: close\r\n\r\n");
  return ReadAnswer(client.ReceiveAll());
}

/// The JSON of each event of an SSE body.
inline std::vector<Json> Events(const std::string& body) {
  std::vector<Json> events;
  std::size_t at = 0;
  while ((at = body.find("data: ", at)) != std::string::npos) {
    const std::size_t end = body.find("\r\n\r\n", at);
    auto parsed = ParseJson(std::string_view(body).substr(at + 6, end - at - 6));
    if (parsed) events.push_back(std::move(*parsed));
    if (end == std::string::npos) break;
    at = end + 4;
  }
  return events;
}

}  // namespace agm::mock
