#include "core/cluster/shared_counts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/keys/meters.h"
#include "tests/core/cluster/cluster_node.h"
#include "tests/support/redis_server.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;
using test::Eventually;

constexpr const char* kModel = "gemini-2.5-flash";  // 0.30 and 2.50 dollars per million tokens
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kDollar = 1'000'000'000;

/// One machine with the meters of its keys.
class Machine {
 public:
  Machine(const std::string& url, const std::string& name, Duration wrong_by = 0ms,
          Patience patience = kLongPatience)
      : clock(wrong_by), link(PlaceOf(url, name), clock, {}, patience), counts(link, clock, name) {
    meters.ShareBy(&counts);
    link.Follow("counts", counts);
    link.Start();
  }
  ~Machine() {
    link.Stop();
    meters.ShareBy(nullptr);
  }

  Result<keys::Reservation> Take(std::int64_t input = 100, std::int64_t output = 100) {
    return keys::Meter::Take(meter, limits, *zone, {kModel, input, output, 1}, clock.Wall(),
                             clock.Now(), standing);
  }
  bool Admits(std::int64_t input = 100, std::int64_t output = 100) {
    auto place = Take(input, output);
    if (!place) return false;
    Settle(*std::move(place), input, output);
    return true;
  }
  /// Ends the request, and lets the ledger count it.
  void Settle(keys::Reservation place, std::int64_t input, std::int64_t output) {
    ledger::Tokens tokens;
    tokens.input = input;
    tokens.output = output;
    tokens.known = true;
    const ledger::Cost cost = CostOf(tokens);
    place.End(tokens, cost, clock.Now());
    meter->Count(*zone, clock.Wall(), keys::AmountOf(tokens, cost));
  }
  ledger::Cost CostOf(const ledger::Tokens& tokens) const {
    ledger::Entry entry;
    entry.at = clock.Wall();
    entry.target = kModel;
    entry.tokens = tokens;
    entry.billing = ledger::Billing::kPaid;
    return ledger::CostOf(ledger::ListPrices(), entry);
  }
  keys::Standing Look() {
    meter->AskOthers(limits, *zone, clock.Wall(), clock.Now());
    return meter->Now(limits, *zone, clock.Wall(), clock.Now());
  }
  bool IsAlone() const { return link.status().state == LinkState::kAlone; }
  /// Waits until the server has all that this machine told.
  bool IsSettled() const {
    return Eventually([this] { return link.status().waiting == 0; });
  }

  WrongClock clock;
  keys::Meters meters;
  Link link;
  SharedCounts counts;
  std::shared_ptr<keys::Meter> meter = meters.Of("ci");
  std::shared_ptr<const TimeZone> zone = std::make_shared<const TimeZone>(TimeZone::Utc());
  keys::Limits limits;
  keys::Standing standing;
};

class SharedCountsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    server = std::make_unique<test::RedisServer>();
  }
  std::unique_ptr<Machine> Join(const std::string& name, Duration wrong_by = 0ms,
                                Patience patience = kLongPatience) const {
    auto machine = std::make_unique<Machine>(server->url(), name, wrong_by, patience);
    EXPECT_TRUE(Connects(machine->link)) << machine->link.status().why;
    return machine;
  }

  std::unique_ptr<test::RedisServer> server;
};

