#pragma once

#include <csignal>

namespace agm::cli {

/// Delivers SIGINT, SIGTERM and SIGHUP to one waiting thread, instead of to handlers that may run
/// on any thread. Create it before any other thread, because threads inherit the blocked signals.
/// It makes the process ignore SIGPIPE and SIGXFSZ: a disconnected client or a full file then is an
/// error of write(), not the end of the program.
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

  /// Waits for the next signal; 0 after Wake.
  int Wait();
  /// Makes Wait return 0.
  void Wake();

 private:
  sigset_t before_;
  int signals_ = -1;
  int wake_ = -1;
};

}  // namespace agm::cli
