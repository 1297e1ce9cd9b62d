#include "cli/account_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace agm::cli {
namespace {

using namespace std::chrono_literals;
using accounts::AccountState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr WallTime kNow{std::chrono::seconds(1'795'262'400)};

accounts::AccountStatus Status(AccountState state, std::vector<accounts::CooldownStatus> cooling) {
  accounts::AccountStatus status;
  status.name = "work";
  status.kind = "gemini";
  status.state = state;
  status.cooldowns = std::move(cooling);
  return status;
}

TEST(AccountWords, TellAStateAndHowManyModelsCoolDown) {
  EXPECT_EQ(StateWords(Status(AccountState::kReady, {})), "ready");
  EXPECT_EQ(StateWords(Status(AccountState::kReady, {{"a", "minute_quota", {}}})),
            "ready, 1 model cooling down");
  EXPECT_EQ(
      StateWords(Status(AccountState::kReady, {{"a", "minute_quota", {}}, {"b", "day_quota", {}}})),
      "ready, 2 models cooling down");
  EXPECT_EQ(StateWords(Status(AccountState::kCooling, {{"", "shared_limit", {}}})), "cooling down");
  EXPECT_EQ(StateWords(Status(AccountState::kQuarantined, {})), "quarantined");
  EXPECT_EQ(StateWords(Status(AccountState::kDisabled, {})), "disabled");
}

TEST(AccountWords, TellAReasonInWordsOrByItsName) {
  EXPECT_EQ(ReasonWords("bad_key"), "the key is refused");
  EXPECT_EQ(ReasonWords("never_heard_of"), "never_heard_of");
}

TEST(AccountWords, NameTheRemedyWithItsPages) {
  EXPECT_EQ(Remedy("bad_key", "work", "gemini"),
            "create a key at https://aistudio.google.com/apikey and give it: "
            "agm accounts add work");
  EXPECT_EQ(Remedy("bad_key", "local", "openai"),
            "create another key and give it: agm accounts add local");
  EXPECT_EQ(Remedy("bad_key", "x", "no such kind"),
            "create another key and give it: agm accounts add x");
  EXPECT_EQ(Remedy("no_credit", "work", "gemini"),
            "see Billing in https://aistudio.google.com, then: agm accounts check work");
  EXPECT_EQ(Remedy("no_credit", "local", "openai"),
            "see the billing settings of the upstream, then: agm accounts check local");
  EXPECT_EQ(Remedy("minute_quota", "work", "gemini"), "");
  EXPECT_EQ(Remedy("never_heard_of", "work", "gemini"), "");
}

TEST(AccountWords, JoinTheModelsOfOneReasonUntilTheLastIsBack) {
  const auto notes = Notes(Status(AccountState::kReady, {{"a", "minute_quota", kNow + 20s},
                                                         {"b", "minute_quota", kNow + 50s},
                                                         {"c", "minute_quota", kNow + 30s},
                                                         {"d", "unknown_model", std::nullopt}}),
                           kNow);
  EXPECT_THAT(notes,
              ElementsAre(StartsWith("out of this minute's quota for a, b, c, again in 50s ("),
                          "no access to the model for d"));
}

TEST(AccountWords, TellTheAccountsOwnReasonWhereNoModelCoolsDown) {
  auto status = Status(AccountState::kQuarantined, {});
  EXPECT_THAT(Notes(status, kNow), IsEmpty());
  status.reason = "not_enabled";
  EXPECT_THAT(Notes(status, kNow),
              ElementsAre("the API is not enabled for the key's project; "
                          "agm accounts check work shows the link that enables it"));
  status.model = "m";
  status.until = kNow;
  EXPECT_THAT(Notes(status, kNow),
              ElementsAre(StartsWith("the API is not enabled for the key's project for m, again "
                                     "now; ")));
  status.cooldowns = {{"", "unavailable", kNow + 1s}};
  EXPECT_THAT(Notes(status, kNow), ElementsAre(StartsWith("the upstream is unavailable, again")));
}

}  // namespace
}  // namespace agm::cli
