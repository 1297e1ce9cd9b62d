#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/base/guarded.h"
#include "core/base/os/poller.h"
#include "core/base/os/wake_event.h"

namespace agm::os {
namespace {

/// True if the next read finds the end of the stream.
bool AtEnd(int socket) {
  char byte = 0;
  const ssize_t n = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTSOCK);
}

}  // namespace

/// The entries, and the threads that wait. Each waiting thread has a wake event of its own, because
/// it must look at the entries again after each change.
///
/// poll reports a condition as long as it lasts. An entry therefore keeps in `quiet` the events
/// that were reported and must not be again: all of them with kOnce, a hang-up with kFresh, and
/// input that is awaited only because a hang-up may stand behind it.
class Poller::Set {
 public:
  struct Entry {
    unsigned events = 0;
    unsigned quiet = 0;
    void* of = nullptr;
    unsigned Awaited() const { return events & ~quiet; }
  };

  void Put(int fd, const Entry& entry) {
    auto state = state_.Lock();
    state->entries.insert_or_assign(fd, entry);
    WakeAll(*state);
  }
  bool Has(int fd) {
    auto state = state_.Lock();
    return state->entries.contains(fd);
  }
  void Remove(int fd) {
    auto state = state_.Lock();
    state->entries.erase(fd);
    WakeAll(*state);
  }

  /// Registers the calling thread until Leave; Asked lists its wake event first.
  std::unique_ptr<WakeEvent> Join() {
    auto state = state_.Lock();
    std::unique_ptr<WakeEvent> event;
    if (!state->idle.empty()) {
      event = std::move(state->idle.back());
      state->idle.pop_back();
    } else {
      event = std::make_unique<WakeEvent>();
    }
    state->waiting.push_back(event.get());
    return event;
  }
  void Leave(std::unique_ptr<WakeEvent> event) {
    event->Take();
    auto state = state_.Lock();
    std::erase(state->waiting, event.get());
    state->idle.push_back(std::move(event));
  }

  std::vector<pollfd> Asked(const WakeEvent& event) {
    std::vector<pollfd> asked = {{event.fd(), POLLIN, 0}};
    auto state = state_.Lock();
    for (const auto& [fd, entry] : state->entries) {
      const unsigned awaited = entry.Awaited();
      short events = 0;
      if ((awaited & (kInput | kHangUp)) != 0) events |= POLLIN;
      if ((awaited & kOutput) != 0) events |= POLLOUT;
      if (events != 0) asked.push_back({fd, events, 0});
    }
    return asked;
  }

  std::size_t Report(std::span<const pollfd> seen, std::span<Ready> ready) {
    std::size_t count = 0;
    auto state = state_.Lock();
    for (const pollfd& each : seen) {
      if (each.revents == 0 || count == ready.size()) continue;
      const auto entry = state->entries.find(each.fd);
      if (entry == state->entries.end()) continue;
      void* const of = entry->second.of;
      if (const unsigned events = Report(entry->second, each)) ready[count++] = {of, events};
    }
    return count;
  }

 private:
  struct State {
    std::unordered_map<int, Entry> entries;
    std::vector<WakeEvent*> waiting;
    std::vector<std::unique_ptr<WakeEvent>> idle;
  };

  static void WakeAll(const State& state) {
    for (const WakeEvent* event : state.waiting) event->Signal();
  }

  /// The events to report of one descriptor, or 0. Another thread may have reported it meanwhile.
  static unsigned Report(Entry& entry, const pollfd& seen) {
    unsigned events = 0;
    if ((seen.revents & POLLIN) != 0) events |= kInput;
    if ((seen.revents & POLLOUT) != 0) events |= kOutput;
    if ((seen.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) events |= kFailed | kHangUp;
    if ((events & kInput) != 0 && (entry.Awaited() & kHangUp) != 0 && AtEnd(seen.fd)) {
      events |= kHangUp;
    }
    if ((events & (kInput | kHangUp)) == kInput && (entry.events & kInput) == 0) {
      entry.quiet |= kHangUp;  // bytes hide the end until somebody reads them
    }
    events &= entry.Awaited() | (entry.Awaited() != 0 ? kFailed : 0U);
    if (events != 0 && (entry.events & kOnce) != 0) entry.quiet = ~0U;
    if ((events & kHangUp) != 0 && (entry.events & kFresh) != 0) entry.quiet |= kHangUp | kInput;
    return events;
  }

  Guarded<State> state_;
};

Poller::Poller() : set_(std::make_unique<Set>()) {}
Poller::~Poller() = default;

bool Poller::ok() const { return true; }

bool Poller::Add(int fd, unsigned events, void* of) {
  set_->Put(fd, {events, 0, of});
  return true;
}

bool Poller::Change(int fd, unsigned events, void* of) {
  if (!set_->Has(fd)) return false;
  set_->Put(fd, {events, 0, of});
  return true;
}

void Poller::Remove(int fd) { set_->Remove(fd); }

std::size_t Poller::Wait(std::span<Ready> ready, int timeout_ms) {
  std::unique_ptr<WakeEvent> event = set_->Join();
  std::vector<pollfd> asked = set_->Asked(*event);
  const int count = ::poll(asked.data(), static_cast<nfds_t>(asked.size()), timeout_ms);
  set_->Leave(std::move(event));
  return count > 0 ? set_->Report(std::span(asked).subspan(1), ready) : 0;
}

bool HasHungUp(int socket, bool* input) {
  pollfd seen{socket, POLLIN, 0};
  if (::poll(&seen, 1, 0) <= 0) return false;
  *input = (seen.revents & POLLIN) != 0;
  return (seen.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 || AtEnd(socket);
}

UniqueFd HangUpOnly(int) { return UniqueFd(); }

}  // namespace agm::os
