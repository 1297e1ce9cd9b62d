#include <gtest/gtest.h>

#include "cli/account_status.h"
#include "cli/accounts_check_command.h"
#include "cli/accounts_edit_commands.h"
#include "cli/accounts_list_command.h"
#include "core/store/database.h"
#include "core/store/sqlite_pool_journal.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kTwoAccounts =
    "[[accounts]]\nname = \"work\"\nemail = \"me@example.com\"\napi_key = \"AIza-work-key-1234\"\n"
    "project = \"p1\"\n\n"
    "[[accounts]]\nname = \"home\"   # at home\napi_key = \"AIza-home-key-5678\"\n";

constexpr const char* kLive = R"({"accounts":[
  {"name":"work","label":"me@example.com","kind":"gemini","project":"p1","state":"ready",
   "reason":"minute_quota","model":"gemini-2.5-pro","until":"2026-11-21T12:00:42Z","requests":7,
   "errors":2,"tokens":900,"in_flight":1,"last_used":"2026-11-21T11:59:00Z","first_byte_ms":412,
   "cooldowns":[{"model":"gemini-2.5-pro","reason":"minute_quota","until":"2026-11-21T12:00:42Z"},
            {"model":"gemini-2.5-flash","reason":"no_quota","until":null}]},
  {"name":"home","label":"home","kind":"gemini","project":"","state":"ready","reason":"","model":"",
   "until":null,"requests":1,"errors":0,"tokens":10,"in_flight":0,"last_used":null,
   "first_byte_ms":null}]})";

struct AccountsTest : CommandTest {
  AccountsTest() { WriteConfig(kTwoAccounts); }
};

/// The body of the request that ended a quarantine in the running gateway.
std::string Recovered(const CommandTest& t) {
  for (const auto& asked : t.gateway.asked) {
    if (asked.method == "POST" && asked.path == "/agm/accounts") return asked.body;
  }
  return {};
}

TEST(AccountsList, ShowsWhatTheRunningGatewaySays) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, kLive};
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "ready, 2 models cooling down")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "work: out of this minute's quota for gemini-2.5-pro, again in 42s"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "work: the project's tier has no quota for gemini-2.5-flash; enable"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "in 42s (")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "cooling")) << t.io.out;
  for (const char* part : {"900", "29 %"}) EXPECT_TRUE(Has(t.io.out, part)) << t.io.out;
  EXPECT_EQ(t.io.err, "Next: agm accounts show NAME (all about one account)\n");
  EXPECT_EQ(t.Agm({"accounts", "list", "--wide"}), 0) << t.io.err;
  for (const char* part : {"900", "29 %", "412 ms", "1m ago", "p1"}) {
    EXPECT_TRUE(Has(t.io.out, part)) << part << "\n" << t.io.out;
  }
}

TEST(AccountsList, FitsEightyColumnsWithTheRemedyInWords) {
  AccountsTest t;
  t.io.out_is_terminal = true;
  Json accounts = Json::array();
  for (const char* reason : {"bad_key", "location", "not_enabled", "no_credit", "day_quota"}) {
    const std::string name = std::string("an-account-with-a-long-name-") + reason;
    Json cooldown = {{"model", nullptr}, {"reason", reason}, {"until", nullptr}};
    accounts.push_back({{"name", name},
                        {"kind", "gemini"},
                        {"state", "quarantined"},
                        {"reason", reason},
                        {"requests", 1'234'567},
                        {"tokens", 1'234'567'890},
                        {"cooldowns", Json::array({cooldown})}});
  }
  t.gateway.answers["GET /agm/accounts"] = {200, DumpJson(Json{{"accounts", accounts}})};
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  EXPECT_TRUE(FitsIn(t.io.out, 80)) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "the key is refused; create a key")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "https://aistudio.google.com/apikey")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, ": bad_key")) << t.io.out;
}

TEST(AccountsList, NamesNoPageOfGoogleForAnotherVendorsAccount) {
  AccountsTest t;
  for (const char* reason : {"bad_key", "no_credit", "location"}) {
    const Json account = {
        {"name", "local"}, {"kind", "openai"}, {"state", "quarantined"}, {"reason", reason}};
    t.gateway.answers["GET /agm/accounts"] = {200,
                                              DumpJson(Json{{"accounts", Json::array({account})}})};
    EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
    EXPECT_FALSE(Has(t.io.out, "google")) << t.io.out;
    EXPECT_FALSE(Has(t.io.out, "Google")) << t.io.out;
  }
  EXPECT_TRUE(Has(t.io.out, "does not serve the API at this machine's location")) << t.io.out;
}