TEST_F(SharedCountsTest, TwoMachinesShareTheRequestsPerMinute) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.requests_per_minute = 5;
  EXPECT_TRUE(a->Admits());
  EXPECT_TRUE(a->Admits());
  EXPECT_TRUE(b->Admits());
  EXPECT_TRUE(b->Admits());
  EXPECT_EQ(b->standing.requests->remaining, 1);
  EXPECT_TRUE(a->Admits());
  EXPECT_EQ(a->standing.requests->remaining, 0);
  const auto refused = b->Take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_NE(refused.error().message.find("has made its 5 requests per minute"), std::string::npos);
  EXPECT_GE(refused.error().retry_after_ms, 50'000);
  EXPECT_LE(refused.error().retry_after_ms, 60'000);
  EXPECT_FALSE(a->Admits());
  EXPECT_EQ(b->Look().requests->remaining, 0);
}

TEST_F(SharedCountsTest, NoMoreRequestsAreAdmittedThanTheLimitWhenAllComeAtOnce) {
  const auto a = Join("a");
  const auto b = Join("b");
  std::atomic<int> admitted = 0;
  {
    std::vector<std::jthread> clients;
    for (auto* machine : {a.get(), b.get()}) {
      machine->limits.requests_per_minute = 40;
      for (int i = 0; i < 4; ++i) {
        clients.emplace_back([machine, &admitted] {
          for (int request = 0; request < 20; ++request) {
            keys::Standing standing;
            auto place = keys::Meter::Take(machine->meter, machine->limits, *machine->zone,
                                           {kModel, 1, 1, 1}, machine->clock.Wall(),
                                           machine->clock.Now(), standing);
            if (place) ++admitted;
          }
        });
      }
    }
  }
  EXPECT_EQ(a->link.status().missed + b->link.status().missed, 0U);
  EXPECT_LE(admitted, 40);
  EXPECT_GE(admitted,
            38);  // where both machines ask for the last place at once, neither may get it
}

TEST_F(SharedCountsTest, TwoMachinesShareTheTokensPerMinute) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.tokens_per_minute = 1000;
  EXPECT_TRUE(a->Admits(600, 0));
  const auto refused = b->Take(500, 0);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("has 400 of its 1000 tokens per minute left"),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(b->Admits(400, 0));
}

TEST_F(SharedCountsTest, ARequestOnOneMachineTakesThePlaceOnTheOther) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.parallel = 1;
  {
    auto place = a->Take();
    ASSERT_TRUE(place);
    EXPECT_FALSE(b->Take());
    EXPECT_EQ(b->standing.running, 1);
  }
  EXPECT_TRUE(Eventually([&] { return b->Admits(); }));
}

TEST_F(SharedCountsTest, TwoMachinesShareABudget) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.budget.month = kDollar;
  EXPECT_TRUE(a->Admits(2 * kMillion, 0));  // 0.60
  EXPECT_TRUE(b->Admits(kMillion, 0));      // 0.30
  ASSERT_TRUE(a->IsSettled() && b->IsSettled());
  EXPECT_EQ(a->Look().budget_month->used, kDollar * 9 / 10);
  EXPECT_TRUE(b->Admits(kMillion, 0));  // as long as anything is left, for one request alone
  ASSERT_TRUE(b->IsSettled());
  const auto refused = a->Take(1, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBudgetSpent);
  EXPECT_NE(refused.error().message.find("has used $1.2000 of its $1.0000 for this month"),
            std::string::npos)
      << refused.error().message;
}

// Only one of the requests in progress may be larger than what is left.
TEST_F(SharedCountsTest, ARequestInProgressOnAnotherMachineIsNotOverlooked) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.budget.day = kDollar;
  auto place = a->Take(2 * kMillion, 0);  // 0.60 reserved
  ASSERT_TRUE(place);
  EXPECT_FALSE(b->Take(2 * kMillion, 0));
  EXPECT_EQ(b->standing.budget_day->used, kDollar * 6 / 10);
  EXPECT_TRUE(b->Take(kMillion, 0));
}

TEST_F(SharedCountsTest, WhatAMachineSpentAloneIsAddedWhenTheServerIsBack) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.budget.month = 10 * kDollar;
  EXPECT_TRUE(a->Admits(kMillion, 0));
  EXPECT_TRUE(b->Admits(kMillion, 0));
  ASSERT_TRUE(a->IsSettled() && b->IsSettled());
  server->Kill();
  ASSERT_TRUE(Eventually([&] { return a->IsAlone() && b->IsAlone(); }));
  EXPECT_TRUE(a->Admits(2 * kMillion, 0));
  EXPECT_TRUE(b->Admits(4 * kMillion, 0));
  server->Start();  // it is empty
  ASSERT_TRUE(Connects(a->link) && Connects(b->link));
  ASSERT_TRUE(a->IsSettled() && b->IsSettled());
  EXPECT_EQ(a->Look().budget_month->used, 8 * kDollar * 3 / 10);
  EXPECT_EQ(b->Look().budget_month->used, 8 * kDollar * 3 / 10);
}

TEST_F(SharedCountsTest, AnEmptyServerLearnsWhatIdleMachinesHadSpent) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.budget.month = 10 * kDollar;
  EXPECT_TRUE(b->Admits(kMillion, 0));
  std::this_thread::sleep_for(4500ms);  // nothing is left to be told
  server->Restart();
  EXPECT_TRUE(Eventually(
      [&] { return a->link.connected() && a->Look().budget_month->used == kDollar * 3 / 10; }));
}

