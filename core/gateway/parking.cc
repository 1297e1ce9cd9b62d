#include "core/gateway/parking.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace agm::gateway {
namespace {

epoll_event Once(void* what, std::uint32_t events) {
  epoll_event event{};
  event.events = events | EPOLLRDHUP | EPOLLONESHOT;
  event.data.ptr = what;
  return event;
}

}  // namespace

Parking::Parking() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), closed_(::eventfd(0, EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;  // no EPOLLONESHOT: every waiting thread shall see it
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, closed_, &event);
}

Parking::~Parking() {
  ::close(closed_);
  ::close(epoll_);
}

bool Parking::Enter(int fd, void* what) {
  epoll_event event = Once(what, EPOLLIN);
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Parking::Return(int fd, void* what, bool for_output) {
  epoll_event event = Once(what, for_output ? EPOLLOUT : EPOLLIN);
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void* Parking::Wait() {
  for (;;) {
    epoll_event event{};
    if (::epoll_wait(epoll_, &event, 1, -1) == 1) return event.data.ptr;
  }
}

void Parking::Close() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = ::write(closed_, &one, sizeof one);
}

}  // namespace agm::gateway
