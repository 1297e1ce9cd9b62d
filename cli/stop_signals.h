#pragma once

#include <csignal>

namespace agm::cli {

/// SIGINT, SIGTERM and SIGHUP as values that one thread waits for, instead of handlers that may run
/// anywhere. Made before any other thread, because threads inherit what is blocked. SIGPIPE and
/// SIGXFSZ are ignored from then on: a client that left, or a file that may not grow, is an error
/// of a write, not the end of the program.
///
///   StopSignals signals;
///   while (int signal = signals.Wait()) ...
///
/// Thread safety: Wait from one thread; Wake from any.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The next signal; 0 once Wake was called.
  int Wait();
  /// Ends a Wait.
  void Wake();

 private:
  sigset_t before_;
  int signals_ = -1;
  int wake_ = -1;
};

}  // namespace agm::cli
