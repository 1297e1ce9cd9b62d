#include <sys/eventfd.h>

#include <cstdint>

#include "core/base/os/wake_event.h"

namespace agm::os {

WakeEvent::WakeEvent() : read_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void WakeEvent::Signal() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(read_.get(), &one, sizeof one);
}

bool WakeEvent::Take() const {
  std::uint64_t signals = 0;
  return ::read(read_.get(), &signals, sizeof signals) > 0;
}

}  // namespace agm::os
