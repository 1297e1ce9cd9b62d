// What a pool tells its journal and the log, and what it takes over from them.

#include <gmock/gmock.h>

#include <set>

#include "core/accounts/member.h"
#include "tests/core/accounts/pool_fixture.h"

namespace agm::accounts {
namespace {

/// A journal that other processes follow too.
class SharedMemoryJournal : public MemoryJournal {
 public:
  bool IsShared() const override { return true; }
  void SaveQuota(const Quota& quota) override { quotas.push_back(quota); }
  void SaveTie(const Tie& tie) override { ties.push_back(tie.conversation + "=" + tie.account); }
  std::vector<Quota> quotas;
  std::vector<std::string> ties;
};

class PoolJournalTest : public PoolTest {
 protected:
  Pool MakeShared(std::vector<config::Account> accounts) {
    return Pool(Configured(std::move(accounts)), clock_, &shared_);
  }
  Pool MakeHeard(std::vector<config::Account> accounts) {
    return Pool(Configured(std::move(accounts)), clock_, &journal_,
                [this](const AccountEvent& event) { events_.push_back(event); });
  }
  static std::vector<std::string> Owners(const MemoryJournal& journal) {
    std::vector<std::string> owners;
    for (const auto& [key, cooldown] : journal.cooldowns) {
      owners.push_back(cooldown.account + "/" + cooldown.reason);
    }
    return owners;
  }
  static Failure Said(Trouble trouble, Duration delay, const std::string& said) {
    Failure failure = Of(trouble, delay);
    failure.said = said;
    return failure;
  }

  SharedMemoryJournal shared_;
  std::vector<AccountEvent> events_;
};

TEST_F(PoolJournalTest, ACooldownIsKeptWithAllThatBelongsToIt) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Said(Trouble::kSharedLimit, 30s, "Slow down."));
  ASSERT_EQ(journal_.cooldowns.size(), 1U);
  const PoolJournal::Cooldown kept = journal_.cooldowns.begin()->second;
  EXPECT_EQ(kept.account, "a");
  EXPECT_EQ(kept.model, kModel);
  EXPECT_EQ(kept.reason, "shared_limit");
  EXPECT_GE(kept.until, clock_.Wall() + 30s);
  EXPECT_LE(kept.until, clock_.Wall() + 31s);
  EXPECT_EQ(kept.counts_until, kept.until + 10min);
  EXPECT_EQ(kept.strikes, 1);
  EXPECT_EQ(kept.credential, Fingerprint(Named("a")));
  EXPECT_EQ(kept.said, "Slow down.");
}

TEST_F(PoolJournalTest, AProjectsCooldownIsKeptUnderTheProjectsName) {
  Pool pool = Make({Named("a", "p"), Named("b")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s));
  Break(pool, "a", Of(Trouble::kSharedLimit, 30s), "another-model");
  Break(pool, "b", Of(Trouble::kMinuteQuota, 30s));
  EXPECT_THAT(Owners(journal_), testing::UnorderedElementsAre("project:p/minute_quota",
                                                              "a/shared_limit", "b/minute_quota"));
  for (const auto& [key, cooldown] : journal_.cooldowns) {
    EXPECT_EQ(cooldown.credential.empty(), cooldown.account == "project:p");
  }
}

TEST_F(PoolJournalTest, AloneItKeepsOnlyWhatOutlastsARestart) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kSharedLimit, 3s));
  Break(pool, "b", Of(Trouble::kModelOverloaded), "overloaded-model");
  EXPECT_TRUE(journal_.cooldowns.empty());
  Break(pool, "a", Of(Trouble::kBadKey), "another-model");
  EXPECT_EQ(Owners(journal_), std::vector<std::string>{"a/bad_key"});
}

TEST_F(PoolJournalTest, OtherProcessesHearOfEachActiveCooldown) {
  Pool pool = MakeShared({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kSharedLimit, 3s));
  Break(pool, "b", Of(Trouble::kModelOverloaded), "overloaded-model");
  Break(pool, "b", Of(Trouble::kInternal));  // only counted
  EXPECT_THAT(Owners(shared_),
              testing::UnorderedElementsAre("a/shared_limit", "b/model_overloaded"));
}

TEST_F(PoolJournalTest, OtherProcessesHearOfLearnedQuotasOnly) {
  Pool pool = MakeShared({Named("a"), Named("b"), Named("c")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 3s));
  Break(pool, "b", Of(Trouble::kDayQuota, 60s));
  Break(pool, "c", Of(Trouble::kSharedLimit, 3s));
  ASSERT_EQ(shared_.quotas.size(), 2U);
  EXPECT_EQ(shared_.quotas[0].account, "a");
  EXPECT_EQ(shared_.quotas[0].model, kModel);
  EXPECT_EQ(shared_.quotas[0].credential, Fingerprint(Named("a")));
  EXPECT_EQ(shared_.quotas[1].account, "b");
}

