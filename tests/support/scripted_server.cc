#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace agm::test {
namespace {

sockaddr* AsSockaddr(sockaddr_in* address) { return reinterpret_cast<sockaddr*>(address); }

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

}  // namespace

Visitor::~Visitor() { Close(); }

bool Visitor::SpeakTls(const Certificate& certificate) {
  tls_ = TlsLayer::Accept(fd_, certificate);
  return tls_ != nullptr;
}

bool Visitor::Fill() {
  std::array<char, 65536> bytes;
  const ssize_t count = tls_ ? tls_->Receive(bytes) : recv(fd_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool Visitor::ReadRequest(Duration pause) {
  std::size_t end = buffer_.find("\r\n\r\n");
  for (; end == std::string::npos; end = buffer_.find("\r\n\r\n")) {
    if (!Fill()) return false;
  }
  head_ = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  const std::string length = header("content-length");
  const std::size_t size = length.empty() ? 0 : std::strtoul(length.c_str(), nullptr, 10);
  while (buffer_.size() < size) {
    if (!Fill()) return false;
    std::this_thread::sleep_for(pause);
  }
  body_ = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return true;
}

std::string Visitor::header(std::string_view name) const {
  const std::string lower = Lower(head_);
  const std::string wanted = fmt::format("\r\n{}: ", name);
  const std::size_t at = lower.find(wanted);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + wanted.size();
  return head_.substr(begin, head_.find("\r\n", begin) - begin);
}

bool Visitor::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        tls_ ? tls_->Send(bytes) : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Visitor::SendSlowly(std::string_view bytes, std::size_t piece, Duration pause) {
  while (!bytes.empty()) {
    const std::string_view next = bytes.substr(0, piece);
    if (!Send(next) || AwaitClose(pause)) return false;
    bytes.remove_prefix(next.size());
  }
  return true;
}

void Visitor::Close() {
  std::lock_guard lock(mutex_);
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void Visitor::Reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  Close();
}

bool Visitor::AwaitClose(Duration at_most) {
  pollfd entry{fd_, POLLIN | POLLRDHUP, 0};
  if (poll(&entry, 1, static_cast<int>(at_most.count())) <= 0) return false;
  return (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Visitor::Interrupt() {
  std::lock_guard lock(mutex_);
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, AsSockaddr(&address), size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, AsSockaddr(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  for (const auto& visitor : visitors_) visitor->Interrupt();
  for (std::thread& thread : threads_) thread.join();
}

std::string ScriptedServer::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void ScriptedServer::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto visitor = std::make_shared<Visitor>(fd, connections_++);
    std::lock_guard lock(mutex_);
    visitors_.push_back(visitor);
    threads_.emplace_back([this, visitor] {
      script_(*visitor);
      visitor->Close();
    });
  }
}

std::string HttpAnswer(std::string_view body, int status, std::string_view type,
                       std::string_view more_headers) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", status,
                     type, body.size(), more_headers, body);
}

std::string ChunkedHead(std::string_view type) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
                     type);
}

std::string Chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace agm::test