TEST(AccountsList, WarnsOfAVariableThatIsNotSetAndOtherCommandsDoNot) {
  CommandTest t;
  t.gateway.up = false;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key_env = \"NOT_SET\"\n");
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0);
  EXPECT_TRUE(Has(t.io.err, "NOT_SET is not set")) << t.io.err;
  EXPECT_EQ(t.Agm({"map", "list"}), 0);
  EXPECT_FALSE(Has(t.io.err, "NOT_SET")) << t.io.err;
}

TEST(AccountsList, ShowsTheStateWhereNoGatewayAnswers) {
  AccountsTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "work")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "ready")) << t.io.out;
  EXPECT_TRUE(Has(t.io.err, "No gateway is running")) << t.io.err;
}

TEST(AccountsList, ShowsCooldownsFromTheStateFolder) {
  AccountsTest t;
  t.gateway.up = false;
  {
    auto database = store::Database::Open(*t.context().StateFolder());
    store::SqlitePoolJournal journal(*database, t.clock,
                                     [](const std::string& text) { FAIL() << text; });
    accounts::PoolJournal::Cooldown cooldown;
    cooldown.account = "home";
    cooldown.reason = "day_quota";
    cooldown.until = t.clock.Wall() + std::chrono::hours(2);
    cooldown.counts_until = cooldown.until;
    journal.SaveCooldown(cooldown);
  }
  EXPECT_EQ(t.Agm({"accounts", "list", "--json"}), 0) << t.io.err;
  const Json home = t.Document()["accounts"][1];
  EXPECT_EQ(home["state"], "cooling") << home.dump();
  EXPECT_EQ(home["reason"], "day_quota");
  EXPECT_EQ(home["until"], "2026-11-21T14:00:00Z");
}

TEST(AccountsList, MasksKeysAlways) {
  AccountsTest t;
  for (const bool up : {true, false}) {
    t.gateway.up = up;
    t.gateway.answers["GET /agm/accounts"] = {200, kLive};
    for (const char* format : {"--json", "--wide"}) {
      EXPECT_EQ(t.Agm({"accounts", "list", format}), 0);
      EXPECT_FALSE(Has(t.io.out + t.io.err, "work-key")) << t.io.out;
      EXPECT_TRUE(Has(t.io.out, "AIza…1234")) << t.io.out;
    }
  }
}

TEST(AccountsList, PrintsOneDocumentWithJson) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, kLive};
  EXPECT_EQ(t.Agm({"accounts", "list", "--json"}), 0);
  const Json document = t.Document();
  EXPECT_EQ(document["source"], "gateway");
  ASSERT_EQ(document["accounts"].size(), 2U);
  const Json& work = document["accounts"][0];
  EXPECT_EQ(work["state"], "ready");
  EXPECT_EQ(work["reason"], "minute_quota");
  EXPECT_EQ(work["until"], "2026-11-21T12:00:42Z");
  EXPECT_EQ(work["first_byte_ms"], 412);
  EXPECT_EQ(work["enabled"], true);
  EXPECT_TRUE(document["accounts"][1]["until"].is_null());
}

TEST(AccountsList, SaysWhereToBeginWithoutAnyAccount) {
  CommandTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0);
  EXPECT_EQ(t.io.out, "");
  EXPECT_TRUE(Has(t.io.err, "agm accounts add")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "list", "--json"}), 0);
  EXPECT_EQ(t.Document()["accounts"].size(), 0U);
}

TEST(AccountsList, FallsBackWithAWarningWhereTheKeyIsRefused) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {401, R"({"error":{"message":"wrong key"}})"};
  EXPECT_EQ(t.Agm({"accounts", "list"}), 0);
  EXPECT_TRUE(Has(t.io.err, "refuses the key")) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "work"));
}

