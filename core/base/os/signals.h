#pragma once

#include <csignal>
#include <initializer_list>

#include "core/base/unique_fd.h"

namespace agm::os {

/// Turns signals into events of a descriptor. While the object lives, the signals do not interrupt
/// the program; create it before the first thread. Linux: a signalfd; elsewhere: handlers that
/// write into a pipe.
///
///   SignalSource signals({SIGINT, SIGTERM});
///   if (IsReadable(signals.fd())) Handle(signals.Take());
///
/// Thread safety: create and destroy it while no other thread runs; Take from any thread. At most
/// one object at a time.
class SignalSource {
 public:
  explicit SignalSource(std::initializer_list<int> signals);
  ~SignalSource();
  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;

  int fd() const { return read_.get(); }
  /// The signal that came first; 0 if there is none. Does not block.
  int Take();

 private:
  sigset_t signals_{};
  sigset_t before_{};
  UniqueFd read_;
};

}  // namespace agm::os
