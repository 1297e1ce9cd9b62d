#include "core/cluster/shared_journal.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <thread>

#include "core/accounts/pool.h"
#include "core/cluster/shared_rows.h"
#include "core/store/sqlite_pool_journal.h"
#include "tests/core/cluster/cluster_node.h"
#include "tests/support/redis_server.h"
#include "tests/support/two_accounts.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;

using test::Eventually;

upstream::Failure Of(upstream::Trouble trouble, Duration delay) {
  upstream::Failure failure;
  failure.trouble = trouble;
  failure.retry_delay = delay;
  failure.said = "The upstream's sentence.";
  return failure;
}

/// One node with its pool.
struct NodeUnderTest {
  NodeUnderTest(const std::string& url, std::string name, Duration wrong_by = 0ms)
      : clock(wrong_by),
        local(*database, clock, [](const std::string&) {}),
        link(PlaceOf(url, std::move(name)), clock),
        rows(link),
        journal(local, link, rows, clock),
        pool(test::TwoAccounts(), clock, &journal) {
    journal.Attach(SharedPoolOf(pool));
    link.Start();
  }
  ~NodeUnderTest() { link.Stop(); }

  bool Connects() {
    return Eventually([this] { return link.connected(); });
  }
  bool IsAlone() {
    return Eventually([this] { return link.status().state == LinkState::kAlone; });
  }
  /// A request on the account fails.
  void Fails(const std::string& account, const upstream::Failure& failure) {
    auto lease = pool.TakeOne(account, "m", clock.Now(), NeverCancelled());
    ASSERT_TRUE(lease) << lease.error().message;
    lease->Report(failure);
  }
  accounts::AccountStatus Status(const std::string& account) {
    for (auto& status : pool.Status()) {
      if (status.name == account) return status;
    }
    return {};
  }
  /// Seconds until the end of the account's only cooldown; 0: none.
  double CoolsFor(const std::string& account) {
    const auto cooldowns = Status(account).cooldowns;
    if (cooldowns.empty() || !cooldowns.front().until) return 0;
    return std::chrono::duration<double>(*cooldowns.front().until - clock.Wall()).count();
  }
  bool Cools(const std::string& account) { return !Status(account).cooldowns.empty(); }

  WrongClock clock;
  std::unique_ptr<store::Database> database = store::Database::OpenInMemory();
  store::SqlitePoolJournal local;
  Link link;
  SharedRows rows;
  SharedJournal journal;
  accounts::Pool pool;
};

class SharedJournalTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    server = std::make_unique<test::RedisServer>();
  }
  std::unique_ptr<NodeUnderTest> Node(std::string name, Duration wrong_by = 0ms) const {
    auto node = std::make_unique<NodeUnderTest>(server->url(), std::move(name), wrong_by);
    EXPECT_TRUE(node->Connects()) << node->link.status().why;
    return node;
  }
  std::unique_ptr<test::RedisServer> server;
};

TEST_F(SharedJournalTest, ACooldownReachesTheOtherNodes) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kMinuteQuota, 30s));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  EXPECT_NEAR(b->CoolsFor("work"), a->CoolsFor("work"), 0.2);
  EXPECT_EQ(b->Status("work").cooldowns.front().reason, a->Status("work").cooldowns.front().reason);
  EXPECT_FALSE(b->Cools("home"));
}

TEST_F(SharedJournalTest, AQuarantineReachesTheOtherNodesWithoutAnEnd) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kBadKey, 0ms));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  EXPECT_EQ(b->Status("work").state, accounts::AccountState::kQuarantined);
  EXPECT_FALSE(b->Status("work").cooldowns.front().until);
}

TEST_F(SharedJournalTest, ACircuitBreakerReachesTheOtherNodes) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kModelOverloaded, 4s));
  EXPECT_TRUE(Eventually([&] { return b->Cools("work") && b->Cools("home"); }));
}

TEST_F(SharedJournalTest, AQuarantineAndItsEndReachTheOtherNodes) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kBadKey, 0s));
  ASSERT_TRUE(
      Eventually([&] { return b->Status("work").state == accounts::AccountState::kQuarantined; }));
  EXPECT_TRUE(b->pool.Recover("work"));
  EXPECT_TRUE(
      Eventually([&] { return a->Status("work").state == accounts::AccountState::kReady; }));
}

TEST_F(SharedJournalTest, ClocksThatDifferByAMinuteDoNoHarm) {
  const auto a = Node("a", -60s);
  const auto b = Node("b", 60s);
  a->Fails("work", Of(upstream::Trouble::kMinuteQuota, 30s));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  EXPECT_NEAR(b->CoolsFor("work"), a->CoolsFor("work"), 0.2);
}

