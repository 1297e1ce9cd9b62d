#pragma once

#include <filesystem>
#include <memory>

#include "core/base/clock.h"

namespace agm::config {

struct WatchTimes {
  Duration settle{100};  ///< how long the file must be left alone before a change counts
  Duration poll{2'000};  ///< how often it is looked at where the kernel tells nothing
};

/// Notices that a file was changed, replaced, removed or put back, however an editor does that:
/// written in place, a new file renamed over it, a link turned to another target. Changes that
/// follow each other closely are one.
///
///   Watch watch(path);
///   while (watch.WaitForChange()) Reload();    // in a thread of its own
///
///   watch.Wake();                              // elsewhere, for SIGHUP: WaitForChange returns
///   true watch.Stop();                              // WaitForChange returns false from now on
///
/// What counts is the difference from the file that the constructor saw, so load it afterwards. A
/// change need not be one of the content. It uses inotify where there is one, and looks at the
/// file now and then in any case (network folders and links into other folders tell nothing).
///
/// Thread safety: Wake and Stop any thread, and signal handlers; the others one thread at a time.
class Watch {
 public:
  explicit Watch(std::filesystem::path path, WatchTimes times = {});
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Blocks until the file changed or somebody calls Wake (true) or Stop (false).
  bool WaitForChange();
  /// Waits so long at most; true as above, false as well when nothing happened.
  bool ChangedWithin(Duration wait);
  void Wake();
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace agm::config
