#include <fcntl.h>

#include <array>

#include "core/base/os/wake_event.h"

namespace agm::os {

WakeEvent::WakeEvent() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return;
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  read_ = UniqueFd(ends[0]);
  write_ = UniqueFd(ends[1]);
}

/// A full pipe refuses the byte; it is readable then in any case.
void WakeEvent::Signal() const {
  const char byte = 0;
  [[maybe_unused]] const ssize_t n = ::write(write_.get(), &byte, 1);
}

bool WakeEvent::Take() const {
  std::array<char, 256> bytes{};
  bool taken = false;
  while (::read(read_.get(), bytes.data(), bytes.size()) > 0) taken = true;
  return taken;
}

}  // namespace agm::os
