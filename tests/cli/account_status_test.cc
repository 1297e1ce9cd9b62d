#include "cli/account_status.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::cli {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1'795'262'400)};  // 2026-11-21 12:00 UTC

TEST(AccountStatusTimes, AreWrittenAndRead) {
  EXPECT_EQ(WriteTime(kNow), "2026-11-21T12:00:00Z");
  EXPECT_EQ(ReadTime("2026-11-21T12:00:00Z"), kNow);
  EXPECT_EQ(ReadTime("2026-11-21T12:00:00.25Z"), kNow);
  for (const char* text : {"", "2026-11-21", "2026-11-21T12:00:00", "2026-11-21T12:00:00+01:00"}) {
    EXPECT_EQ(ReadTime(text), std::nullopt) << text;
  }
}

TEST(AccountStatusTimes, AreToldFromNow) {
  EXPECT_EQ(WriteUntil(kNow, kNow), "now");
  EXPECT_EQ(WriteUntil(kNow - 1s, kNow), "now");
  EXPECT_TRUE(WriteUntil(kNow + 200s, kNow).starts_with("in 3m20s ("));
  EXPECT_EQ(WriteUntil(kNow + 19h, kNow).size(), std::string("in 19h (12:00:00)").size());
  EXPECT_EQ(WriteUntil(kNow + 20h, kNow).size(), std::string("in 20h (22 Nov 08:00)").size());
  EXPECT_EQ(WriteSince(kNow, kNow), "now");
  EXPECT_EQ(WriteSince(kNow + 5s, kNow), "now");
  EXPECT_EQ(WriteSince(kNow - 999ms, kNow), "now");
  EXPECT_EQ(WriteSince(kNow - 42s, kNow), "42s ago");
}

const char* const kDocument = R"({"accounts":[{"name":"work","label":"w","kind":"gemini",
  "project":"p","state":"cooling","reason":"minute_quota","why":"slow","model":"m",
  "until":"2026-11-21T12:00:00Z","requests":5,"errors":2,"tokens":7,"in_flight":1,
  "last_used":"2026-11-21T12:00:00Z","first_byte_ms":250,
  "cooldowns":[{"model":"m","reason":"minute_quota","until":"2026-11-21T12:00:00Z"}],
  "quotas":[{"model":"m","name":"q"},{"model":"n","name":"q"},{"model":"n","name":"r"}]},3]})";

TEST(AccountStates, AreReadFromTheDocumentOfAGateway) {
  const auto read = ReadAccountStates(Json::parse(kDocument));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  const accounts::AccountStatus& work = read->front();
  EXPECT_EQ(work.name, "work");
  EXPECT_EQ(work.label, "w");
  EXPECT_EQ(work.kind, "gemini");
  EXPECT_EQ(work.project, "p");
  EXPECT_EQ(work.state, accounts::AccountState::kCooling);
  EXPECT_EQ(work.reason, "minute_quota");
  EXPECT_EQ(work.why, "slow");
  EXPECT_EQ(work.model, "m");
  EXPECT_EQ(work.until, kNow);
  EXPECT_EQ(work.requests, 5);
  EXPECT_EQ(work.errors, 2);
  EXPECT_EQ(work.tokens, 7);
  EXPECT_EQ(work.in_flight, 1);
  EXPECT_EQ(work.last_used, kNow);
  EXPECT_EQ(work.first_byte, Duration(250));
  ASSERT_EQ(work.cooldowns.size(), 1U);
  EXPECT_EQ(work.cooldowns[0].model, "m");
  EXPECT_EQ(work.cooldowns[0].until, kNow);
  EXPECT_EQ(work.quotas.size(), 3U);
  EXPECT_EQ(QuotaNames(work), (std::vector<std::string>{"q", "r"}));
  EXPECT_FALSE(ReadAccountStates(Json::array()));
  EXPECT_FALSE(ReadAccountStates(Json::parse("{}")));
  EXPECT_FALSE(ReadAccountStates(Json::parse(R"({"accounts":{}})")));
}

TEST(AccountStates, AreWrittenAsTheyWereRead) {
  const auto read = ReadAccountStates(Json::parse(kDocument));
  ASSERT_TRUE(read);
  Json expected = Json::parse(kDocument)["accounts"][0];
  expected["quotas"] = {"q", "r"};
  EXPECT_EQ(ToJson(read->front(), nullptr), expected);
  config::Account account;
  account.name = "work";
  account.email = "a@b.c";
  account.api_key = Secret("AIza-some-key-1234");
  account.models = {"m"};
  account.priority = 3;
  const Json whole = ToJson(read->front(), &account);
  EXPECT_EQ(whole["enabled"], true);
  EXPECT_EQ(whole["email"], "a@b.c");
  EXPECT_EQ(whole["key"], account.api_key.Masked());
  EXPECT_TRUE(whole["location"].is_null());
  EXPECT_EQ(whole["models"], Json::array({"m"}));
  EXPECT_EQ(whole["priority"], 3);
}

TEST(AccountStates, LeaveOutWhatIsNotKnown) {
  const auto read = ReadAccountStates(Json::parse(R"({"accounts":[{"first_byte_ms":"x"}]})"));
  ASSERT_TRUE(read);
  const Json json = ToJson(read->front(), nullptr);
  for (const char* name :
       {"project", "reason", "why", "model", "until", "last_used", "first_byte_ms"}) {
    EXPECT_TRUE(json[name].is_null()) << name;
  }
  EXPECT_EQ(json["cooldowns"], Json::array());
}

TEST(ShownKey, IsTheReferenceOrAMask) {
  config::Account account;
  account.api_key = Secret("AIza-some-key-1234");
  EXPECT_EQ(ShownKey(account), account.api_key.Masked());
  account.refresh_token = Secret("1//refresh-token-1234");
  EXPECT_EQ(ShownKey(account), account.refresh_token.Masked());
  account.service_account = "/sa.json";
  EXPECT_EQ(ShownKey(account), "/sa.json");
  account.api_key_file = "/key";
  EXPECT_EQ(ShownKey(account), "/key");
  account.api_key_env = "KEY";
  EXPECT_EQ(ShownKey(account), "$KEY");
}

TEST(Accounts, AreFoundByKeyAndName) {
  config::Config config;
  for (const char* name : {"gemini", "work"}) {
    config::Account account;
    account.name = name;
    account.api_key = Secret("AIza-" + std::string(name));
    config.accounts.push_back(account);
  }
  EXPECT_EQ(FreeAccountName(config, {}, "gemini"), "gemini-2");
  EXPECT_EQ(FreeAccountName(config, {"gemini-2"}, "gemini"), "gemini-3");
  EXPECT_EQ(FreeAccountName(config, {}, "mock"), "mock");
  ASSERT_TRUE(FindAccount(config, "work"));
  EXPECT_EQ((*FindAccount(config, "work"))->name, "work");
  EXPECT_NE(FindAccount(config, "wrok").error().message.find("did you mean \"work\"?"),
            std::string::npos);
  EXPECT_NE(FindAccount(config, "zebra").error().message.find("agm accounts list"),
            std::string::npos);

  config::Account twin = config.accounts[1];
  EXPECT_EQ(AccountWithKey(config, twin), nullptr) << "it is the account itself";
  twin.name = "other";
  EXPECT_EQ(AccountWithKey(config, twin), &config.accounts[1]);
  twin.base_url = "https://elsewhere.example";
  EXPECT_EQ(AccountWithKey(config, twin), nullptr);
  twin = {};
  EXPECT_EQ(AccountWithKey(config, twin), nullptr);
}

}  // namespace
}  // namespace agm::cli
