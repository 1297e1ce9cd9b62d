#include "core/base/descriptors.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/os/socket.h"

namespace agm {

std::size_t DescriptorLimit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

std::size_t OpenDescriptors() {
  constexpr std::size_t kMost = 65'536;
  constexpr std::size_t kAtOnce = 256;  // poll refuses more than the limit at once
  const std::size_t end = std::min(DescriptorLimit(), kMost);
  std::size_t open = 0;
  for (std::size_t first = 0; first < end; first += kAtOnce) {
    std::array<pollfd, kAtOnce> asked{};
    const std::size_t count = std::min(kAtOnce, end - first);
    for (std::size_t i = 0; i < count; ++i) asked[i].fd = static_cast<int>(first + i);
    if (::poll(asked.data(), count, 0) < 0) continue;
    open += static_cast<std::size_t>(
        std::count_if(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(count),
                      [](const pollfd& each) { return (each.revents & POLLNVAL) == 0; }));
  }
  return open;
}

bool DescriptorLeft() {
  const UniqueFd probe = os::NewSocket(AF_UNIX, SOCK_STREAM, 0);
  return probe.get() >= 0 || (errno != EMFILE && errno != ENFILE);
}

}  // namespace agm
