#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/base/unique_fd.h"

namespace agm::os {

/// Events of a descriptor, to be combined with |.
///
/// kHangUp: the other side has closed its sending side or the whole connection. A descriptor with
/// an error reports kFailed, and without being asked.
enum Event : unsigned {
  kInput = 1,
  kOutput = 2,
  kHangUp = 4,
  kFailed = 8,
  kOnce = 16,   ///< after one report the descriptor is silent until Change
  kFresh = 32,  ///< a condition that lasts is reported once, not at every Wait
};

/// A set of descriptors. Wait returns those for which an event has arrived. With kOnce, one event
/// goes to one of the waiting threads only.
///
///   Poller poller;
///   poller.Add(socket, kInput | kHangUp, &client);
///   Poller::Ready ready[64];
///   for (std::size_t i = 0, n = poller.Wait(ready, 1'000); i < n; ++i) Use(ready[i].of);
///
/// Linux: epoll. Elsewhere: poll, whose cost grows with the number of descriptors; there a kFresh
/// output is reported as long as it lasts.
///
/// Thread safety: any thread. Remove a descriptor before it is closed, unless it was added with
/// kOnce: an entry whose descriptor was closed causes at most one stray event.
class Poller {
 public:
  struct Ready {
    void* of = nullptr;
    unsigned events = 0;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// False if the system refused what the set needs.
  bool ok() const;
  /// Adds a descriptor, with the value that Wait returns for it. False if the system refuses.
  bool Add(int fd, unsigned events, void* of);
  /// Replaces what is awaited. False if the descriptor is not in the set.
  bool Change(int fd, unsigned events, void* of);
  void Remove(int fd);
  /// Waits at most `timeout_ms` (-1: without end) and returns how many entries it filled; 0 also
  /// if a signal came.
  std::size_t Wait(std::span<Ready> ready, int timeout_ms);

 private:
  class Set;
  std::unique_ptr<Set> set_;
};

/// True if the other side of a connected socket has closed its sending side or the connection, or
/// if the socket failed. Takes no time and reads nothing. `*input` becomes true if bytes wait
/// there; the portable implementation sees a closed sending side only behind those bytes.
bool HasHungUp(int socket, bool* input);

/// A descriptor that becomes readable only when the other side of `socket` leaves, even while
/// bytes wait there. Empty if the system has no such descriptor: then only a read or write shows
/// that the other side has left.
UniqueFd HangUpOnly(int socket);

}  // namespace agm::os
