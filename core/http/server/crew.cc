#include "core/http/server/crew.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace agm::gateway {
namespace {

/// One polling thread per processor. With more of them threads wake up in vain, because a running
/// one takes the event first; with fewer, each request must wake an idle thread.
int EnoughAttending() {
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

Crew::Crew(std::function<bool()> attend, Duration rest) : attend_(std::move(attend)), rest_(rest) {}

Crew::~Crew() { Join(); }

bool Crew::Start() {
  std::lock_guard lock(mutex_);
  return StartThread();
}

bool Crew::GoAway() {
  if (attending_.fetch_sub(1) > 1 || Recruit()) return true;
  attending_.fetch_add(1);
  return false;
}

void Crew::ComeBack() { attending_.fetch_add(1); }

void Crew::Join() {
  std::unique_lock lock(mutex_);
  joining_ = true;
  for (Rest* rest : resting_) rest->wake.notify_one();
  all_ended_.wait(lock, [&] { return threads_ == 0; });
  for (pthread_t thread : std::exchange(ended_, {})) ::pthread_join(thread, nullptr);
}

/// Makes one thread poll again. Several callers may arrive here while a thread starts; one is
/// enough.
bool Crew::Recruit() {
  std::lock_guard lock(mutex_);
  if (attending_ > 0) return true;
  if (resting_.empty()) return StartThread();
  Rest* rest = resting_.back();
  resting_.pop_back();
  rest->woken = true;
  attending_.fetch_add(1);
  rest->wake.notify_one();
  return true;
}

bool Crew::StartThread() {
  pthread_attr_t options;
  ::pthread_attr_init(&options);
  ::pthread_attr_setstacksize(&options, kStack);
  pthread_t thread;
  attending_.fetch_add(1);
  const bool started = ::pthread_create(&thread, &options, &Crew::Main, this) == 0;
  ::pthread_attr_destroy(&options);
  if (!started) attending_.fetch_sub(1);
  if (started) ++threads_;
  return started;
}

void* Crew::Main(void* crew) {
  static_cast<Crew*>(crew)->Run();
  return nullptr;
}

void Crew::Run() {
  while (IsNeeded()) {
    if (attend_()) continue;
    attending_.fetch_sub(1);
    break;
  }
  End();
}

/// False if the thread idled for the whole idle time without being needed: it then ends.
bool Crew::IsNeeded() {
  int attending = attending_.load();
  while (attending > EnoughAttending()) {
    if (attending_.compare_exchange_weak(attending, attending - 1)) return RestAwhile();
  }
  return true;
}

/// Idles; true if the thread was woken to poll, false if it was not needed.
bool Crew::RestAwhile() {
  Rest rest;
  std::unique_lock lock(mutex_);
  resting_.push_back(&rest);
  rest.wake.wait_for(lock, rest_, [&] { return rest.woken || joining_; });
  if (!rest.woken) std::erase(resting_, &rest);
  return rest.woken;
}

/// Each ending thread joins the threads that ended before it; Join joins the last ones.
void Crew::End() {
  std::vector<pthread_t> earlier;
  {
    std::lock_guard lock(mutex_);
    if (!joining_) earlier = std::exchange(ended_, {});
    ended_.push_back(::pthread_self());
    if (--threads_ == 0) all_ended_.notify_all();
  }
  for (pthread_t thread : earlier) ::pthread_join(thread, nullptr);
}

}  // namespace agm::gateway