TEST(AccountsList, RepaintsEverySecondOnATerminalOnly) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, kLive};
  EXPECT_EQ(t.Agm({"accounts", "list", "--watch", "--json"}), 2);
  EXPECT_EQ(t.Agm({"accounts", "list", "--watch"}), 2);
  t.io.out_is_terminal = true;
  t.io.out.clear();
  AccountsListOptions options;
  options.watch = true;
  options.repaints = 3;
  EXPECT_TRUE(RunAccountsList(t.context(), options));
  EXPECT_EQ(t.clock.slept(), Duration(3'000));
  EXPECT_TRUE(Has(t.io.out, "\033[2J"));
}

TEST(AccountsShow, TellsEverythingOfOneAccount) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, kLive};
  EXPECT_EQ(t.Agm({"accounts", "show", "work"}), 0) << t.io.err;
  for (const char* part :
       {"me@example.com", "ready, 2 models cooling down", "out of this minute's quota", "p1",
        "AIza…1234", "gemini-2.5-flash: the project's tier has no quota until it is fixed"}) {
    EXPECT_TRUE(Has(t.io.out, part)) << t.io.out;
  }
  EXPECT_EQ(t.Agm({"accounts", "show", "work", "--json"}), 0);
  EXPECT_EQ(t.Document()["project"], "p1");
}

TEST(AccountsShow, NamesTheNearestOfAnUnknownAccount) {
  AccountsTest t;
  EXPECT_EQ(t.Agm({"accounts", "show", "wrok"}), 1);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"work\"?")) << t.io.err;
}

TEST(AccountsEdit, ChangesOnlyTheLinesThatAreMeant) {
  AccountsTest t;
  EXPECT_EQ(t.Agm({"accounts", "disable", "work"}), 0) << t.io.err;
  std::string disabled = kTwoAccounts;
  disabled.insert(disabled.find("\n\n[[accounts]]") + 1, "enabled = false\n");
  EXPECT_EQ(t.ReadConfig(), disabled);
  EXPECT_EQ(t.Agm({"accounts", "enable", "work"}), 0) << t.io.err;
  disabled.replace(disabled.find("false"), 5, "true");
  EXPECT_EQ(t.ReadConfig(), disabled);
  EXPECT_EQ(t.Agm({"accounts", "remove", "work"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "work")) << t.ReadConfig();
  EXPECT_TRUE(Has(t.ReadConfig(), "name = \"home\"   # at home\n")) << t.ReadConfig();
}

TEST(AccountsEdit, IsContentWhereNothingIsToBeDone) {
  AccountsTest t;
  EXPECT_EQ(t.Agm({"accounts", "enable", "work"}), 0);
  EXPECT_TRUE(Has(t.io.err, "already")) << t.io.err;
  EXPECT_EQ(t.ReadConfig(), kTwoAccounts);
  EXPECT_EQ(t.Agm({"accounts", "enable", "work", "--json"}), 0);
  EXPECT_EQ(t.Document()["changed"], false);
}

TEST(AccountsEdit, EnablingEndsCooldownsInTheRunningGateway) {
  AccountsTest t;
  EXPECT_EQ(t.Agm({"accounts", "enable", "work"}), 0);
  EXPECT_EQ(Recovered(t), R"({"heal":"work"})");
}

TEST(AccountsEdit, TakesSeveralNamesAndChangesAllOrNone) {
  AccountsTest t;
  EXPECT_EQ(t.Agm({"accounts", "disable", "work", "nobody", "home"}), 1);
  EXPECT_EQ(t.ReadConfig(), kTwoAccounts);
  EXPECT_EQ(t.Agm({"accounts", "disable", "work", "home", "work", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["accounts"].size(), 2U);
  EXPECT_EQ(t.Document()["accounts"][1]["enabled"], false);
  EXPECT_EQ(t.Agm({"accounts", "enable", "work", "home"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "enabled = false"));
  EXPECT_EQ(t.Agm({"accounts", "remove", "work", "home"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.ReadConfig(), "[[accounts]]")) << t.ReadConfig();
}

TEST(AccountsEdit, FailsWithOneForANameThatDoesNotExist) {
  AccountsTest t;
  for (const char* verb : {"enable", "disable", "remove"}) {
    EXPECT_EQ(t.Agm({"accounts", verb, "nobody"}), 1) << verb;
  }
  EXPECT_EQ(t.ReadConfig(), kTwoAccounts);
}

TEST(AccountsCheck, TriesEveryAccountOrThoseNamed) {
  AccountsTest t;
  t.gateway.otherwise = {200, R"({"models":[]})"};
  EXPECT_EQ(t.Agm({"accounts", "check"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "work"));
  EXPECT_TRUE(Has(t.io.out, "home"));
  EXPECT_EQ(t.Agm({"accounts", "check", "home", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.gateway.asked.back().credential, "AIza-home-key-5678");
  ASSERT_EQ(t.Document()["accounts"].size(), 1U);
  EXPECT_EQ(t.Document()["accounts"][0]["result"], "good");
}

TEST(AccountsCheck, TellsWhatAnAccountCanDo) {
  AccountsTest t;
  t.gateway.otherwise = {200,
                         R"({"models":[{"name":"models/gemini-a"},{"name":"models/gemini-b"}]})"};
  t.gateway.answers["GET /agm/accounts"] = {200, R"({"accounts":[
    {"name":"work","project":"p1","state":"cooling","quotas":[{"model":"m","name":"PerDay-Free"}]}]})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "work"}), 0) << t.io.err;
  for (const char* part : {"good", " ms", "p1", "2", "PerDay-Free"}) {
    EXPECT_TRUE(Has(t.io.out, part)) << part << t.io.out;
  }
  EXPECT_EQ(t.Agm({"accounts", "check", "work", "--json"}), 0) << t.io.err;
  const Json account = t.Document()["accounts"][0];
  EXPECT_EQ(account["project"], "p1");
  EXPECT_EQ(account["models"], Json({"gemini-a", "gemini-b"}));
  EXPECT_EQ(account["quotas"], Json({"PerDay-Free"}));
  EXPECT_TRUE(account["latency_ms"].is_number());
}

TEST(AccountsCheck, NamesTheQuotaThatItRanInto) {
  AccountsTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, kLive};
  t.gateway.otherwise = {429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
    {"violations":[{"quotaId":"RequestsPerMinute-Free","quotaValue":"10"}]}]}})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "home", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["accounts"][0]["quotas"], Json({"RequestsPerMinute-Free"}));
  EXPECT_EQ(t.Document()["accounts"][0]["result"], "limited");
}

