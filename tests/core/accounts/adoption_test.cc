// What a pool takes over from the other machines of a cluster.

#include "core/accounts/member.h"
#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

class Adoption : public PoolTest {
 protected:
  Pool MakeHeard(std::vector<config::Account> accounts) {
    return Pool(Configured(std::move(accounts)), clock_, &journal_,
                [this](const AccountEvent& event) { events_.push_back(event); });
  }
  PoolJournal::Cooldown Cooling(const std::string& account, const std::string& reason,
                                Duration length) {
    PoolJournal::Cooldown cooldown;
    cooldown.account = account;
    cooldown.model = kModel;
    cooldown.reason = reason;
    cooldown.until = clock_.Wall() + length;
    return cooldown;
  }
  static PoolJournal::Quota QuotaOf(const config::Account& account, PoolJournal::Limit requests) {
    PoolJournal::Quota quota;
    quota.account = account.name;
    quota.credential = Fingerprint(account);
    quota.model = kModel;
    quota.requests = requests;
    return quota;
  }
  PoolJournal::Limit Sure(std::int64_t limit) {
    return {limit, true, clock_.Wall(), clock_.Wall() + 4h};
  }
  /// How many of ten requests get an account.
  int Served(Pool& pool) {
    int served = 0;
    for (int i = 0; i < 10; ++i) {
      auto lease = Take(pool);
      if (!lease) continue;
      lease->Report(Success{100ms, 1});
      ++served;
    }
    return served;
  }

  std::vector<AccountEvent> events_;
};

TEST_F(Adoption, AConversationGoesToTheAccountThatAnsweredItElsewhere) {
  for (const char* name : {"a", "b", "c"}) {
    Pool pool = Make({Named("a"), Named("b"), Named("c")}, config::Scheduling::kCacheFirst);
    pool.AdoptTie({"the conversation", name});
    EXPECT_EQ(Given(pool, {}, 0ms, "the conversation"), name);
  }
}

TEST_F(Adoption, ATieWithoutAConversationOrToAnUnknownAccountIsNone) {
  Pool pool = Make({Named("a"), Named("b")}, config::Scheduling::kCacheFirst);
  pool.AdoptTie({"", "b"});
  pool.AdoptTie({"the conversation", "removed"});
  EXPECT_EQ(Given(pool, {}, 0ms, "the conversation"), "a");
}

TEST_F(Adoption, ALimitThatAnotherMachineLearnedIsRespected) {
  Pool pool = Make({Named("a")});
  pool.AdoptQuota(QuotaOf(Named("a"), Sure(4)));
  EXPECT_EQ(Served(pool), 4);
}

TEST_F(Adoption, ALimitOfAnotherKeyOrAnUnknownAccountIsNone) {
  Pool pool = Make({Named("a")});
  config::Account other_key = Named("a");
  other_key.api_key = Secret("the key before");
  pool.AdoptQuota(QuotaOf(other_key, Sure(4)));
  pool.AdoptQuota(QuotaOf(Named("removed"), Sure(4)));
  EXPECT_EQ(Served(pool), 10);
}

TEST_F(Adoption, ALimitThatIsToldTwiceIsCountedOnce) {
  Pool pool = Make({Named("a")});
  const PoolJournal::Quota quota = QuotaOf(Named("a"), Sure(4));
  pool.AdoptQuota(quota);
  EXPECT_EQ(Served(pool), 4);
  pool.AdoptQuota(quota);
  EXPECT_EQ(Served(pool), 0);
}

