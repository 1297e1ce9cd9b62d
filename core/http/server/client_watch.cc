#include "core/http/server/client_watch.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace agm::gateway {

ClientWatch::~ClientWatch() {
  if (const int leaving = leaving_.load(); leaving >= 0) ::close(leaving);
}

int ClientWatch::fd() const {
  const int leaving = leaving_.load();
  return leaving >= 0 ? leaving : socket_;
}

bool ClientWatch::Cancelled() const {
  if (cancelled_.load()) return true;
  pollfd seen{socket_, POLLIN | POLLRDHUP, 0};
  if (::poll(&seen, 1, 0) <= 0) return false;
  if ((seen.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0) return true;
  if (leaving_.load() < 0) WatchLeavingOnly();
  return false;
}

void ClientWatch::WatchLeavingOnly() const {
  const int leaving = ::epoll_create1(EPOLL_CLOEXEC);
  if (leaving < 0) return;
  epoll_event event{};
  event.events = EPOLLRDHUP;
  int none = -1;
  if (::epoll_ctl(leaving, EPOLL_CTL_ADD, socket_, &event) != 0 ||
      !leaving_.compare_exchange_strong(none, leaving)) {
    ::close(leaving);
  }
}

}  // namespace agm::gateway
