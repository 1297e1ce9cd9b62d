#include "core/http/server/client_watch.h"

#include <unistd.h>

#include "core/base/os/poller.h"

namespace agm::http {

ClientWatch::~ClientWatch() {
  if (const int leaving = leaving_.load(); leaving >= 0) ::close(leaving);
}

int ClientWatch::fd() const {
  const int leaving = leaving_.load();
  return leaving == kNotWatched ? socket_ : leaving;
}

bool ClientWatch::Cancelled() const {
  if (cancelled_.load()) return true;
  bool input = false;
  if (os::HasHungUp(socket_, &input)) return true;
  if (input && leaving_.load() == kNotWatched) WatchLeavingOnly();
  return false;
}

void ClientWatch::WatchLeavingOnly() const {
  UniqueFd leaving = os::HangUpOnly(socket_);
  int none = kNotWatched;
  const int watched = leaving.get() >= 0 ? leaving.get() : kCannotBeWatched;
  if (leaving_.compare_exchange_strong(none, watched)) leaving.release();
}

}  // namespace agm::http
