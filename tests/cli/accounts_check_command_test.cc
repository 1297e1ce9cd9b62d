#include "cli/accounts_check_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kRefused =
    R"({"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}})";
constexpr const char* kBroken = R"({"error":{"code":503,"message":"down","status":"UNAVAILABLE"}})";

/// Three Gemini accounts, each of which has an address of its own below one host.
struct CheckTest : CommandTest {
  CheckTest() {
    WriteConfig(
        "[[accounts]]\nname = \"a\"\napi_key = \"AIza-key-a\"\nproject = \"pa\"\n"
        "base_url = \"http://127.0.0.1:1/a\"\n"
        "[[accounts]]\nname = \"b\"\napi_key = \"AIza-key-b\"\nbase_url = "
        "\"http://127.0.0.1:1/b\"\n"
        "[[accounts]]\nname = \"c\"\napi_key = \"AIza-key-c\"\nbase_url = "
        "\"http://127.0.0.1:1/c\"\n");
    gateway.answers["GET /agm/accounts"] = {200, R"({"accounts":[]})"};
    gateway.otherwise = {200, R"({"models":[]})"};
    Context& first = context();
    for (const char* name : {"a", "b", "c"}) {
      gateway.asked.clear();
      AccountsCheckOptions options;
      options.names = {name};
      EXPECT_TRUE(RunAccountsCheck(first, options)) << io.err;
      for (const FakeGateway::Asked& asked : gateway.asked) {
        if (Has(asked.path, std::string("/") + name + "/")) paths.push_back(asked);
      }
    }
    gateway.asked.clear();
  }
  /// The upstream's answer to every question about one account.
  void Upstream(const std::string& account, int status, const std::string& body) {
    for (const FakeGateway::Asked& asked : paths) {
      if (Has(asked.path, "/" + account + "/")) {
        gateway.answers[asked.method + " " + asked.path] = {status, body};
      }
    }
  }
  /// The result of one account of the last document.
  Json Result(const std::string& name) {
    const Json document = Document();
    for (const Json& account : document["accounts"]) {
      if (account["name"] == name) return account;
    }
    return {};
  }
  std::vector<FakeGateway::Asked> paths;
};

TEST(AccountsCheck, CountsTheAccountsThatFailed) {
  CheckTest t;
  EXPECT_EQ(t.Agm({"accounts", "check"}), 0) << t.io.err;
  t.Upstream("a", 401, kRefused);
  EXPECT_EQ(t.Agm({"accounts", "check"}), 1);
  EXPECT_TRUE(Has(t.io.err, "1 of 3 accounts failed the check")) << t.io.err;
  t.Upstream("c", 503, kBroken);
  EXPECT_EQ(t.Agm({"accounts", "check"}), 1) << "one of them is refused";
  EXPECT_TRUE(Has(t.io.err, "2 of 3 accounts failed the check")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "check", "b", "c"}), 3) << "nothing but an upstream that is down";
  EXPECT_TRUE(Has(t.io.err, "1 of 2 accounts failed the check")) << t.io.err;
  EXPECT_EQ(t.Agm({"accounts", "check", "b"}), 0) << t.io.err;
}

TEST(AccountsCheck, TellsProgramsTheResultOfEachAccount) {
  CheckTest t;
  t.Upstream("a", 401, kRefused);
  t.Upstream("b", 503, kBroken);
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 1);
  const Json a = t.Result("a");
  EXPECT_EQ(a["result"], "refused");
  EXPECT_EQ(a["reason"], "unauthenticated");
  EXPECT_TRUE(a["why"].is_string()) << a;
  EXPECT_EQ(a["project"], "pa");
  EXPECT_TRUE(a["latency_ms"].is_null());
  EXPECT_TRUE(a["models"].is_null());
  EXPECT_TRUE(a["abilities"].is_null());
  EXPECT_EQ(t.Result("b")["result"], "unreachable");
  EXPECT_EQ(t.Result("b")["reason"], "unavailable");
  EXPECT_TRUE(t.Result("b")["project"].is_null());
  const Json c = t.Result("c");
  EXPECT_EQ(c["result"], "good");
  EXPECT_TRUE(c["reason"].is_null());
  EXPECT_TRUE(c["why"].is_null());
  EXPECT_TRUE(c["latency_ms"].is_number());
  EXPECT_EQ(c["models"], Json::array());
  EXPECT_EQ(c["quotas"], Json::array());
}

TEST(AccountsCheck, AsksNothingMoreOfAnAccountThatIsRefused) {
  CheckTest t;
  t.gateway.answers["GET /agm/accounts"] = {
      200, R"({"accounts":[{"name":"a","project":"live","state":"quarantined"}]})"};
  t.Upstream("a", 401, kRefused);
  EXPECT_EQ(t.Agm({"accounts", "check", "a", "--json"}), 1);
  EXPECT_EQ(t.Result("a")["project"], "live") << "the running gateway knows better";
  EXPECT_EQ(t.gateway.asked.size(), 2U) << "the gateway's list and the credential";
  for (const FakeGateway::Asked& asked : t.gateway.asked) EXPECT_EQ(asked.method, "GET");
}

