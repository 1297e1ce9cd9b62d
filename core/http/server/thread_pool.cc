#include "core/http/server/thread_pool.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace agm::http {
namespace {

/// One polling thread per processor. With more of them threads wake up in vain, because a running
/// one takes the event first; with fewer, each request must wake an idle thread.
int EnoughPolling() {
  static const int enough =
      std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, 16);
  return enough;
}

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kStack = 1024 * 1024;  // sanitizers need several times larger stack frames
#else
constexpr std::size_t kStack = 256 * 1024;
#endif

}  // namespace

ThreadPool::ThreadPool(std::function<bool()> poll, Duration idle_time)
    : poll_(std::move(poll)), idle_time_(idle_time) {}

ThreadPool::~ThreadPool() { Join(); }

bool ThreadPool::Start() {
  std::lock_guard lock(mutex_);
  return StartThread();
}

bool ThreadPool::BeginBlocking() {
  if (polling_.fetch_sub(1) > 1 || WakeOrStart()) return true;
  polling_.fetch_add(1);
  return false;
}

void ThreadPool::EndBlocking() { polling_.fetch_add(1); }

void ThreadPool::Join() {
  std::unique_lock lock(mutex_);
  joining_ = true;
  for (IdleThread* thread : idle_) thread->wake.notify_one();
  all_ended_.wait(lock, [&] { return threads_ == 0; });
  for (pthread_t thread : std::exchange(ended_, {})) ::pthread_join(thread, nullptr);
}

/// Makes one thread poll again. Several callers may arrive here while a thread starts; one is
/// enough.
bool ThreadPool::WakeOrStart() {
  std::lock_guard lock(mutex_);
  if (polling_ > 0) return true;
  if (idle_.empty()) return StartThread();
  IdleThread* thread = idle_.back();
  idle_.pop_back();
  thread->woken = true;
  polling_.fetch_add(1);
  thread->wake.notify_one();
  return true;
}

bool ThreadPool::StartThread() {
  pthread_attr_t options;
  ::pthread_attr_init(&options);
  ::pthread_attr_setstacksize(&options, kStack);
  pthread_t thread;
  polling_.fetch_add(1);
  const bool started = ::pthread_create(&thread, &options, &ThreadPool::Main, this) == 0;
  ::pthread_attr_destroy(&options);
  if (!started) polling_.fetch_sub(1);
  if (started) ++threads_;
  return started;
}

void* ThreadPool::Main(void* pool) {
  static_cast<ThreadPool*>(pool)->Run();
  return nullptr;
}

void ThreadPool::Run() {
  while (IsNeeded()) {
    if (poll_()) continue;
    polling_.fetch_sub(1);
    break;
  }
  End();
}

/// False if the thread idled for the whole idle time without being needed: it then ends.
bool ThreadPool::IsNeeded() {
  int polling = polling_.load();
  while (polling > EnoughPolling()) {
    if (polling_.compare_exchange_weak(polling, polling - 1)) return WaitIdle();
  }
  return true;
}

/// Idles; true if the thread was woken to poll, false if it was not needed.
bool ThreadPool::WaitIdle() {
  IdleThread self;
  std::unique_lock lock(mutex_);
  idle_.push_back(&self);
  self.wake.wait_for(lock, idle_time_, [&] { return self.woken || joining_; });
  if (!self.woken) std::erase(idle_, &self);
  return self.woken;
}

/// Each ending thread joins the threads that ended before it; Join joins the last ones.
void ThreadPool::End() {
  std::vector<pthread_t> earlier;
  {
    std::lock_guard lock(mutex_);
    if (!joining_) earlier = std::exchange(ended_, {});
    ended_.push_back(::pthread_self());
    if (--threads_ == 0) all_ended_.notify_all();
  }
  for (pthread_t thread : earlier) ::pthread_join(thread, nullptr);
}

}  // namespace agm::http
