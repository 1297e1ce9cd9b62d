// Quotas that the pool counts together with other machines; with a real server in
// tests/core/cluster/shared_quotas_test.cc.

#include "core/accounts/quotas.h"
#include "core/base/digest.h"
#include "tests/core/accounts/pool_fixture.h"
#include "tests/support/fake_counts.h"

namespace agm::accounts {
namespace {

class SharedQuotas : public PoolTest {
 protected:
  SharedQuotas() { pool_.ShareBy(&counts_); }
  ~SharedQuotas() override { pool_.ShareBy(nullptr); }

  static config::Account Limited() {
    config::Account account = Named("a", "p");
    account.requests_per_minute = 2;
    return account;
  }
  static config::Account Second() {
    config::Account account = Named("b");
    account.priority = 1;
    return account;
  }
  /// What the pool tells the others of the limited project.
  std::int64_t Told() {
    const auto shares = counts_.participants.at(group_).read(clock_.Now(), clock_.Wall());
    for (const store::Share& share : shares.counters) {
      if (share.counter == "requests" && !share.seconds.empty()) return share.seconds.front();
    }
    return 0;
  }
  std::optional<Proposal> Propose() { return pool_.Propose({kModel, {}, {}}); }
  static store::Verdict Room() { return {std::nullopt, std::vector<store::Verdict::Counter>(3)}; }

  test::FakeCounts counts_;
  Pool pool_ = Make({Limited(), Second()});
  const std::string group_ = "project:" + HexDigest("project p").substr(0, 16) + "/" + kModel;
};

TEST_F(SharedQuotas, EachRequestOfALimitedProjectIsAskedAboutOnce) {
  EXPECT_EQ(Given(pool_), "a");
  ASSERT_EQ(counts_.asked.size(), 1U);
  ASSERT_EQ(counts_.asked[0].size(), 1U);
  EXPECT_EQ(counts_.asked[0][0].group, group_);
  EXPECT_TRUE(counts_.asked[0][0].before.counters.empty());
  EXPECT_EQ(Told(), 1);
}

TEST_F(SharedQuotas, AProjectThatIsFullElsewhereIsSpared) {
  counts_.full = "requests";
  EXPECT_EQ(Given(pool_), "b");
  EXPECT_EQ(counts_.asked.size(), 1U);
  EXPECT_EQ(Told(), 0);
  ASSERT_EQ(StatusOf(pool_, "a").cooldowns.size(), 1U);
  EXPECT_EQ(StatusOf(pool_, "a").cooldowns[0].reason, "minute_quota");
  EXPECT_EQ(StatusOf(pool_, "a").requests, 0);
  EXPECT_EQ(StatusOf(pool_, "a").in_flight, 0);
  counts_.full.clear();
  clock_.Advance(21s);
  EXPECT_EQ(Given(pool_), "a");
}

TEST_F(SharedQuotas, WithoutAnAnswerTheOwnCountDecides) {
  counts_.silent = true;
  EXPECT_EQ(Given(pool_), "a");
  EXPECT_EQ(Given(pool_), "a");
  EXPECT_EQ(Given(pool_), "b");
  EXPECT_EQ(Told(), 2);
  EXPECT_FALSE(counts_.changed.empty());
}

TEST_F(SharedQuotas, AnAccountWithoutALimitIsNotAskedAbout) {
  EXPECT_EQ(Given(pool_, {"a"}), "b");
  EXPECT_TRUE(counts_.asked.empty());
  EXPECT_FALSE(pool_.Propose({kModel, {}, {"a"}}));
}

TEST_F(SharedQuotas, EachMachineHearsWhatTheOthersUseWhereNoLimitIsKnown) {
  Pool pool = Make({Named("c", "q"), Named("d", "r")}, config::Scheduling::kBalance);
  pool.ShareBy(&counts_);
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  EXPECT_TRUE(counts_.asked.empty());
  const auto& other =
      counts_.participants.at("project:" + HexDigest("project q").substr(0, 16) + "/" + kModel);
  clock_.Advance(30s);
  other.hear({3, 0, {}});
  other.hear({4, 0, {}});
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Given(pool), "d");
  clock_.Advance(61s);  // the others' requests are over a minute old
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  pool.ShareBy(nullptr);
}

TEST_F(SharedQuotas, AMachineKnowsOfRequestsBeforeItsFirstOne) {
  Pool pool = Make({Named("c", "q"), Named("d", "r")}, config::Scheduling::kBalance);
  counts_.heard["project:" + HexDigest("project q").substr(0, 16) + "/" + kModel] = {5, 0, {}};
  pool.ShareBy(&counts_);
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Given(pool), "d");
  pool.ShareBy(nullptr);
}

