#pragma once

#include "core/base/unique_fd.h"

namespace agm::os {

/// A descriptor that any thread can make readable, to wake a thread that waits in poll or in a
/// Poller. It stays readable until Take. Linux: an eventfd; elsewhere: a pipe.
///
///   WakeEvent stop;
///   poller.Add(stop.fd(), kInput, &stop);
///   stop.Signal();                          // on another thread
///
/// Thread safety: any thread; Signal also in a signal handler.
class WakeEvent {
 public:
  WakeEvent();

  /// -1 if the system refused it.
  int fd() const { return read_.get(); }
  void Signal() const;
  /// Makes it unreadable again; true if it was readable. Does not block.
  bool Take() const;

 private:
  UniqueFd read_;
  UniqueFd write_;  ///< empty where one descriptor serves both ends
};

}  // namespace agm::os
