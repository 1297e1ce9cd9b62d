#pragma once

#include "core/base/os/poller.h"
#include "core/base/os/wake_event.h"

namespace agm::http {

/// The sockets that wait for their clients without a thread each. Wait returns a
/// socket that is ready; no other thread gets it until it is parked again.
///
/// Thread safety: any thread.
class Parking {
 public:
  Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  /// Parks a new socket; Wait returns `what` for it. False if the system refuses.
  bool Enter(int fd, void* what);
  enum class Until { kInput, kOutput };
  /// Parks a socket that Wait has returned. From here on another thread may get it.
  void Return(int fd, void* what, Until until);
  /// Waits for the next ready socket; null after Close.
  void* Wait();
  /// Makes all present and future calls of Wait return null.
  void Close();

 private:
  os::Poller poller_;
  os::WakeEvent closed_;  ///< stays readable after Close
};

}  // namespace agm::http
