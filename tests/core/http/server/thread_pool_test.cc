#include "core/http/server/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

/// Jobs for a pool; each job blocks its thread.
class Jobs {
 public:
  void Add(std::function<void()> job) {
    std::lock_guard lock(mutex_);
    jobs_.push(std::move(job));
    changed_.notify_one();
  }
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  bool Poll(ThreadPool& pool) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) return false;
    const auto job = std::move(jobs_.front());
    jobs_.pop();
    lock.unlock();
    EXPECT_TRUE(pool.BeginBlocking());
    job();
    pool.EndBlocking();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> jobs_;
  bool closed_ = false;
};

class ThreadPoolTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(pool_.Start()); }
  void TearDown() override {
    jobs_.Close();
    pool_.Join();
  }

  Jobs jobs_;
  ThreadPool pool_{[this] { return jobs_.Poll(pool_); }, Duration(50)};
};

TEST_F(ThreadPoolTest, GrowsWithJobsThatBlock) {
  Gate gate;
  for (int i = 0; i < 50; ++i) jobs_.Add([&] { gate.Wait(); });
  EXPECT_TRUE(Eventually([&] { return gate.waiting() == 50; }));
  gate.Open();
}

TEST_F(ThreadPoolTest, UsesIdleThreadsAgain) {
  for (int round = 0; round < 5; ++round) {
    Gate gate;
    for (int i = 0; i < 20; ++i) jobs_.Add([&] { gate.Wait(); });
    ASSERT_TRUE(Eventually([&] { return gate.waiting() == 20; }));
    EXPECT_LE(Threads(), 30);
    gate.Open();
    ASSERT_TRUE(Eventually([&] { return gate.waiting() == 0; }));
  }
}

TEST_F(ThreadPoolTest, ShrinksWhenThereIsNothingToDo) {
  const int before = Threads();
  {
    Gate gate;
    for (int i = 0; i < 50; ++i) jobs_.Add([&] { gate.Wait(); });
    ASSERT_TRUE(Eventually([&] { return gate.waiting() == 50; }));
    EXPECT_GE(Threads(), before + 49);
  }
  EXPECT_TRUE(Eventually([&] { return Threads() <= before + 16; }));
}

// Many threads notice at once that none polls: one of them starts a thread, the others see that it
// did.
TEST_F(ThreadPoolTest, KeepsNoMoreThanEnoughAfterManyShortJobs) {
  const int enough = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, 16);
  const int before = Threads();
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> ran = 0;
    for (int i = 0; i < 500; ++i) {
      jobs_.Add([&] {
        std::this_thread::yield();
        ++ran;
      });
    }
    ASSERT_TRUE(Eventually([&] { return ran == 500; }));
  }
  EXPECT_TRUE(Eventually([&] { return Threads() <= before + enough; })) << Threads() - before;
}

TEST_F(ThreadPoolTest, RunsEveryJobOnce) {
  std::atomic<int> ran = 0;
  for (int i = 0; i < 5000; ++i) jobs_.Add([&] { ++ran; });
  EXPECT_TRUE(Eventually([&] { return ran == 5000; }));
}

}  // namespace
}  // namespace agm::http
