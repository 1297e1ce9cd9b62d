#include "core/http/server/capacity.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "core/base/descriptors.h"

namespace agm::http {
namespace {

constexpr std::size_t kSpare = 32;  // descriptors that a server keeps for files

bool IsHealth(std::string_view path) { return path == "/healthz"; }

// Runs `body` on a thread of the pool, the only place from which requests may enter.
void OnThePool(const std::function<void(ThreadPool&)>& body) {
  ThreadPool* self = nullptr;
  ThreadPool pool([&] {
    if (self != nullptr) body(*std::exchange(self, nullptr));
    return false;
  });
  self = &pool;
  ASSERT_TRUE(pool.Start());
  pool.Join();
}

TEST(Capacity, RefusesMoreRequestsThanItsLimitExceptUrgentOnes) {
  OnThePool([](ThreadPool& threads) {
    LiveLimits limits;
    limits.max_connections = 2;
    Capacity capacity(limits, &IsHealth, threads);
    capacity.Start();
    EXPECT_FALSE(capacity.Enter("/a", 1));
    EXPECT_FALSE(capacity.Enter("/a", 1));
    const auto fault = capacity.Enter("/a", 1);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->status, 503);
    EXPECT_EQ(fault->error.message, "the gateway has 2 requests in flight already; try again");
    EXPECT_EQ(fault->error.retry_after_ms, 1000);
    for (int urgent = 0; urgent < 8; ++urgent) EXPECT_FALSE(capacity.Enter("/healthz", 1));
    EXPECT_TRUE(capacity.Enter("/healthz", 1));
    EXPECT_EQ(capacity.in_flight(), 10);
    for (int request = 0; request < 9; ++request) capacity.Leave();
    EXPECT_FALSE(capacity.Enter("/a", 1));
    capacity.Leave();
    capacity.Leave();
    EXPECT_EQ(capacity.in_flight(), 0);
  });
}

TEST(Capacity, KeepsTheLastDescriptorsFree) {
  OnThePool([](ThreadPool& threads) {
    LiveLimits limits;
    limits.max_connections = 100;
    Capacity capacity(limits, &IsHealth, threads);
    Server::Descriptors others;
    capacity.CountDescriptorsWith([&] { return others; });
    const std::size_t free = DescriptorLimit() - OpenDescriptors() - kSpare;
    capacity.Start();

    others = {free - 2, 1};  // one connection of a client, and one descriptor is left
    EXPECT_FALSE(capacity.IsShort(1));
    EXPECT_FALSE(capacity.Enter("/a", 1));
    capacity.Leave();
    others.held = free - 1;
    EXPECT_TRUE(capacity.IsShort(1));
    const auto fault = capacity.Enter("/a", 1);
    ASSERT_TRUE(fault);
    EXPECT_NE(fault->error.message.find(std::to_string(DescriptorLimit()) + " file descriptors"),
              std::string::npos);
    EXPECT_FALSE(capacity.Enter("/healthz", 1));  // an urgent one needs no upstream
    capacity.Leave();

    others = {0, free - 2};  // what each request in flight may need counts too
    EXPECT_FALSE(capacity.Enter("/a", 1));
    EXPECT_TRUE(capacity.Enter("/a", 1));
    capacity.Leave();
    EXPECT_EQ(capacity.in_flight(), 0);
  });
}

}  // namespace
}  // namespace agm::http