/// A group in which each machine uses what the test says, and hears of the others' requests.
struct Watcher {
  explicit Watcher(Machine& machine) : machine_(machine) {
    machine.counts.Follow(kGroup, {[this](TimePoint now, WallTime) {
                                     store::Shares shares;
                                     shares.version = version_;
                                     shares.at = now;
                                     shares.counters.push_back({"requests", {used_.load()}});
                                     return shares;
                                   },
                                   [this] { return running_.load(); },
                                   [this](const store::OthersRequests& others) {
                                     heard_ += others.begun;
                                     running_elsewhere_ = others.running;
                                   }});
  }
  void Use(std::int64_t amount) {
    used_ = amount;
    ++version_;
    machine_.counts.Changed(kGroup);
  }
  /// What the server knows of the other machines.
  std::int64_t Others() {
    const store::Shares own;
    const auto verdicts = machine_.counts.Try({{kGroup, own, own, {{"requests"}}}});
    return verdicts ? verdicts->front().counters.at(0).others : -1;
  }
  void Begin() {
    ++running_;
    machine_.counts.Begun(kGroup);
  }
  void End() {
    --running_;
    machine_.counts.Ended(kGroup);
  }
  std::int64_t heard() const { return heard_; }
  std::int64_t running_elsewhere() const { return running_elsewhere_; }

  static constexpr const char* kGroup = "project:p/gemini-2.5-flash";

 private:
  Machine& machine_;
  std::atomic<std::int64_t> used_ = 0;
  std::atomic<std::uint64_t> version_ = 1;
  std::atomic<std::int64_t> running_ = 0;
  std::atomic<std::int64_t> heard_ = 0;
  std::atomic<std::int64_t> running_elsewhere_ = 0;
};

TEST_F(SharedCountsTest, AMachineHearsOfTheRequestsThatOthersBegin) {
  const auto a = Join("a");
  const auto b = Join("b");
  const auto c = Join("c");
  Watcher of_a(*a);
  Watcher of_b(*b);
  Watcher of_c(*c);
  a->counts.Begun("project:that/nobody follows \"here\"");
  of_a.Begin();
  of_c.Begin();
  EXPECT_TRUE(Eventually([&] { return of_b.heard() == 2 && of_a.heard() == 1; }))
      << of_a.heard() << " " << of_b.heard();
  EXPECT_EQ(of_b.running_elsewhere(), 2);
  EXPECT_EQ(of_a.running_elsewhere(), 1);
  of_c.End();
  EXPECT_TRUE(Eventually([&] { return of_b.running_elsewhere() == 1; }));
  EXPECT_EQ(of_b.heard(), 2);
}

TEST_F(SharedCountsTest, WhatIsInProgressOnADeadMachineIsForgotten) {
  const auto a = Join("a");
  auto b = Join("b");
  Watcher of_a(*a);
  {
    Watcher of_b(*b);
    of_b.Begin();
    ASSERT_TRUE(Eventually([&] { return of_a.running_elsewhere() == 1; }));
    std::this_thread::sleep_for(2500ms);  // it is said again
    b->counts.Follow(Watcher::kGroup, {});
  }
  b.reset();
  const auto c = Join("c");
  Watcher of_c(*c);
  of_c.Begin();
  ASSERT_TRUE(Eventually([&] { return of_a.running_elsewhere() == 2; }));
  EXPECT_EQ(a->counts.Follow(Watcher::kGroup, {}).running, 2);
  std::this_thread::sleep_for(10s);
  EXPECT_EQ(a->counts.Follow(Watcher::kGroup, {}).running, 1);
}

TEST_F(SharedCountsTest, AMachineThatFollowsAGroupLaterHearsOfTheLastMinute) {
  const auto a = Join("a");
  const auto b = Join("b");
  Watcher of_b(*b);
  Watcher of_a(*a);
  a->counts.Follow("project:later/m", {{}, [] { return std::int64_t{2}; }, {}});
  for (int i = 0; i < 3; ++i) a->counts.Begun("project:later/m");
  of_a.Begin();
  ASSERT_TRUE(Eventually([&] { return of_b.heard() == 1; })) << "all of it has arrived";
  const store::OthersRequests later = b->counts.Follow("project:later/m", {});
  EXPECT_EQ(later.begun, 3);
  EXPECT_EQ(later.running, 2);
  EXPECT_EQ(b->counts.Follow("project:never/m", {}).begun, 0);
}

