#pragma once

#include "core/base/os/signals.h"
#include "core/base/os/wake_event.h"

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

  /// Waits for the next signal; 0 after Wake.
  int Wait();
  /// Makes Wait return 0.
  void Wake();

 private:
  os::SignalSource signals_;
  os::WakeEvent wake_;
};

}  // namespace agm::cli