TEST_F(SharedQuotas, RequestsInProgressElsewhereCountLikeOwnOnes) {
  Pool pool = Make({Named("c", "q"), Named("d", "r")}, config::Scheduling::kBalance);
  pool.ShareBy(&counts_);
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  const auto& other =
      counts_.participants.at("project:" + HexDigest("project q").substr(0, 16) + "/" + kModel);
  EXPECT_EQ(other.running(), 0);
  other.hear({0, 2, clock_.Now() + 10s});
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(Given(pool), "d") << "ten weigh as much as two in progress";
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  other.hear({0, 0, clock_.Now() + 10s});
  EXPECT_EQ(Given(pool), "c");
  pool.ShareBy(nullptr);
}

TEST_F(SharedQuotas, WhatTheServerTellsAndWhatTheOthersAnnounceIsOneCount) {
  Quotas quotas;
  const Moment moment{clock_.Now(), clock_.Wall()};
  quotas.Begin(Named("a"), moment);
  quotas.Hear({3, 0, {}}, moment.now);
  EXPECT_EQ(quotas.Recent(moment.now), 4);
  store::Verdict verdict = Room();
  verdict.counters[1] = {3, 60s, Duration(0)};
  EXPECT_FALSE(quotas.Note(verdict, moment));
  EXPECT_EQ(quotas.Recent(moment.now), 4) << "of this machine one, of the others three";
  verdict.counters[1].others = 5;
  EXPECT_FALSE(quotas.Note(verdict, moment));
  EXPECT_EQ(quotas.Recent(moment.now), 6) << "the server knows of some that were not announced";
}

TEST_F(SharedQuotas, MachinesBeginTheirSearchAtDifferentAccounts) {
  std::vector<config::Account> accounts;
  for (int i = 0; i < 100; ++i) accounts.push_back(Named("a" + std::to_string(i)));
  std::set<std::string> first;
  for (int i = 0; i < 8; ++i) {
    Pool pool = Make(accounts, config::Scheduling::kBalance);
    pool.ShareBy(&counts_);
    first.insert(Given(pool));
    pool.ShareBy(nullptr);
  }
  EXPECT_GT(first.size(), 2U);
}

TEST_F(SharedQuotas, WhatWasInProgressOnALostMachineStopsCounting) {
  Pool pool = Make({Named("c", "q"), Named("d", "r")}, config::Scheduling::kBalance);
  counts_.heard["project:" + HexDigest("project q").substr(0, 16) + "/" + kModel] = {
      0, 50, clock_.Now() + 10s};
  pool.ShareBy(&counts_);
  EXPECT_EQ(std::set({Given(pool), Given(pool)}), (std::set<std::string>{"c", "d"}));
  EXPECT_EQ(Given(pool), "d");
  clock_.Advance(11s);
  EXPECT_EQ(Given(pool), "c");
  pool.ShareBy(nullptr);
}

TEST_F(SharedQuotas, TheOthersHearOfEachRequestThatBeginsAndEnds) {
  EXPECT_EQ(Given(pool_, {"a"}), "b");
  ASSERT_EQ(counts_.begun.size(), 1U);
  EXPECT_TRUE(counts_.begun.front().ends_with(std::string("/") + kModel));
  EXPECT_EQ(counts_.ended, counts_.begun);
  EXPECT_EQ(Given(pool_), "a");
  ASSERT_EQ(counts_.begun.size(), 2U);
  EXPECT_EQ(counts_.begun.back(), group_);
}