TEST_F(Adoption, ACooldownOfAnotherMachineIsAnEventWithItsModelOnce) {
  Pool pool = MakeHeard({Named("a")});
  pool.Adopt(Cooling("a", "minute_quota", 30s));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].kind, AccountEvent::Kind::kCooldown);
  EXPECT_EQ(events_[0].account, "a");
  EXPECT_EQ(events_[0].model, kModel);
  EXPECT_EQ(events_[0].reason, "minute_quota");
  EXPECT_EQ(events_[0].length, 30s);
  EXPECT_FALSE(Take(pool));
  pool.Adopt(Cooling("a", "minute_quota", 60s));
  EXPECT_EQ(events_.size(), 1U);
  clock_.Advance(45s);
  EXPECT_FALSE(Take(pool));
  clock_.Advance(16s);
  Succeed(pool, "a");
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1].kind, AccountEvent::Kind::kRecovered);
  EXPECT_EQ(events_[1].model, kModel);
}

TEST_F(Adoption, ACooldownThatIsOverOrHasAnUnknownReasonIsNone) {
  Pool pool = MakeHeard({Named("a")});
  pool.Adopt(Cooling("a", "minute_quota", 0s));
  pool.Adopt(Cooling("a", "a reason of a later version", 30s));
  pool.Adopt(Cooling("removed", "minute_quota", 30s));
  EXPECT_TRUE(events_.empty());
  EXPECT_TRUE(Take(pool));
}

TEST_F(Adoption, ACooldownOfAProjectConcernsAllItsAccounts) {
  Pool pool = MakeHeard({Named("a", "123"), Named("b", "123"), Named("c", "456")});
  pool.Adopt(Cooling("project:123", "day_quota", 10min));
  pool.Adopt(Cooling("project:789", "day_quota", 10min));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].account, "a");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Given(pool), "c");
}

TEST_F(Adoption, ARecoveryElsewhereEndsTheCooldownAndIsToldIfThereWasOne) {
  Pool pool = MakeHeard({Named("a"), Named("b", "123")});
  pool.AdoptRecovery("a");
  EXPECT_TRUE(events_.empty());
  pool.Adopt(Cooling("a", "minute_quota", 10min));
  pool.Adopt(Cooling("project:123", "day_quota", 10min));
  EXPECT_FALSE(Take(pool));
  events_.clear();
  pool.AdoptRecovery("a");
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].kind, AccountEvent::Kind::kRecovered);
  EXPECT_EQ(events_[0].account, "a");
  EXPECT_EQ(Given(pool), "a");
  pool.AdoptRecovery("project:123");
  pool.AdoptRecovery("project:789");
  EXPECT_EQ(StatusOf(pool, "b").state, AccountState::kReady);
  EXPECT_TRUE(StatusOf(pool, "b").cooldowns.empty());
}

TEST_F(Adoption, AProjectIsLearnedForTheSameCredentialOnly) {
  Pool pool = Make({Named("a"), Named("b")});
  pool.AdoptBelonging({"a", "123", "of another key"});
  pool.AdoptBelonging({"removed", "123", Fingerprint(Named("removed"))});
  EXPECT_EQ(StatusOf(pool, "a").project, "");
  pool.AdoptBelonging({"a", "123", Fingerprint(Named("a"))});
  EXPECT_EQ(StatusOf(pool, "a").project, "123");
  EXPECT_EQ(StatusOf(pool, "b").project, "");
}

TEST_F(Adoption, TheJournalSaysWhichAccountsCoolAtTheStart) {
  journal_.SaveCooldown(Cooling("a", "minute_quota", 30s));
  journal_.SaveCooldown(Cooling("b", "day_quota", 10min));
  Pool pool = MakeHeard({Named("a"), Named("b")});
  EXPECT_FALSE(Take(pool));
  clock_.Advance(31s);
  Succeed(pool, "a");
  ASSERT_EQ(events_.size(), 1U);  // its end is told, because the log has its begin
  EXPECT_EQ(events_[0].kind, AccountEvent::Kind::kRecovered);
  const AccountStatus other = StatusOf(pool, "b");
  EXPECT_EQ(other.reason, "day_quota");
  EXPECT_EQ(other.model, kModel);
}

}  // namespace
}  // namespace agm::accounts
