#include "core/http/server/parking.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

namespace agm::gateway {
namespace {

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
/// The kernel orders Return before the Wait that it wakes. ThreadSanitizer knows this for
/// EPOLL_CTL_ADD but not for EPOLL_CTL_MOD, so under it a mutex expresses the order.
class KernelOrder {
 public:
  std::unique_lock<std::mutex> Returning() { return std::unique_lock(Mutex()); }
  void Waited() { std::lock_guard lock(Mutex()); }

 private:
  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }
};
#else
struct KernelOrder {
  int Returning() { return 0; }
  void Waited() {}
};
#endif

epoll_event Once(void* what, std::uint32_t events) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.ptr = what;
  return event;
}

}  // namespace

Parking::Parking() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), closed_(::eventfd(0, EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;  // no EPOLLONESHOT: all waiting threads must see it
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, closed_, &event);
}

Parking::~Parking() {
  ::close(closed_);
  ::close(epoll_);
}

bool Parking::Enter(int fd, void* what) {
  epoll_event event = Once(what, EPOLLIN | EPOLLRDHUP);
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

/// For kOutput the set leaves EPOLLRDHUP out, because a client that has closed its sending side
/// would otherwise wake the thread again and again.
void Parking::Return(int fd, void* what, Until until) {
  epoll_event event = Once(what, until == Until::kOutput ? EPOLLOUT : EPOLLIN | EPOLLRDHUP);
  [[maybe_unused]] const auto order = KernelOrder().Returning();
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void* Parking::Wait() {
  for (;;) {
    epoll_event event{};
    if (::epoll_wait(epoll_, &event, 1, -1) != 1) continue;
    KernelOrder().Waited();
    return event.data.ptr;
  }
}

void Parking::Close() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = ::write(closed_, &one, sizeof one);
}

}  // namespace agm::gateway