TEST_F(SharedCountsTest, ManyRequestsAreAnnouncedFourTimesASecond) {
  const auto a = Join("a");
  const auto b = Join("b");
  Watcher of_a(*a);
  Watcher of_b(*b);
  const std::uint64_t before = a->link.status().commands;
  const TimePoint begin = a->clock.Now();
  for (int i = 0; i < 500; ++i) {
    of_a.Begin();
    of_a.End();
    std::this_thread::sleep_for(1ms);
  }
  const auto quarters = static_cast<std::uint64_t>((a->clock.Now() - begin) / 250ms);
  // The link's own rounds, each two seconds, may announce some too.
  EXPECT_LE(a->link.status().commands - before, quarters + 2);
  EXPECT_GE(a->link.status().commands - before, 2U);
  EXPECT_TRUE(Eventually([&] { return of_b.heard() == 500; }))
      << of_b.heard() << ": the last one is announced within two seconds";
}

TEST_F(SharedCountsTest, RequestsOfAMachineAloneAreNotAnnouncedLater) {
  const auto a = Join("a");
  const auto b = Join("b");
  Watcher of_a(*a);
  Watcher of_b(*b);
  server->Kill();
  ASSERT_TRUE(Eventually([&] { return !a->link.connected() && !b->link.connected(); }));
  for (int i = 0; i < 100; ++i) of_a.Begin();
  server->Restart();
  ASSERT_TRUE(Eventually([&] { return a->link.connected() && b->link.connected(); }));
  of_a.Begin();
  EXPECT_TRUE(Eventually([&] { return of_b.heard() > 0; }));
  EXPECT_EQ(of_b.heard(), 1);
  EXPECT_EQ(of_b.running_elsewhere(), 101);
}

TEST_F(SharedCountsTest, TellingGoesOnWhenTheServerForgotTheScript) {
  const auto a = Join("a");
  const auto b = Join("b");
  Watcher of_a(*a);
  Watcher of_b(*b);
  of_a.Use(1);
  ASSERT_TRUE(a->IsSettled());
  ASSERT_TRUE(b->link.Ask({{"SCRIPT", "FLUSH"}}));
  of_a.Use(2);
  EXPECT_TRUE(a->IsSettled());
  EXPECT_EQ(of_b.Others(), 2);
}

TEST_F(SharedCountsTest, AnOlderStateReplacesNone) {
  const auto a = Join("a");
  const auto version = [&](std::uint64_t number) {
    store::Shares shares;
    shares.version = number;
    return store::Question{"key:x", shares, shares, {}};
  };
  EXPECT_TRUE(a->counts.Try({version(5)}));
  EXPECT_TRUE(a->counts.Try({version(3)}));
  const auto field = a->link.Ask({{"HVALS", "agm:{key:x}:counts"}}, 2s);
  ASSERT_TRUE(field);
  ASSERT_EQ(field->front().items.size(), 1U);
  EXPECT_NE(field->front().items[0].text.find(" 5 {}"), std::string::npos)
      << field->front().items[0].text;
}

TEST_F(SharedCountsTest, AMachineAloneKnowsWhatTheOthersHadSpent) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) {
    machine->limits.budget.month = kDollar;
    machine->limits.requests_per_minute = 3;
  }
  EXPECT_TRUE(b->Admits(3 * kMillion, 0));  // 0.90
  ASSERT_TRUE(b->IsSettled());
  EXPECT_TRUE(a->Admits(1, 0));
  server->Kill();
  ASSERT_TRUE(Eventually([&] { return a->IsAlone(); }));
  auto small = a->Take(1, 0);
  ASSERT_TRUE(small);
  const auto large = a->Take(kMillion, 0);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kBudgetSpent);
}

TEST_F(SharedCountsTest, ARequestIsDecidedWithoutWaitingLongWhenTheServerHangs) {
  const auto a = Join("a", 0ms, Patience());
  a->limits.requests_per_minute = 1000;
  server->Pause();
  const TimePoint before = SystemClock().Now();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(a->Admits());
  EXPECT_LT(SystemClock().Now() - before, 1s);
  server->Resume();
  const auto b = Join("b");
  b->limits.requests_per_minute = 1000;
  EXPECT_TRUE(Eventually([&] { return b->Look().requests->remaining == 900; }));
}

