#include "core/http/server/parking.h"

#include <array>
#include <mutex>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

namespace agm::http {
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

}  // namespace

// No kOnce: all waiting threads must see that the set was closed.
Parking::Parking() { poller_.Add(closed_.fd(), os::kInput, nullptr); }

bool Parking::Enter(int fd, void* what) {
  return poller_.Add(fd, os::kInput | os::kHangUp | os::kOnce, what);
}

/// For kOutput the set leaves kHangUp out, because a client that has closed its sending side would
/// otherwise wake the thread again and again.
void Parking::Return(int fd, void* what, Until until) {
  const unsigned events = until == Until::kOutput ? os::kOutput : os::kInput | os::kHangUp;
  [[maybe_unused]] const auto order = KernelOrder().Returning();
  poller_.Change(fd, events | os::kOnce, what);
}

void* Parking::Wait() {
  for (;;) {
    std::array<os::Poller::Ready, 1> ready;
    if (poller_.Wait(ready, -1) == 0) continue;
    KernelOrder().Waited();
    return ready.front().of;
  }
}

void Parking::Close() { closed_.Signal(); }

}  // namespace agm::http
