#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "core/base/clock.h"

namespace agm::gateway {

/// A thread pool that follows demand. Some threads poll (they wait for the next ready socket and
/// handle it, which never takes long); others are blocked by a request, or idle. At least one
/// thread always polls: a thread that is about to block first wakes or starts another one if no
/// other polls. A thread that returns while enough others poll becomes idle, and ends after a
/// while.
///
///   Crew crew([&] { return HandleNextEvent(); });
///   crew.Start();
///
/// and inside HandleNextEvent, before and after work that blocks:
///
///   if (crew.GoAway()) {
///     ... as long as it takes ...
///     crew.ComeBack();
///   }
///
/// Thread safety: any thread; GoAway and ComeBack from inside `attend` only.
class Crew {
 public:
  /// `attend` waits for one event and handles it; it returns false if no more will come. A thread
  /// that was idle for `rest` ends.
  explicit Crew(std::function<bool()> attend, Duration rest = Duration(10'000));
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Starts the first thread; false if the system refuses.
  bool Start();
  /// The calling thread announces that it will block. False if no other thread polls and none can
  /// be started: then the caller must not block.
  bool GoAway();
  void ComeBack();
  /// Waits until all threads have ended; from now on `attend` must return false.
  void Join();

 private:
  struct Rest {
    std::condition_variable wake;
    bool woken = false;
  };

  static void* Main(void* crew);
  void Run();
  bool IsNeeded();
  bool RestAwhile();
  bool Recruit();
  bool StartThread();
  void End();

  const std::function<bool()> attend_;
  const Duration rest_;
  std::atomic<int> attending_{0};
  std::mutex mutex_;
  std::vector<Rest*> resting_;  ///< last in, first out: the longest idle threads end
  std::vector<pthread_t> ended_;
  std::condition_variable all_ended_;
  int threads_ = 0;
  bool joining_ = false;
};

}  // namespace agm::gateway