TEST(AccountsCheck, EndsTheQuarantineOfAnAccountThatWorksAgain) {
  AccountsTest t;
  t.gateway.otherwise = {200, R"({"models":[]})"};
  for (const char* state : {"quarantined", "cooling"}) {
    t.gateway.answers["GET /agm/accounts"] = {
        200, DumpJson(Json{{"accounts", {{{"name", "work"}, {"state", state}}}}})};
    t.gateway.asked.clear();
    EXPECT_EQ(t.Agm({"accounts", "check", "work"}), 0) << t.io.err;
    EXPECT_EQ(Recovered(t), state == std::string("quarantined") ? R"({"heal":"work"})" : "");
  }
}

TEST(AccountsCheck, FailsWithOneWhereOneIsRefusedAndThreeWhereNoneIsReached) {
  AccountsTest t;
  t.gateway.otherwise = {401, R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 1);
  EXPECT_EQ(t.Document()["accounts"][0]["result"], "refused");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"accounts", "check"}), 3);
  EXPECT_TRUE(Has(t.io.out, "unreachable")) << t.io.out;
  EXPECT_EQ(t.Agm({"accounts", "check", "nobody"}), 1);
}

TEST(WriteUntil, SaysHowLongAndWhen) {
  const WallTime now = test::FakeClock::kStart;
  EXPECT_TRUE(WriteUntil(now + Duration(200'000), now).starts_with("in 3m20s ("));
  EXPECT_EQ(WriteUntil(now - Duration(1), now), "now");
}

TEST(ReadTime, ReadsWhatItWrites) {
  EXPECT_EQ(WriteTime(test::FakeClock::kStart), "2026-11-21T12:00:00Z");
  EXPECT_EQ(ReadTime("2026-11-21T12:00:00Z"), test::FakeClock::kStart);
  EXPECT_FALSE(ReadTime("yesterday"));
  EXPECT_FALSE(ReadTime(""));
}

TEST(Accounts, LeadOnWhereNoneIsConfigured) {
  CommandTest t;
  for (const char* command : {"list", "check"}) {
    t.gateway.up = false;
    EXPECT_EQ(t.Agm({"accounts", command}), 0) << t.io.err;
    EXPECT_TRUE(Has(t.io.err, "No account is configured.\n")) << t.io.err;
    EXPECT_TRUE(Has(t.io.err, "Next: agm accounts add NAME")) << t.io.err;
  }
}

}  // namespace
}  // namespace agm::cli
