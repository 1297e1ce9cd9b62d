// What the other machines hear of a pool's requests, and what the pool learns from them.

#include <gmock/gmock.h>

#include "core/base/digest.h"
#include "tests/core/accounts/pool_fixture.h"
#include "tests/support/fake_counts.h"

namespace agm::accounts {
namespace {

/// The others have used this much of each counter.
class BusyCounts : public test::FakeCounts {
 public:
  std::optional<std::vector<store::Verdict>> Try(
      const std::vector<store::Question>& questions) override {
    auto verdicts = FakeCounts::Try(questions);
    for (store::Verdict& verdict : *verdicts) {
      for (auto& counter : verdict.counters) {
        counter.others = others;
        counter.others_empty = 60s;
      }
    }
    return verdicts;
  }
  std::int64_t others = 0;
};

class SharedTelling : public PoolTest {
 protected:
  SharedTelling() { pool_.ShareBy(&counts_); }
  ~SharedTelling() override { pool_.ShareBy(nullptr); }

  static config::Account Limited() {
    config::Account account = Named("a", "p");
    account.requests_per_minute = 2;
    return account;
  }
  static config::Account Second() {
    config::Account account = Named("b", "q");
    account.priority = 1;
    return account;
  }
  static std::string GroupOf(const std::string& project) {
    return "project:" + HexDigest("project " + project).substr(0, 16) + "/" + kModel;
  }
  static store::Verdict Room() { return {std::nullopt, std::vector<store::Verdict::Counter>(3)}; }
  std::optional<Lease> Lend() {
    auto proposal = pool_.Propose({kModel, {}, {}});
    EXPECT_TRUE(proposal);
    return proposal ? std::move(*proposal).Conclude(Room()) : std::nullopt;
  }

  BusyCounts counts_;
  std::vector<AccountEvent> events_;
  Pool pool_{Configured({Limited(), Second()}), clock_, &journal_,
             [this](const AccountEvent& event) { events_.push_back(event); }};
  const std::string group_ = GroupOf("p");
  const std::string other_ = GroupOf("q");
};

TEST_F(SharedTelling, TheUseOfALimitIsToldAtOnceAndOtherUseSoon) {
  EXPECT_EQ(Given(pool_), "a");
  EXPECT_EQ(counts_.changed, std::vector<std::string>{group_});
  EXPECT_TRUE(counts_.touched.empty());
  auto lease = Take(pool_, {"a"});
  ASSERT_TRUE(lease);
  EXPECT_EQ(counts_.touched, std::vector<std::string>{other_});
  lease->Report(Success{});
  EXPECT_EQ(counts_.touched, (std::vector<std::string>{other_, other_}));
  EXPECT_EQ(counts_.changed.size(), 1U);
}

TEST_F(SharedTelling, WhatCouldNotBeAskedIsToldAtOnce) {
  counts_.silent = true;
  const auto lease = pool_.Propose({kModel, {}, {}});
  ASSERT_TRUE(lease);
  EXPECT_TRUE(counts_.changed.empty());
  auto proposal = pool_.Propose({kModel, {}, {}});
  ASSERT_TRUE(proposal);
  const auto taken = std::move(*proposal).Conclude(std::nullopt);
  ASSERT_TRUE(taken);
  EXPECT_EQ(counts_.changed, std::vector<std::string>{group_});
  EXPECT_EQ(counts_.begun, std::vector<std::string>{group_});
}

TEST_F(SharedTelling, TheOthersHearWhatIsInProgress) {
  EXPECT_EQ(Given(pool_), "a");
  const auto running = [&] { return counts_.participants.at(group_).running(); };
  EXPECT_EQ(running(), 0);
  auto lease = Lend();
  ASSERT_TRUE(lease);
  EXPECT_EQ(running(), 1);
  EXPECT_EQ(counts_.begun, (std::vector<std::string>{group_, group_}));
  lease->Report(Success{});
  EXPECT_EQ(running(), 0);
  EXPECT_EQ(counts_.ended, (std::vector<std::string>{group_, group_}));
}

TEST_F(SharedTelling, ALeaseThatIsGivenBackIsToldAtOnce) {
  auto lease = Lend();
  ASSERT_TRUE(lease);
  EXPECT_TRUE(counts_.changed.empty());
  lease->GiveBack();
  EXPECT_EQ(counts_.changed, std::vector<std::string>{group_});
  EXPECT_EQ(counts_.ended, std::vector<std::string>{group_});
}

TEST_F(SharedTelling, ALeaseThatIsGivenBackEndsTheCooldownThatOthersHaveSeen) {
  EXPECT_EQ(Given(pool_), "a");
  auto lease = Lend();
  ASSERT_TRUE(lease);
  EXPECT_EQ(Given(pool_), "b") << "the minute is full";
  lease->GiveBack();
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[0].kind, AccountEvent::Kind::kCooldown);
  EXPECT_EQ(events_[0].reason, "minute_quota");
  EXPECT_EQ(events_[1].kind, AccountEvent::Kind::kRecovered);
  EXPECT_EQ(events_[1].reason, "minute_quota");
  EXPECT_EQ(events_[1].model, kModel);
  EXPECT_EQ(Given(pool_), "a");
}

TEST_F(SharedTelling, ARefusalIsJudgedByTheUseOfAllMachines) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool_, {"a"}), "b");
  auto lease = Take(pool_, {"a"});
  ASSERT_TRUE(lease);
  EXPECT_TRUE(counts_.asked.empty());
  counts_.others = 6;
  Failure failure = Of(Trouble::kMinuteQuota, 3s);
  failure.limits = {{upstream::QuotaLimit::Of::kRequests, upstream::QuotaLimit::Per::kMinute, 10}};
  lease->Report(failure);
  ASSERT_EQ(counts_.asked.size(), 1U);
  EXPECT_EQ(counts_.asked[0][0].group, other_);
  EXPECT_EQ(counts_.asked[0][0].claims.size(), 3U);
  counts_.others = 0;
  clock_.Advance(10s);
  EXPECT_EQ(Given(pool_, {"a"}), "b");
  ASSERT_EQ(counts_.asked.size(), 2U) << "the limit is certain now";
  EXPECT_EQ(counts_.asked[1][0].claims.at(1).limit, 10);
}

TEST_F(SharedTelling, OnlyARefusalForAQuotaAsksTheOthers) {
  auto lease = Take(pool_, {"a"});
  ASSERT_TRUE(lease);
  lease->Report(Of(Trouble::kSharedLimit, 3s));
  EXPECT_TRUE(counts_.asked.empty());
  clock_.Advance(10s);
  auto another = Take(pool_, {"a"});
  ASSERT_TRUE(another);
  another->Report(Of(Trouble::kDayQuota, 60s));
  EXPECT_EQ(counts_.asked.size(), 1U);
}

TEST_F(SharedTelling, APoolThatIsGoneHasNothingToTell) {
  {
    Pool pool = Make({Named("c", "r")});
    pool.ShareBy(&counts_);
    EXPECT_EQ(Given(pool), "c");
    pool.ShareBy(nullptr);
  }
  const store::Participant& gone = counts_.participants.at(GroupOf("r"));
  EXPECT_TRUE(gone.read(clock_.Now(), clock_.Wall()).counters.empty());
  EXPECT_EQ(gone.running(), 0);
  gone.hear({3, 1, clock_.Now() + 10s});
}

}  // namespace
}  // namespace agm::accounts