TEST_F(SharedJournalTest, ANewNodeReadsTheWholeState) {
  const auto a = Node("a");
  a->Fails("work", Of(upstream::Trouble::kMinuteQuota, 30s));
  ASSERT_TRUE(Eventually([&] { return a->link.status().waiting == 0; }));
  const auto late = Node("late");
  EXPECT_TRUE(late->Cools("work"));
}

TEST_F(SharedJournalTest, AnEmptyServerGetsTheNodesState) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kMinuteQuota, 30s));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  server->Kill();
  ASSERT_TRUE(a->IsAlone() && b->IsAlone());
  EXPECT_TRUE(a->Cools("work"));
  a->Fails("home", Of(upstream::Trouble::kMinuteQuota, 30s));
  server->Start();
  EXPECT_TRUE(Eventually([&] { return b->Cools("home"); }));
  ASSERT_TRUE(a->Connects());
  const auto late = Node("late");
  EXPECT_TRUE(Eventually([&] { return late->Cools("work") && late->Cools("home"); }));
}

TEST_F(SharedJournalTest, WhatWasHealedDuringALossStaysHealed) {
  const auto a = Node("a");
  const auto b = Node("b");
  a->Fails("work", Of(upstream::Trouble::kBadKey, 0s));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  ASSERT_TRUE(Eventually([&] { return a->link.status().waiting == 0; }));
  server->Kill();
  ASSERT_TRUE(a->IsAlone() && b->IsAlone());
  EXPECT_TRUE(b->pool.Recover("work"));
  server->Start();
  EXPECT_TRUE(Eventually([&] { return !a->Cools("work"); }));
  ASSERT_TRUE(b->Connects());
  EXPECT_FALSE(b->Cools("work"));
}

TEST_F(SharedJournalTest, ALearnedProjectAndQuotaReachTheOtherNodes) {
  const auto a = Node("a");
  const auto b = Node("b");
  auto failure = Of(upstream::Trouble::kMinuteQuota, 1s);
  failure.project = "project-7";
  failure.limits = {{upstream::QuotaLimit::Of::kRequests, upstream::QuotaLimit::Per::kMinute, 1}};
  a->Fails("work", failure);
  ASSERT_TRUE(Eventually([&] { return b->Status("work").project == "project-7"; }));
  ASSERT_TRUE(Eventually([&] { return b->Cools("work"); }));
  // One request a minute: after the cooldown b uses it up, and so knows without a refusal.
  ASSERT_TRUE(Eventually([&] {
    auto lease = b->pool.TakeOne("work", "m", b->clock.Now(), NeverCancelled());
    return lease.has_value();
  }));
  EXPECT_TRUE(b->Cools("work"));
}

TEST_F(SharedJournalTest, AConversationKeepsItsAccountOnTheOtherNodes) {
  const auto a = Node("a");
  const auto b = Node("b");
  for (int i = 0; i < 4; ++i) {
    const std::string conversation = "conversation-" + std::to_string(i);
    auto first = a->pool.Take({"m", conversation, {}}, a->clock.Now(), NeverCancelled());
    ASSERT_TRUE(first);
    const std::string account = first->account().name;
    first->Report(accounts::Success{});
    ASSERT_TRUE(Eventually([&] { return a->link.status().waiting == 0; }));
    const auto changes = static_cast<std::uint64_t>(i) + 1;
    ASSERT_TRUE(Eventually([&] { return b->link.status().changes >= changes; }));
    auto second = b->pool.Take({"m", conversation, {}}, b->clock.Now(), NeverCancelled());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->account().name, account);
  }
}

TEST_F(SharedJournalTest, EveryKeyHasAnExpiryAndHoldsNoCredential) {
  const auto a = Node("a");
  a->Fails("work", Of(upstream::Trouble::kBadKey, 0s));
  EXPECT_TRUE(a->pool.Recover("home"));
  ASSERT_TRUE(Eventually([&] { return a->link.status().waiting == 0; }));
  const auto keys = a->link.Ask({{"KEYS", "*"}}, 2s);
  ASSERT_TRUE(keys);
  EXPECT_GE(keys->front().items.size(), 2U);
  for (const Reply& key : keys->front().items) {
    const auto left = a->link.Ask({{"PTTL", key.text}, {"DUMP", key.text}}, 2s);
    ASSERT_TRUE(left);
    EXPECT_GT((*left)[0].number, 0) << key.text;
    EXPECT_EQ((*left)[1].text.find("key-of-work"), std::string::npos) << key.text;
  }
}

}  // namespace
}  // namespace agm::cluster
