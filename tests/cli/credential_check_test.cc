#include "cli/credential_check.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

using upstream::Trouble;

TEST(Judge, TellsAUsedUpQuotaFromARefusalAndFromAnUpstreamThatIsDown) {
  const std::pair<Credential, std::vector<Trouble>> cases[] = {
      {Credential::kLimited,
       {Trouble::kMinuteQuota, Trouble::kDayQuota, Trouble::kNoQuota, Trouble::kSharedLimit,
        Trouble::kSharedCapacity, Trouble::kModelOverloaded, Trouble::kSpendCap,
        Trouble::kNoCredit}},
      {Credential::kRefused,
       {Trouble::kBadKey, Trouble::kUnauthenticated, Trouble::kBlocked, Trouble::kNotEnabled,
        Trouble::kLocation, Trouble::kUnknownModel, Trouble::kBadRequest}},
      {Credential::kUnreachable,
       {Trouble::kNetwork, Trouble::kUnavailable, Trouble::kInternal, Trouble::kDeadline,
        Trouble::kGarbage, Trouble::kRedirect, Trouble::kAborted}}};
  for (const auto& [credential, troubles] : cases) {
    for (const Trouble trouble : troubles) {
      EXPECT_EQ(Judge(trouble), credential) << upstream::RowOf(trouble).name;
      CredentialVerdict verdict;
      verdict.credential = Judge(trouble);
      EXPECT_EQ(verdict.usable(), credential == Credential::kLimited);
    }
  }
  CredentialVerdict good;
  good.credential = Credential::kGood;
  EXPECT_TRUE(good.usable());
}

TEST(CredentialName, IsAWordForEach) {
  EXPECT_EQ(CredentialName(Credential::kGood), "good");
  EXPECT_EQ(CredentialName(Credential::kLimited), "limited");
  EXPECT_EQ(CredentialName(Credential::kRefused), "refused");
  EXPECT_EQ(CredentialName(Credential::kUnreachable), "unreachable");
}

config::Account Named(const std::string& name) {
  config::Account account;
  account.name = name;
  return account;
}

TEST(RefusalOf, SpeaksOfAProxyOnlyWhereTheUpstreamIsFar) {
  config::Account account = Named("work");
  account.base_url = "https://far.example";
  CredentialVerdict verdict;
  verdict.credential = Credential::kUnreachable;
  verdict.why = "connection refused";
  Error error = RefusalOf(account, verdict);
  EXPECT_EQ(error.code, ErrorCode::kUpstreamUnavailable);
  EXPECT_EQ(error.message,
            "the credential could not be tried: connection refused\nNothing was added. If this "
            "machine needs a proxy, set proxy.upstream_proxy. --no-check adds work untried.");
  account.base_url = "http://127.0.0.1:11434/v1";
  EXPECT_EQ(RefusalOf(account, verdict).message,
            "the credential could not be tried: connection refused\nNothing was added. --no-check "
            "adds work untried.");
}

TEST(RefusalOf, SaysWhatToDoWhereThatIsKnown) {
  CredentialVerdict verdict;
  verdict.credential = Credential::kRefused;
  verdict.reason = "bad_key";
  verdict.why = "API key not valid.";
  const Error error = RefusalOf(Named("work"), verdict);
  EXPECT_EQ(error.code, ErrorCode::kUpstreamRejected);
  EXPECT_EQ(error.message,
            "the upstream refuses the credential: API key not valid.\nNothing was added. What to "
            "do: create a key at https://aistudio.google.com/apikey and give it: agm accounts add "
            "work.");
  verdict.reason = "unknown_resource";
  EXPECT_EQ(RefusalOf(Named("work"), verdict).message,
            "the upstream refuses the credential: API key not valid.\nNothing was added.");
}

TEST(RefusalOf, NamesTheWayToGiveAServersKey) {
  config::Account account = Named("local");
  account.kind = config::AccountKind::kOpenAi;
  account.base_url = "http://127.0.0.1:1/v1";
  CredentialVerdict verdict;
  verdict.credential = Credential::kRefused;
  verdict.why = "who are you?";
  EXPECT_EQ(RefusalOf(account, verdict).message,
            "the server refuses the request: who are you?\nNothing was added. If it asks for a "
            "key: agm accounts add local --kind openai --base-url http://127.0.0.1:1/v1 "
            "--api-key-stdin");
}

TEST(TryCredential, TakesAtMostTwentySeconds) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-key-1\"\n");
  t.gateway.otherwise = {200, R"({"models":[]})"};
  const auto config = t.context().Config();
  ASSERT_TRUE(config);
  const CredentialVerdict verdict = TryCredential(t.context(), (*config)->accounts[0]);
  EXPECT_EQ(verdict.credential, Credential::kGood) << verdict.why;
  EXPECT_EQ(verdict.reason, "");
  ASSERT_FALSE(t.gateway.asked.empty());
  EXPECT_LE(t.gateway.asked[0].deadline, t.clock.Now() + std::chrono::seconds(20));
  EXPECT_EQ(t.gateway.asked[0].credential, "AIza-key-1");
}

TEST(AskForModels, SaysWhatFailed) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-key-1\"\n");
  const auto config = t.context().Config();
  ASSERT_TRUE(config);
  const config::Account& account = (*config)->accounts[0];
  t.gateway.otherwise = {401, R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})"};
  auto asked = AskForModels(t.context(), account);
  const auto* failure = std::get_if<upstream::Failure>(&asked);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->trouble, Trouble::kUnauthenticated);
  t.gateway.otherwise = {200, R"({"models":[{"name":"models/gemini-a"}]})"};
  asked = AskForModels(t.context(), account);
  const auto* models = std::get_if<std::vector<upstream::ModelEntry>>(&asked);
  ASSERT_NE(models, nullptr);
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().id, "gemini-a");
}

TEST(AskForModels, NeedsATokenThatTheUpstreamGives) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"me\"\nclient_id = \"mine\"\nclient_secret = \"GOCSPX-mine\"\n"
      "refresh_token = \"1//old\"\n");
  t.gateway.answers["POST /token"] = {400, R"({"error":"invalid_grant"})"};
  t.gateway.otherwise = {200, R"({"models":[]})"};
  const auto config = t.context().Config();
  ASSERT_TRUE(config);
  test::WaitingClock clock;
  Context waiting(t.io, clock, t.env, [&] { return t.gateway.Transport(); });
  const config::Account& account = (*config)->accounts[0];
  EXPECT_EQ(TryCredential(waiting, account).credential, Credential::kRefused);
  const auto asked = AskForModels(waiting, account);
  EXPECT_TRUE(std::holds_alternative<upstream::Failure>(asked));
  for (const auto& each : t.gateway.asked) EXPECT_EQ(each.path, "/token");
}

}  // namespace
}  // namespace agm::cli
