#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "core/base/clock.h"

namespace agm::gateway {

/// Threads that follow demand. Some attend (wait for the next socket with news and look at it,
/// which never takes long); the others are away with a request, or rest, or do not exist. There is
/// always one that attends: who goes away without leaving another behind wakes or starts one first.
/// Who comes back to enough others rests, and ends after a while.
///
///   Crew crew([&] { void* next = parking.Wait(); ...; return next != nullptr; });
///   crew.Start();
///   if (crew.GoAway()) { ... block as long as it takes ...; crew.ComeBack(); }    // inside attend
///
/// Thread safety: any thread; GoAway and ComeBack from inside `attend` only.
class Crew {
 public:
  /// `attend` deals with one piece of news; false: there will be no more. Who rests for `rest`
  /// ends.
  explicit Crew(std::function<bool()> attend, Duration rest = Duration(10'000));
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Starts the first thread; false when the system gives none.
  bool Start();
  /// False when nobody else attends and no thread can be had: then the caller must not block.
  bool GoAway();
  void ComeBack();
  /// Waits until every thread has ended; `attend` must return false from now on.
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
  std::vector<Rest*> resting_;  ///< last in, first out: the longest resting end
  std::vector<pthread_t> ended_;
  std::condition_variable all_ended_;
  int threads_ = 0;
  bool joining_ = false;
};

}  // namespace agm::gateway
