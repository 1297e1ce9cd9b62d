#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "core/base/clock.h"

namespace agm::http {

/// A thread pool that follows demand. Some threads poll (they wait for the next ready socket and
/// handle it, which never takes long); others are blocked by a request, or idle. At least one
/// thread always polls: a thread that is about to block first wakes or starts another one if no
/// other polls. A thread that returns while enough others poll becomes idle, and ends after a
/// while: it holds about 0.1 MB, and a new one starts in about 0.03 ms.
///
///   ThreadPool pool([&] { return HandleNextEvent(); });
///   pool.Start();
///
/// and inside HandleNextEvent, before and after work that blocks:
///
///   if (pool.BeginBlocking()) {
///     ... as long as it takes ...
///     pool.EndBlocking();
///   }
///
/// Thread safety: any thread; BeginBlocking and EndBlocking from inside `poll` only.
class ThreadPool {
 public:
  /// `poll` waits for one event and handles it; it returns false if no more will come. A thread
  /// that was idle for `idle_time` ends.
  explicit ThreadPool(std::function<bool()> poll, Duration idle_time = Duration(1000));
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Starts the first thread; false if the system refuses.
  bool Start();
  /// The calling thread announces that it will block. False if no other thread polls and none can
  /// be started: then the caller must not block.
  bool BeginBlocking();
  void EndBlocking();
  /// Waits until all threads have ended; from now on `poll` must return false.
  void Join();

 private:
  struct IdleThread {
    std::condition_variable wake;
    bool woken = false;
  };

  static void* Main(void* pool);
  void Run();
  bool IsNeeded();
  bool WaitIdle();
  bool WakeOrStart();
  bool StartThread();
  void End();

  const std::function<bool()> poll_;
  const Duration idle_time_;
  std::atomic<int> polling_{0};
  std::mutex mutex_;
  std::vector<IdleThread*> idle_;  ///< last in, first out: the longest idle threads end
  std::vector<pthread_t> ended_;
  std::condition_variable all_ended_;
  int threads_ = 0;
  bool joining_ = false;
};

}  // namespace agm::http