TEST_F(PoolJournalTest, OtherProcessesHearWhoAnsweredAConversation) {
  Pool pool = MakeShared({Named("a")});
  auto refused = Take(pool, {}, 0ms, "talk");
  ASSERT_TRUE(refused);
  refused->Report(Of(Trouble::kDeadline));
  EXPECT_TRUE(shared_.ties.empty());
  for (int turn = 0; turn < 2; ++turn) {
    auto lease = Take(pool, {}, 0ms, "talk");
    ASSERT_TRUE(lease);
    lease->Report(Success{});
  }
  auto none = Take(pool);
  none->Report(Success{});
  EXPECT_EQ(shared_.ties, std::vector<std::string>{"talk=a"});
}

TEST_F(PoolJournalTest, TheTotalsOfTheLastRunGoOn) {
  journal_.usage["a"] = {"a", 7, 2, 300, clock_.Wall() - 1h};
  journal_.usage["gone"] = {"gone", 1, 1, 1, {}};
  Pool pool = Make({Named("a")});
  const AccountStatus status = StatusOf(pool, "a");
  EXPECT_EQ(status.requests, 7);
  EXPECT_EQ(status.errors, 2);
  EXPECT_EQ(status.tokens, 300);
  EXPECT_EQ(status.last_used, clock_.Wall() - 1h);
  Succeed(pool, "a", {100ms, 10});
  EXPECT_EQ(journal_.usage["a"], (PoolJournal::Usage{"a", 8, 2, 310, clock_.Wall()}));
}

TEST_F(PoolJournalTest, OnlyFailuresOfTheUpstreamAreErrorsOfTheAccount) {
  Pool pool = Make({Named("a")});
  for (const Trouble trouble : {Trouble::kDeadline, Trouble::kInternal, Trouble::kAborted}) {
    Break(pool, "a", Of(trouble));
  }
  for (const Trouble trouble : {Trouble::kBadRequest, Trouble::kTooLarge, Trouble::kUnknownResource,
                                Trouble::kResourceDenied}) {
    Break(pool, "a", Of(trouble));
  }
  EXPECT_EQ(StatusOf(pool, "a").errors, 3);
  config::Account changed = Named("a");
  changed.api_key = Secret("another-key");
  pool.Apply(Configured({changed}));
  EXPECT_EQ(StatusOf(pool, "a").errors, 3);
}

TEST_F(PoolJournalTest, ACooldownThatBeginsWhenTheLastOneEndsIsANewEvent) {
  Pool pool = MakeHeard({Named("a")});
  Break(pool, "a", Said(Trouble::kModelOverloaded, 3s, "Busy."));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].account, "a");
  EXPECT_EQ(events_[0].model, kModel);
  EXPECT_EQ(events_[0].reason, "model_overloaded");
  EXPECT_EQ(events_[0].said, "Busy.");
  ASSERT_TRUE(events_[0].length);
  clock_.Advance(*events_[0].length);
  Break(pool, "a", Of(Trouble::kModelOverloaded));
  EXPECT_EQ(events_.size(), 2U);
}

TEST_F(PoolJournalTest, ACooldownThatIsExtendedIsNoEvent) {
  Pool pool = MakeHeard({Named("a")});
  auto one = Take(pool);
  auto two = Take(pool);
  ASSERT_TRUE(one && two);
  one->Report(Of(Trouble::kSharedLimit, 3s));
  two->Report(Of(Trouble::kSharedLimit, 9s));
  EXPECT_EQ(events_.size(), 1U);
}

