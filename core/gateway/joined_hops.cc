#include "core/gateway/joined_hops.h"

namespace agm::gateway {

std::optional<chat::Event> JoinedHops::Next(TimePoint until) {
  for (;;) {
    if (auto event = splice_.Next()) return event;
    if (splice_.token()) {
      if (until == kNoWait) return std::nullopt;
      NextHop();
      continue;
    }
    auto event = hop_.Next(until);
    if (!event) return std::nullopt;
    splice_.Add(*std::move(event));
  }
}

Awaited JoinedHops::awaited() {
  if (splice_.held()) return {-1, kNoWait};
  return splice_.token() ? Awaited{} : hop_.awaited();
}

// If no further hop can be started, the answer ends with "length", and the client may ask for more.
void JoinedHops::NextHop() {
  auto hop = call_.Continue(*splice_.token());
  if (!hop || !*hop) return splice_.GiveUp();
  hop_ = **std::move(hop);
  splice_.Continue();
}

}  // namespace agm::gateway
