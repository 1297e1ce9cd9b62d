// Many threads use one pool; run this under ThreadSanitizer too.

#include <atomic>
#include <thread>

#include "core/base/random.h"
#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

Failure AnyFailure() {
  constexpr Trouble kAny[] = {Trouble::kMinuteQuota, Trouble::kDayQuota,    Trouble::kSharedLimit,
                              Trouble::kInternal,    Trouble::kUnavailable, Trouble::kNetwork,
                              Trouble::kBadRequest,  Trouble::kUnknownModel};
  const auto which = static_cast<std::size_t>(RandomFraction() * std::size(kAny));
  Failure failure = Of(kAny[which], Duration(static_cast<int>(RandomFraction() * 20)));
  failure.quotas = {"RequestsPerMinute"};
  failure.limits = {{upstream::QuotaLimit::Of::kRequests, upstream::QuotaLimit::Per::kMinute,
                     static_cast<std::int64_t>(100 + RandomFraction() * 1000)}};
  if (RandomFraction() < 0.2) failure.project = RandomFraction() < 0.5 ? "123" : "456";
  return failure;
}

/// A journal for many threads that stores nothing.
class SilentJournal : public PoolJournal {
 public:
  std::vector<Cooldown> LoadCooldowns() override { return {}; }
  void SaveCooldown(const Cooldown&) override { ++saved; }
  void DropCooldowns(const std::string&) override {}
  std::atomic<int> saved{0};
};

TEST(PoolThreads, SixtyFourThreadsShareOnePoolWithoutLoss) {
  SilentJournal journal;
  std::vector<config::Account> accounts;
  for (int i = 0; i < 20; ++i) {
    accounts.push_back(Named("a" + std::to_string(i), i % 3 == 0 ? "shared" : ""));
    if (i % 5 == 0) accounts.back().requests_per_minute = 2'000;
  }
  Pool pool(Configured(accounts, config::Scheduling::kCacheFirst), SystemClock(), &journal);
  const TimePoint end = SystemClock().Now() + 400ms;
  std::atomic<std::int64_t> given{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 64; ++t) {
    threads.emplace_back([&, t] {
      const std::string session = "s" + std::to_string(t % 10);
      const std::string model = "m" + std::to_string(t % 3);
      while (SystemClock().Now() < end) {
        auto lease = pool.Take({model, session, {}}, SystemClock().Now() + 5ms, NeverCancelled());
        if (!lease) continue;
        ++given;
        const double luck = RandomFraction();
        if (luck < 0.7) lease->Report(Success{Duration(1), 10});
        if (luck > 0.9) lease->Report(AnyFailure());
      }
    });
  }
  threads.emplace_back([&] {
    while (SystemClock().Now() < end) {
      auto some = accounts;
      some.resize(10 + static_cast<std::size_t>(RandomFraction() * 10));
      pool.Apply(Configured(some, config::Scheduling::kBalance));
      pool.Recover("a3");
      pool.Status();
      pool.Ready();
      pool.HasAccountFor("m1");
      SystemClock().Sleep(2ms);
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(given, 0);
  for (const AccountStatus& status : pool.Status()) EXPECT_EQ(status.in_flight, 0) << status.name;
}

TEST(PoolThreads, AWaitEndsEarlyWhenAnAccountIsAdded) {
  Pool pool(Configured({Named("a")}), SystemClock(), nullptr);
  pool.Take({kModel, {}, {}}, SystemClock().Now(), NeverCancelled())
      ->Report(Of(Trouble::kMinuteQuota, 60s));
  std::thread adds([&] {
    SystemClock().Sleep(20ms);
    pool.Apply(Configured({Named("a"), Named("b")}));
  });
  const TimePoint start = SystemClock().Now();
  auto lease = pool.Take({kModel, {}, {}}, start + 100s, NeverCancelled());
  adds.join();
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->account().name, "b");
  EXPECT_LT(SystemClock().Now() - start, 10s);
}

TEST(PoolThreads, AWaitEndsEarlyWhenATestedAccountWorks) {
  test::FakeClock clock;
  Pool pool(Configured({Named("a")}), clock, nullptr);
  const auto take = [&](TimePoint until) {
    return pool.Take({kModel, {}, {}}, until, NeverCancelled());
  };
  take(clock.Now())->Report(Of(Trouble::kNotEnabled));
  clock.Advance(2h);
  auto probe = take(clock.Now());
  ASSERT_TRUE(probe);
  EXPECT_FALSE(take(clock.Now()));
  probe->Report(Success{});
  EXPECT_TRUE(take(clock.Now()));
}

}  // namespace
}  // namespace agm::accounts