TEST_F(PoolJournalTest, AQuarantineIsAnEventWithoutAnEnd) {
  Pool pool = MakeHeard({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  EXPECT_TRUE(pool.Recover("a"));
  EXPECT_FALSE(pool.Recover("none"));
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[0].kind, AccountEvent::Kind::kQuarantined);
  EXPECT_EQ(events_[0].length, std::nullopt);
  EXPECT_EQ(events_[1].kind, AccountEvent::Kind::kRecovered);
}

TEST_F(PoolJournalTest, RecoverMakesAnAccountServeThatRequestsHadFoundRefused) {
  Pool pool = Make({Named("a")});
  Break(pool, "a", Of(Trouble::kBadKey));
  EXPECT_FALSE(Take(pool));
  EXPECT_TRUE(pool.Recover("a"));
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(PoolJournalTest, AStatusShowsTheQuotasThatRefused) {
  Pool pool = Make({Named("a")});
  Failure failure = Of(Trouble::kMinuteQuota, 3s);
  failure.quotas = {"RequestsPerMinute", "TokensPerMinute"};
  Break(pool, "a", failure);
  EXPECT_EQ(StatusOf(pool, "a").quotas,
            (std::vector<SeenQuota>{{kModel, "RequestsPerMinute"}, {kModel, "TokensPerMinute"}}));
}

TEST_F(PoolJournalTest, AStatusNamesKindLabelAndReason) {
  auto account = Named("a");
  account.email = "a@example.com";
  Pool pool = Make({account});
  EXPECT_EQ(StatusOf(pool, "a").kind, "gemini");
  EXPECT_EQ(StatusOf(pool, "a").label, "a@example.com");
  Failure failure = Of(Trouble::kBadKey);
  failure.error.message = "the key is refused";
  Break(pool, "a", failure);
  EXPECT_EQ(StatusOf(pool, "a").why, "the key is refused");
}

TEST_F(PoolJournalTest, AnAccountIsReadyAsSoonAsItsCooldownEnds) {
  Pool pool = MakeHeard({Named("a")});
  Break(pool, "a", Of(Trouble::kSpendCap));
  EXPECT_EQ(pool.Ready(), 0);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kCooling);
  clock_.Advance(*events_.back().length);
  EXPECT_EQ(pool.Ready(), 1);
  EXPECT_TRUE(pool.Cooling().empty());
  EXPECT_FALSE(pool.WhyNot("a", kModel));
  EXPECT_EQ(StatusOf(pool, "a").state, AccountState::kReady);
}

TEST_F(PoolJournalTest, CoolingListsEachActiveCooldownOnce) {
  Pool pool = Make({Named("a", "p"), Named("b", "p")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 30s), "one-model");
  Break(pool, "a", Of(Trouble::kSharedLimit, 3s), "another-model");
  Break(pool, "b", Of(Trouble::kModelOverloaded, 4s), "third-model");
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& cooldown : pool.Cooling()) {
      all.push_back(cooldown.account + "/" + cooldown.reason);
    }
    return all;
  };
  EXPECT_THAT(names(), testing::UnorderedElementsAre("project:p/minute_quota", "a/shared_limit",
                                                     "a/model_overloaded"));
  clock_.Advance(10s);
  EXPECT_THAT(names(), testing::ElementsAre("project:p/minute_quota"));
}

TEST_F(PoolJournalTest, NobodyWaitsForAnAccountThatIsBeingTried) {
  Pool pool = MakeHeard({Named("a")});
  Break(pool, "a", Of(Trouble::kSpendCap));
  clock_.Advance(*events_.at(0).length);
  auto trial = Take(pool);
  ASSERT_TRUE(trial);
  const auto refused = Take(pool, {}, 5s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(refused.error().retry_after_ms, 1000);
  EXPECT_EQ(clock_.slept(), 0ms);
  trial->Report(Success{});
  EXPECT_EQ(Given(pool), "a");
}

TEST_F(PoolJournalTest, AProjectIsRestoredOnlyForTheCredentialThatToldIt) {
  journal_.belongings.push_back({"gone", "123", "fingerprint"});
  journal_.belongings.push_back({"a", "456", "the fingerprint of its last key"});
  Pool pool = Make({Named("a")});
  EXPECT_NE(StatusOf(pool, "a").project, "456");
}

TEST_F(PoolJournalTest, AnAccountThatIsNotInUseIsGone) {
  config::Account disabled = Named("a");
  disabled.unusable = "MY_KEY is not set";
  Pool pool = Make({disabled, Named("b")});
  for (const char* name : {"a", "none"}) {
    const auto error = pool.WhyNot(name, kModel);
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code, ErrorCode::kNotFound);
    EXPECT_EQ(error->reason, "account_gone");
  }
}

TEST_F(PoolJournalTest, OneAccountIsAwaitedUntilExactlyTheDeadline) {
  Pool pool = MakeHeard({Named("a")});
  Break(pool, "a", Of(Trouble::kMinuteQuota, 20s));
  ASSERT_FALSE(events_.empty());
  const Duration length = *events_.back().length;
  const auto take = [&](Duration patience) {
    return pool.TakeOne("a", kModel, clock_.Now() + patience, NeverCancelled());
  };
  EXPECT_FALSE(take(length - 1ms));
  EXPECT_TRUE(take(length));
}

TEST_F(PoolJournalTest, OnlyAUsableAccountsListMakesAModelItsOwn) {
  config::Account account = Named("a");
  account.kind = config::AccountKind::kOpenAi;
  const auto listed = std::make_shared<const std::set<std::string>>(std::set<std::string>{"llama"});
  Pool pool = Make({account});
  EXPECT_FALSE(pool.HasOwnModel("llama")) << "its models are not known";
  pool.NoteModels({{"a", listed}});
  EXPECT_TRUE(pool.HasOwnModel("llama"));
  EXPECT_FALSE(pool.HasOwnModel("qwen"));
  account.unusable = "MY_KEY is not set";
  pool.Apply(Configured({account}));
  EXPECT_FALSE(pool.HasOwnModel("llama"));
}

}  // namespace
}  // namespace agm::accounts