TEST_F(SharedQuotas, TheOthersHearNothingOfARefusedRequest) {
  counts_.full = "requests";
  EXPECT_NE(Given(pool_, {"b"}), "a");
  EXPECT_TRUE(counts_.begun.empty());
}

TEST_F(SharedQuotas, AProposalBecomesALease) {
  auto proposal = Propose();
  ASSERT_TRUE(proposal);
  EXPECT_EQ(proposal->question().group, group_);
  EXPECT_EQ(proposal->question().claims.size(), 3U);
  auto lease = std::move(*proposal).Conclude(Room());
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->account().name, "a");
  lease->Report(Success{100ms, 10});
  EXPECT_EQ(Told(), 1);
  EXPECT_TRUE(counts_.asked.empty());
}

TEST_F(SharedQuotas, AProposalThatNobodyTakesCountsNothing) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Propose());
  EXPECT_EQ(Told(), 0);
  EXPECT_TRUE(StatusOf(pool_, "a").cooldowns.empty());
  EXPECT_EQ(StatusOf(pool_, "a").in_flight, 0);
}

TEST_F(SharedQuotas, ALeaseThatIsGivenBackCountsNothing) {
  auto proposal = Propose();
  ASSERT_TRUE(proposal);
  auto lease = std::move(*proposal).Conclude(Room());
  ASSERT_TRUE(lease);
  lease->GiveBack();
  EXPECT_EQ(Told(), 0);
  EXPECT_EQ(StatusOf(pool_, "a").in_flight, 0);
}

TEST_F(SharedQuotas, ALeaseThatIsGivenBackLeavesNoCooldownThatItBegan) {
  Given(pool_);
  auto proposal = Propose();
  ASSERT_TRUE(proposal);
  auto lease = std::move(*proposal).Conclude(Room());
  ASSERT_TRUE(lease);
  ASSERT_EQ(StatusOf(pool_, "a").cooldowns.size(), 1U);  // it has the last place
  lease->GiveBack();
  EXPECT_TRUE(StatusOf(pool_, "a").cooldowns.empty());
  EXPECT_EQ(Given(pool_), "a");
}

TEST_F(SharedQuotas, ALeaseThatIsGivenBackLeavesACooldownThatTheUpstreamBegan) {
  auto used = Take(pool_);
  auto proposal = Propose();
  ASSERT_TRUE(used && proposal);
  auto lease = std::move(*proposal).Conclude(Room());
  ASSERT_TRUE(lease);
  used->Report(Of(upstream::Trouble::kMinuteQuota));
  lease->GiveBack();
  EXPECT_EQ(StatusOf(pool_, "a").cooldowns.size(), 1U);
}

TEST_F(SharedQuotas, ALeaseThatIsGivenBackMakesRoomForAnother) {
  auto proposal = Propose();
  ASSERT_TRUE(proposal);
  auto lease = std::move(*proposal).Conclude(Room());
  ASSERT_TRUE(lease);
  EXPECT_EQ(Given(pool_), "a");
  ASSERT_EQ(StatusOf(pool_, "a").cooldowns.size(), 1U);
  lease->GiveBack();
  EXPECT_TRUE(StatusOf(pool_, "a").cooldowns.empty());
  EXPECT_EQ(Given(pool_), "a");
  EXPECT_EQ(Given(pool_), "b");
}

TEST_F(SharedQuotas, AProposalThatIsRefusedGivesNoLease) {
  auto proposal = Propose();
  ASSERT_TRUE(proposal);
  store::Verdict verdict = Room();
  verdict.full = 1;
  verdict.counters[1].room = 20s;
  EXPECT_FALSE(std::move(*proposal).Conclude(verdict));
  EXPECT_EQ(Told(), 0);
  EXPECT_EQ(Given(pool_), "b");
}

}  // namespace
}  // namespace agm::accounts
