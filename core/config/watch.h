#pragma once

#include <filesystem>
#include <memory>

#include "core/base/clock.h"

namespace agm::config {

struct WatchTimes {
  Duration settle{100};  ///< a change counts once the file was unchanged for this long
  Duration poll{2'000};  ///< interval of polling, for changes without a kernel event
};

/// Detects that a file was changed, replaced, removed or restored in any way an editor may use:
/// written in place, a new file renamed over it, a symbolic link changed. Changes in quick
/// succession count as one.
///
///   Watch watch(path);
///   while (watch.WaitForChange()) Reload();    // in its own thread
///
///   watch.Wake();                              // on another thread: WaitForChange returns true
///   watch.Stop();                              // from now on WaitForChange returns false
///
/// Changes are relative to the file that the constructor saw, so load the file after constructing
/// the Watch. The content need not differ. The system reports changes where it can, and the class
/// polls in any case, because network folders and links into other folders send no events.
///
/// Thread safety: Wake and Stop may be called by any thread and by signal handlers, the other
/// functions by one thread at a time.
class Watch {
 public:
  explicit Watch(std::filesystem::path path, WatchTimes times = {});
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Blocks until the file changes or Wake is called (true), or Stop is called (false).
  bool WaitForChange();
  /// Like WaitForChange, but waits for at most `wait`; false also if nothing happened.
  bool ChangedWithin(Duration wait);
  void Wake();
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agm::config
