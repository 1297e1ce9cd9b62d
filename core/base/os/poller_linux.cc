#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/os/poller.h"

namespace agm::os {
namespace {

epoll_event Awaited(unsigned events, void* of) {
  epoll_event event{};
  if ((events & kInput) != 0) event.events |= EPOLLIN;
  if ((events & kOutput) != 0) event.events |= EPOLLOUT;
  if ((events & kHangUp) != 0) event.events |= EPOLLRDHUP;
  if ((events & kOnce) != 0) event.events |= EPOLLONESHOT;
  if ((events & kFresh) != 0) event.events |= EPOLLET;
  event.data.ptr = of;
  return event;
}

unsigned Seen(std::uint32_t events) {
  unsigned seen = 0;
  if ((events & EPOLLIN) != 0) seen |= kInput;
  if ((events & EPOLLOUT) != 0) seen |= kOutput;
  if ((events & EPOLLRDHUP) != 0) seen |= kHangUp;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) seen |= kFailed;
  return seen;
}

}  // namespace

class Poller::Set {
 public:
  int epoll() const { return epoll_.get(); }

 private:
  UniqueFd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
};

Poller::Poller() : set_(std::make_unique<Set>()) {}
Poller::~Poller() = default;

bool Poller::ok() const { return set_->epoll() >= 0; }

bool Poller::Add(int fd, unsigned events, void* of) {
  epoll_event event = Awaited(events, of);
  return ::epoll_ctl(set_->epoll(), EPOLL_CTL_ADD, fd, &event) == 0;
}

bool Poller::Change(int fd, unsigned events, void* of) {
  epoll_event event = Awaited(events, of);
  return ::epoll_ctl(set_->epoll(), EPOLL_CTL_MOD, fd, &event) == 0;
}

void Poller::Remove(int fd) {
  epoll_event none{};
  ::epoll_ctl(set_->epoll(), EPOLL_CTL_DEL, fd, &none);
}

std::size_t Poller::Wait(std::span<Ready> ready, int timeout_ms) {
  std::array<epoll_event, 256> events;
  const int room = static_cast<int>(std::min(ready.size(), events.size()));
  const int count = ::epoll_wait(set_->epoll(), events.data(), room, timeout_ms);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    ready[static_cast<std::size_t>(i)] = {event.data.ptr, Seen(event.events)};
  }
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

bool HasHungUp(int socket, bool* input) {
  pollfd seen{socket, POLLIN | POLLRDHUP, 0};
  if (::poll(&seen, 1, 0) <= 0) return false;
  *input = (seen.revents & POLLIN) != 0;
  return (seen.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

UniqueFd HangUpOnly(int socket) {
  UniqueFd set(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLRDHUP;
  const bool watched = ::epoll_ctl(set.get(), EPOLL_CTL_ADD, socket, &event) == 0;
  return watched ? std::move(set) : UniqueFd();
}

}  // namespace agm::os
