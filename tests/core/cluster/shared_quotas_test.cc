// The quotas of accounts, counted by the pools of several machines together.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/core/cluster/cluster_node.h"
#include "tests/support/redis_server.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;
using accounts::Success;
using test::Eventually;

/// The account "work" of a project, with this limit, and "home" with none.
std::shared_ptr<const config::Config> Limited(int config::Account::*limit, int most) {
  auto config = std::make_shared<config::Config>();
  for (const char* name : {"work", "home"}) {
    config::Account account;
    account.name = name;
    account.api_key = Secret(std::string("key-of-") + name);
    account.project = std::string("project-of-") + name;
    account.priority = config->accounts.empty() ? 0 : 1;
    config->accounts.push_back(std::move(account));
  }
  if (limit != nullptr) config->accounts.front().*limit = most;
  return config;
}

/// One machine with its pool, whose clock may be wrong.
struct PoolNode : WrongClock, SharedMachine {
  PoolNode(const std::string& url, const std::string& name,
           std::shared_ptr<const config::Config> config, Duration wrong_by)
      : WrongClock(wrong_by),
        SharedMachine(url, name, std::move(config), *this, kLongPatience),
        clock(*this) {
    link.Start();
  }

  /// The account that a request gets, which it uses for so many tokens.
  std::string Serves(std::int64_t tokens = 10) {
    auto lease = pool.Take({"m", {}, {}}, clock.Now(), NeverCancelled());
    if (!lease) return std::string(CodeName(lease.error().code));
    const std::string account = lease->account().name;
    lease->Report(Success{100ms, tokens});
    return account;
  }
  /// How many of so many requests the limited account served.
  int ServedByWork(int requests) {
    int served = 0;
    for (int i = 0; i < requests; ++i) served += Serves() == "work" ? 1 : 0;
    return served;
  }
  bool IsSettled() const {
    return Eventually([this] { return link.status().waiting == 0; });
  }

  WrongClock& clock;
};

class SharedQuotasTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    server = std::make_unique<test::RedisServer>();
  }
  std::unique_ptr<PoolNode> Join(const std::string& name, Duration wrong_by = 0ms) const {
    auto node = std::make_unique<PoolNode>(server->url(), name, config, wrong_by);
    EXPECT_TRUE(Connects(node->link)) << node->link.status().why;
    return node;
  }

  std::unique_ptr<test::RedisServer> server;
  std::shared_ptr<const config::Config> config = Limited(&config::Account::requests_per_minute, 6);
};

TEST_F(SharedQuotasTest, TheLimitOfAProjectHoldsForAllMachinesTogether) {
  const auto a = Join("a");
  const auto b = Join("b", 60s);
  EXPECT_EQ(a->ServedByWork(4), 4);
  EXPECT_EQ(b->ServedByWork(4), 2);
  EXPECT_TRUE(Eventually([&] { return a->ServedByWork(1) == 0; }));
  EXPECT_EQ(a->Serves(), "home");
}

TEST_F(SharedQuotasTest, NoProjectGetsMoreRequestsThanItsLimitWhenAllComeAtOnce) {
  config = Limited(&config::Account::requests_per_minute, 30);
  const auto a = Join("a");
  const auto b = Join("b");
  std::atomic<int> served = 0;
  {
    std::vector<std::jthread> clients;
    for (auto* node : {a.get(), b.get()}) {
      for (int i = 0; i < 4; ++i)
        clients.emplace_back([&, node] { served += node->ServedByWork(20); });
    }
  }
  EXPECT_EQ(a->link.status().missed + b->link.status().missed, 0U);
  EXPECT_LE(served, 30);
  EXPECT_GE(served, 28);  // where both machines ask for the last place at once, neither may get it
}

TEST_F(SharedQuotasTest, TheTokensOfAProjectAreCountedTogether) {
  config = Limited(&config::Account::tokens_per_minute, 1000);
  const auto a = Join("a");
  const auto b = Join("b");
  EXPECT_EQ(a->Serves(400), "work");
  ASSERT_TRUE(a->IsSettled());
  EXPECT_EQ(b->Serves(300), "work");
  EXPECT_EQ(b->Serves(300), "work");
  EXPECT_EQ(b->Serves(300), "home");
}

