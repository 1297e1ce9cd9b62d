#include "tests/support/swarm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace agm::test {
namespace {

void AllowManyDescriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int Connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

Swarm::Swarm(int port, int count, std::string_view request, std::string last_words)
    : last_words_(std::move(last_words)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      clients_(static_cast<std::size_t>(count)) {
  AllowManyDescriptors();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    Client& client = clients_[i];
    client.fd = Connect(port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    const bool good = client.fd >= 0 &&
                      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event) == 0 &&
                      ::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL) ==
                          static_cast<ssize_t>(request.size());
    if (!good) {
      ++broken_;
      Close(client);
    }
  }
}

Swarm::~Swarm() {
  for (Client& client : clients_) Close(client);
  ::close(epoll_);
}

void Swarm::ReadSome() {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), 10);
  for (int i = 0; i < count; ++i) Read(clients_[events.at(static_cast<std::size_t>(i)).data.u64]);
}

void Swarm::Read(Client& client) {
  if (client.fd < 0) return;
  std::array<char, 64 * 1024> bytes;
  const ssize_t size = ::recv(client.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    ++broken_;
    return Close(client);
  }
  Take(client, {bytes.data(), static_cast<std::size_t>(size)});
}

void Swarm::Take(Client& client, std::string_view bytes) {
  client.end.append(bytes);
  if (!client.answered && client.end.size() >= 12) {
    client.answered = true;
    ++statuses_[std::atoi(client.end.c_str() + 9)];
  }
  if (!client.begun && client.end.starts_with("HTTP/1.1 200")) {
    const std::size_t head = client.end.find("\r\n\r\n");
    client.begun = head != std::string::npos && client.end.size() > head + 4;
    begun_ += client.begun ? 1 : 0;
  }
  if (client.end.find(last_words_) != std::string::npos) {
    ++whole_;
    return Close(client);
  }
  if (client.begun && client.end.size() > last_words_.size()) {
    client.end.erase(0, client.end.size() - last_words_.size());
  }
}

void Swarm::Close(Client& client) {
  if (client.fd >= 0) ::close(client.fd);
  client.fd = -1;
  std::string().swap(client.end);
}

}  // namespace agm::test