TEST(AccountsCheck, CountsOnlyTheModelsThatTheAccountMayServe) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"a\"\napi_key = \"AIza-key-a\"\nmodels = [\"*-pro\", \"tiny\"]\n");
  t.gateway.otherwise = {200, R"({"models":[{"name":"models/x-pro"},{"name":"models/x-flash"},
    {"name":"models/tiny"},{"name":"models/tiny-2"}]})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["accounts"][0]["models"], Json({"x-pro", "tiny"}));
  EXPECT_TRUE(t.Document()["accounts"][0]["abilities"].is_null()) << "Google's are known";
  EXPECT_EQ(t.Agm({"accounts", "check"}), 0) << t.io.err;
  EXPECT_FALSE(Has(t.io.err, "can do")) << t.io.err;
}

TEST(AccountsCheck, NamesEachQuotaOnceWhetherItIsNewOrNot) {
  CheckTest t;
  t.gateway.answers["GET /agm/accounts"] = {200, R"({"accounts":[{"name":"a","state":"ready",
    "quotas":[{"model":"m","name":"PerDay"},{"model":"n","name":"PerMinute"}]}]})"};
  t.Upstream("a", 429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
    {"violations":[{"quotaId":"PerMinute","quotaValue":"10"},
                   {"quotaId":"TokensPerMinute","quotaValue":"9"}]}]}})");
  EXPECT_EQ(t.Agm({"accounts", "check", "a", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Result("a")["quotas"], Json({"PerDay", "PerMinute", "TokensPerMinute"}));
  EXPECT_EQ(t.Result("a")["reason"], "minute_quota");
  EXPECT_EQ(t.Agm({"accounts", "check", "a"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.out, "limited")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "PerDay, PerMinute, TokensPerMinute")) << t.io.out;
}

TEST(AccountsCheck, ColoursTheResults) {
  CheckTest t;
  t.io.colour = t.io.out_is_terminal = true;
  t.io.width = 200;
  t.Upstream("a", 401, kRefused);
  t.Upstream("b", 429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}})");
  EXPECT_EQ(t.Agm({"accounts", "check"}), 1);
  for (const auto& [word, colour] :
       {std::pair("refused", Colour::kRed), std::pair("limited", Colour::kYellow),
        std::pair("good", Colour::kGreen)}) {
    const std::string painted = t.io.Paint("|", colour);
    const std::string begin = painted.substr(0, painted.find('|'));
    EXPECT_TRUE(Has(t.io.out, begin + word)) << t.io.out;
  }
  t.Upstream("c", 503, kBroken);
  EXPECT_EQ(t.Agm({"accounts", "check", "c"}), 3);
  const std::string painted = t.io.Paint("|", Colour::kRed);
  EXPECT_TRUE(Has(t.io.out, painted.substr(0, painted.find('|')) + "unreachable")) << t.io.out;
}

TEST(AccountsCheck, TellsHowFarItIs) {
  CheckTest t;
  t.io.err_is_terminal = true;
  EXPECT_EQ(t.Agm({"accounts", "check", "c", "a"}), 0) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "1/2 c ...")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "2/2 a ...")) << t.io.err;
}

TEST(AccountsCheck, RefusesAnAccountWhoseVariableIsNotSetWithoutAskingAnyone) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key_env = \"NOT_SET\"\n");
  t.gateway.answers["GET /agm/accounts"] = {200, R"({"accounts":[]})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 1);
  const Json work = t.Document()["accounts"][0];
  EXPECT_EQ(work["result"], "refused");
  EXPECT_EQ(work["reason"], "unusable");
  EXPECT_TRUE(Has(work["why"].get<std::string>(), "NOT_SET")) << work;
  EXPECT_TRUE(Has(t.io.err, "NOT_SET is not set")) << t.io.err;
  for (const FakeGateway::Asked& asked : t.gateway.asked) EXPECT_EQ(asked.path, "/agm/accounts");
}

TEST(AccountsCheck, NamesTheNearestOfAnUnknownAccountAndTriesNone) {
  CheckTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-key\"\n");
  EXPECT_EQ(t.Agm({"accounts", "check", "work", "wrok"}), 1);
  EXPECT_TRUE(Has(t.io.err, "did you mean \"work\"?")) << t.io.err;
  EXPECT_TRUE(t.gateway.asked.empty());
}

TEST(AccountsCheck, AnswersForTheEmbeddedMock) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"m\"\nkind = \"mock\"\n");
  t.gateway.otherwise = {200, R"({"models":[]})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 0) << t.io.err;
  for (const FakeGateway::Asked& asked : t.gateway.asked) {
    EXPECT_TRUE(Has(asked.url, "127.0.0.1")) << asked.url;
  }
}

TEST(AccountsCheck, AsksAServerWithoutModelsForNoAbility) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"local\"\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\n");
  t.gateway.otherwise = {200, R"({"object":"list","data":[]})"};
  EXPECT_EQ(t.Agm({"accounts", "check", "--json"}), 0) << t.io.err;
  EXPECT_TRUE(t.Document()["accounts"][0]["abilities"].is_null());
  for (const FakeGateway::Asked& asked : t.gateway.asked) EXPECT_EQ(asked.method, "GET");
}

}  // namespace
}  // namespace agm::cli