TEST_F(SharedQuotasTest, TheRequestsOfADayAreCountedTogetherAndOverARestart) {
  config = Limited(&config::Account::requests_per_day, 5);
  const auto b = Join("b");
  EXPECT_EQ(b->ServedByWork(1), 1);
  {
    const auto a = Join("a");
    EXPECT_EQ(a->ServedByWork(3), 3);
  }
  const auto a = Join("a");
  EXPECT_EQ(a->ServedByWork(3), 1);
  EXPECT_TRUE(Eventually([&] { return b->ServedByWork(1) == 0; }));
}

TEST_F(SharedQuotasTest, EachMachineCountsAloneWithoutTheServerAndTheyAddUpAfterwards) {
  config = Limited(&config::Account::requests_per_minute, 10);
  const auto a = Join("a");
  const auto b = Join("b");
  EXPECT_EQ(a->ServedByWork(1), 1);
  server->Kill();
  ASSERT_TRUE(Eventually([&] {
    return a->link.status().state == LinkState::kAlone &&
           b->link.status().state == LinkState::kAlone;
  }));
  EXPECT_EQ(a->ServedByWork(3), 3);
  EXPECT_EQ(b->ServedByWork(4), 4);
  server->Start();
  ASSERT_TRUE(Connects(a->link) && Connects(b->link));
  ASSERT_TRUE(a->IsSettled() && b->IsSettled());
  EXPECT_EQ(a->ServedByWork(10), 2);
}

TEST_F(SharedQuotasTest, ALimitThatTheUpstreamNamesIsCertainWhenTheSumOfAllMachinesExplainsIt) {
  config = Limited(nullptr, 0);
  const auto a = Join("a");
  const auto b = Join("b");
  EXPECT_EQ(a->ServedByWork(3), 3);
  EXPECT_EQ(b->ServedByWork(3), 3);
  // The counts without a limit are told within two seconds.
  const auto told = [&] {
    std::int64_t requests = 0;
    const auto keys = a->link.Ask({{"KEYS", "agm:{project:*}:counts:m"}}, 2s);
    if (!keys || keys->front().items.empty()) return requests;
    const auto machines = a->link.Ask({{"HVALS", keys->front().items.front().text}}, 2s);
    if (!machines) return requests;
    for (const Reply& machine : machines->front().items) {
      const auto state = ParseJson(machine.text.substr(machine.text.find('{')));
      if (!state || !state->contains("requests")) continue;
      for (const Json& amount : (*state)["requests"]["m"]) requests += amount.get<std::int64_t>();
    }
    return requests;
  };
  ASSERT_TRUE(Eventually([&] { return told() == 6; }));
  auto lease = a->pool.TakeOne("work", "m", a->clock.Now(), NeverCancelled());
  ASSERT_TRUE(lease);
  upstream::Failure failure;
  failure.trouble = upstream::Trouble::kMinuteQuota;
  failure.retry_delay = 100ms;
  failure.limits = {{upstream::QuotaLimit::Of::kRequests, upstream::QuotaLimit::Per::kMinute, 6}};
  lease->Report(failure);
  ASSERT_TRUE(a->IsSettled());
  std::this_thread::sleep_for(3s);  // the cooldown, and the counts that begin anew
  EXPECT_EQ(a->ServedByWork(4) + b->ServedByWork(4), 6);
}

TEST_F(SharedQuotasTest, TheServerHoldsNoNameOfAnAccountInItsKeys) {
  const auto a = Join("a");
  EXPECT_EQ(a->ServedByWork(1), 1);
  const auto keys = a->link.Ask({{"KEYS", "agm:{project:*}:counts:m"}}, 2s);
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->front().items.size(), 1U);
  const std::string key = keys->front().items.front().text;
  EXPECT_EQ(key.size(), std::string("agm:{project:}:counts:m").size() + 16);
  EXPECT_EQ(key.find("work"), std::string::npos);
  const auto left = a->link.Ask({{"PTTL", key}}, 2s);
  ASSERT_TRUE(left);
  EXPECT_GT(left->front().number, 60'000);
}

}  // namespace
}  // namespace agm::cluster