TEST_F(SharedCountsTest, ARestartedMachineIsNotCountedTwice) {
  const auto b = Join("b");
  b->limits.budget.month = 10 * kDollar;
  for (int start = 0; start < 2; ++start) {
    const auto a = Join("a");
    a->limits = b->limits;
    // What the ledger of the machine has already.
    ledger::Tokens tokens;
    tokens.input = start * kMillion;
    tokens.known = true;
    a->meter->Count(*a->zone, a->clock.Wall(), keys::AmountOf(tokens, a->CostOf(tokens)));
    EXPECT_TRUE(a->Admits(kMillion, 0));
    ASSERT_TRUE(a->IsSettled());
  }
  EXPECT_TRUE(Eventually([&] { return b->Look().budget_month->used == 2 * kDollar * 3 / 10; }))
      << b->Look().budget_month->used;
}

TEST_F(SharedCountsTest, ClocksMayDifferByMinutes) {
  const auto a = Join("a", -90s);
  const auto b = Join("b", 90s);
  for (auto* machine : {a.get(), b.get()}) {
    machine->limits.requests_per_minute = 3;
    machine->limits.budget.month = 10 * kDollar;
  }
  EXPECT_TRUE(a->Admits(kMillion, 0));
  EXPECT_TRUE(b->Admits(kMillion, 0));
  EXPECT_TRUE(a->Admits(kMillion, 0));
  const auto refused = b->Take();
  ASSERT_FALSE(refused);
  EXPECT_GE(refused.error().retry_after_ms, 50'000);
  EXPECT_EQ(b->Look().requests->remaining, 0);
}

TEST_F(SharedCountsTest, ThePlacesOfADeadMachineAreFreeAgain) {
  const auto b = Join("b");
  b->limits.parallel = 1;
  // A machine that told its place and died.
  const auto told =
      b->link.Ask({{"TIME"},
                   {"EVAL",
                    "local t = redis.call('TIME') local now = t[1] * 1000 "
                    "return redis.call('HSET', KEYS[1], 'dead', string.format('%.0f %.0f x 1 %s', "
                    "now - 8000, now + 100000, ARGV[1]))",
                    "1", "agm:{key:ci}:counts", R"({"parallel":{"h":1}})"}},
                  2s);
  ASSERT_TRUE(told);
  EXPECT_FALSE(b->Take());
  EXPECT_TRUE(Eventually([&] { return bool(b->Take()); }, 5s));
}

TEST_F(SharedCountsTest, AMachineThatLivesKeepsItsPlaces) {
  const auto a = Join("a");
  const auto b = Join("b");
  for (auto* machine : {a.get(), b.get()}) machine->limits.parallel = 1;
  auto place = a->Take();
  ASSERT_TRUE(place);
  const auto told_at = [&] {
    const auto reply = b->link.Ask({{"HGET", "agm:{key:ci}:counts", "a"}}, 2s);
    return reply ? reply->front().text.substr(0, 13) : std::string();
  };
  for (int renewal = 0; renewal < 3; ++renewal) {
    const std::string before = told_at();
    EXPECT_TRUE(Eventually([&] { return told_at() > before; }, 5s));
  }
}

TEST_F(SharedCountsTest, EveryKeyOnTheServerHasAnExpiry) {
  const auto a = Join("a");
  a->limits.budget.month = kDollar;
  EXPECT_TRUE(a->Admits());
  ASSERT_TRUE(a->IsSettled());
  const auto left = a->link.Ask({{"PTTL", "agm:{key:ci}:counts"}}, 2s);
  ASSERT_TRUE(left);
  EXPECT_GT(left->front().number, 60'000);
  EXPECT_LT(left->front().number, 32LL * 24 * 3'600'000);
}

TEST_F(SharedCountsTest, TheScriptIsSentAgainWhenTheServerForgotIt) {
  const auto a = Join("a");
  a->limits.requests_per_minute = 2;
  ASSERT_TRUE(a->link.Ask({{"SCRIPT", "FLUSH"}}, 2s));
  EXPECT_TRUE(a->Admits());
  EXPECT_EQ(a->link.status().missed, 0U);
  const auto known = a->link.Ask({{"EXISTS", "agm:{key:ci}:counts"}}, 2s);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->front().number, 1);
}

}  // namespace
}  // namespace agm::cluster
