#include "core/config/load.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Problems(std::string_view text, const Environment& environment = {},
                                  const Overrides& overrides = {}) {
  std::vector<std::string> lines;
  for (const auto& problem :
       Check({std::string(text), "f.toml"}, environment, overrides).problems) {
    lines.push_back(problem.Text());
  }
  return lines;
}

// The settings of a text that has no errors.
Config Good(std::string_view text, const Environment& environment = {},
            const Overrides& overrides = {}) {
  auto loaded = Load(Source{std::string(text), "/etc/agm/f.toml"}, environment, overrides);
  EXPECT_TRUE(loaded) << loaded.error().message;
  return loaded ? loaded->config : Config();
}

TEST(Load, GivesTheDefaultsForAnEmptyText) {
  const Config config = Good("");
  EXPECT_EQ(config.proxy.port, 8045);
  EXPECT_EQ(config.proxy.ListenHost(), "127.0.0.1");
  EXPECT_EQ(config.proxy.EffectiveAuthMode(), AuthMode::kOff);
  EXPECT_EQ(config.proxy.max_body_size, 100'000'000U);
  EXPECT_THAT(config.accounts, IsEmpty());
}

TEST(Load, ReadsEverySettingOfTheProxy) {
  const Config config = Good(R"(
[proxy]
host = "0.0.0.0"
port = 9000
allow_lan_access = true
auth_mode = "strict"
api_key = "sk-local"
max_attempts = 7
max_wait = 0
connect_timeout = 1.5
first_byte_timeout = "500ms"
idle_timeout = "2m"
request_timeout = 60
header_timeout = 5
write_timeout = 6
drain_timeout = 7
drain_delay = "300ms"
max_body_size = "512KiB"
max_connections = 10
allowed_origins = ["https://chat.example.com/"]
allowed_hosts = ["agm.lan"]
trusted_proxies = ["10.0.0.0/8", "::1"]
access_log = "access.log"
keepalive_interval = 0
scheduling = "balance"
upstream_proxy = "socks5://127.0.0.1:1080"
expose_account = false
list_aliases = false
[proxy.tls]
certificate = "cert.pem"
key = "/k.pem"
[log]
level = "debug"
format = "json"
requests = false
keep = "2d"
max_size = "1MB"
totals_keep = "30d"
)");
  const Proxy& proxy = config.proxy;
  EXPECT_EQ(proxy.host, "0.0.0.0");
  EXPECT_EQ(proxy.port, 9000);
  EXPECT_TRUE(proxy.allow_lan_access);
  EXPECT_EQ(proxy.auth_mode, AuthMode::kStrict);
  ASSERT_EQ(proxy.api_keys.size(), 1U);
  EXPECT_EQ(proxy.api_keys[0].name, "default");
  EXPECT_TRUE(proxy.api_keys[0].key.Matches("sk-local"));
  EXPECT_EQ(proxy.max_attempts, 7);
  EXPECT_EQ(proxy.max_wait, Duration(0));
  EXPECT_EQ(proxy.connect_timeout, Duration(1500));
  EXPECT_EQ(proxy.first_byte_timeout, Duration(500));
  EXPECT_EQ(proxy.idle_timeout, Duration(120'000));
  EXPECT_EQ(proxy.request_timeout, Duration(60'000));
  EXPECT_EQ(proxy.header_timeout, Duration(5'000));
  EXPECT_EQ(proxy.write_timeout, Duration(6'000));
  EXPECT_EQ(proxy.drain_timeout, Duration(7'000));
  EXPECT_EQ(proxy.drain_delay, Duration(300));
  EXPECT_EQ(proxy.max_body_size, 512U * 1024U);
  EXPECT_EQ(proxy.max_connections, 10);
  EXPECT_THAT(proxy.allowed_origins, ElementsAre("https://chat.example.com"));
  EXPECT_THAT(proxy.allowed_hosts, ElementsAre("agm.lan"));
  EXPECT_THAT(proxy.trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_EQ(proxy.access_log, "/etc/agm/access.log");
  EXPECT_EQ(proxy.keepalive_interval, Duration(0));
  EXPECT_EQ(proxy.scheduling, Scheduling::kBalance);
  EXPECT_EQ(proxy.upstream_proxy, "socks5://127.0.0.1:1080");
  EXPECT_FALSE(proxy.expose_account);
  EXPECT_FALSE(proxy.list_aliases);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.log.format, LogFormat::kJson);
  EXPECT_FALSE(config.log.requests);
  EXPECT_EQ(config.log.keep, std::chrono::hours(48));
  EXPECT_EQ(config.log.max_size, 1'000'000U);
  EXPECT_EQ(config.log.totals_keep, std::chrono::hours(30 * 24));
  EXPECT_EQ(proxy.tls.certificate, "/etc/agm/cert.pem");
  EXPECT_EQ(proxy.tls.key, "/k.pem");
}

TEST(Load, ReadsNamedKeysMappingAndAccountsInTheirOrder) {
  const Config config = Good(R"(
accounts = [ { name = "b", api_key = "AIza1" }, { name = "a", kind = "mock", priority = -1 } ]
[proxy]
api_keys = [{ name = "laptop", key = "sk-1" }, { key = "sk-2" }]
[proxy.custom_mapping]
"z*" = "gemini-z"
"gpt-4o" = ["gemini-b", "gemini-a"]
)");
  ASSERT_EQ(config.proxy.api_keys.size(), 2U);
  EXPECT_EQ(config.proxy.api_keys[0].name, "laptop");
  EXPECT_EQ(config.proxy.api_keys[1].name, "key2");
  ASSERT_EQ(config.mapping.size(), 2U);
  EXPECT_EQ(config.mapping[0].from, "z*");
  EXPECT_THAT(config.mapping[1].to, ElementsAre("gemini-b", "gemini-a"));
  ASSERT_EQ(config.accounts.size(), 2U);
  EXPECT_EQ(config.accounts[0].name, "b");
  EXPECT_EQ(config.accounts[0].base_url, "https://generativelanguage.googleapis.com");
  EXPECT_THAT(config.accounts[0].models, ElementsAre("*"));
  EXPECT_EQ(config.accounts[1].kind, AccountKind::kMock);
  EXPECT_EQ(config.accounts[1].priority, -1);
}

TEST(Load, ReadsTheQuotasOfAnAccount) {
  const Config config = Good(R"(
[[accounts]]
name = "free"
kind = "mock"
requests_per_minute = 10
tokens_per_minute = 250_000
requests_per_day = 250
[[accounts]]
name = "paid"
kind = "mock"
)");
  EXPECT_EQ(config.accounts[0].requests_per_minute, 10);
  EXPECT_EQ(config.accounts[0].tokens_per_minute, 250'000);
  EXPECT_EQ(config.accounts[0].requests_per_day, 250);
  EXPECT_EQ(config.accounts[1].requests_per_minute, 0);
}

TEST(Load, NamesFileLineAndColumnOfEveryProblemAtOnce) {
  EXPECT_THAT(
      Problems("\xEF\xBB\xBF[proxy]\r\nprot = 80\r\nport = 70000\r\n\"auth_mode\" = \"of\"\r\n"
               "[[accounts]]\r\nname = \"ü\"\r\nkind = \"gemni\"\r\napi_key = \"k\"\r\n"),
      ElementsAre("f.toml:2:1: warning: proxy.prot: no such setting; it has no effect; did you "
                  "mean \"port\"?",
                  "f.toml:3:8: proxy.port: expected an integer from 0 to 65535, found 70000",
                  "f.toml:4:15: proxy.auth_mode: expected \"auto\", \"off\", \"strict\" or "
                  "\"all_except_health\", found \"of\"; did you mean \"off\"?",
                  "f.toml:6:8: account \"ü\": name: expected a name of at most 64 letters, digits "
                  "and marks such as - _ . @ +, found \"ü\"",
                  "f.toml:7:8: account \"ü\": kind: expected \"gemini\", \"vertex\", \"mock\" or "
                  "\"openai\", found \"gemni\"; did you mean \"gemini\"?"));
}

TEST(Load, CountsColumnsInCodePoints) {
  EXPECT_THAT(Problems("proxy = { \"größe\" = 1, port = true }"),
              ElementsAre(HasSubstr("f.toml:1:11: warning: proxy.\"größe\""),
                          HasSubstr("f.toml:1:31: proxy.port: expected an integer")));
}

TEST(Load, TellsOnlyTheFirstOfTheSyntaxErrors) {
  EXPECT_THAT(Problems("[proxy]\nport = \nhost == 1\n"), ElementsAre(HasSubstr("f.toml:2:8: ")));
  EXPECT_THAT(Problems("a = \"\xff\""), ElementsAre(HasSubstr("f.toml:1:5: ")));
}

TEST(Load, RefusesCharactersThatMustStandInQuotes) {
  EXPECT_THAT(Problems("[proxy]\ngröße = 1\n= 2"),
              ElementsAre("f.toml:2:3: syntax error: \"ö\" is only allowed inside quotes"));
  EXPECT_THAT(Problems("[proxy]\nport = = 1\nü = 1"), ElementsAre(HasSubstr("f.toml:2:8: ")));
  EXPECT_THAT(Problems("a\xC9\x80 = 1"), ElementsAre(HasSubstr("f.toml:1:2: ")));
  EXPECT_THAT(Problems("proxy.host = \"\"\"\\\n  ü\"\"\""), ElementsAre(HasSubstr("f.toml:2:3: ")));
  EXPECT_THAT(Problems("# ü\n\"ü\" = 'ü' # ü\n"), ElementsAre(HasSubstr("no such setting")));
  EXPECT_THAT(Problems("[*]"), ElementsAre(HasSubstr("f.toml:1:2: syntax error")));
}

TEST(Load, RefusesWrongTypesAndValues) {
  const auto one = [](std::string_view text) {
    const auto problems = Problems(text);
    EXPECT_EQ(problems.size(), 1U) << text;
    return problems.empty() ? std::string() : problems[0];
  };
  EXPECT_THAT(one("proxy = 1"), HasSubstr("expected a table: [proxy]"));
  EXPECT_THAT(one("proxy.port = 80.5"), HasSubstr("found 80.5"));
  EXPECT_THAT(one("proxy.port = \"80\""), HasSubstr("expected an integer"));
  EXPECT_THAT(one("proxy.expose_account = \"true\""), HasSubstr("without quotes"));
  EXPECT_THAT(one("proxy.idle_timeout = 0"), HasSubstr("expected 1ms to 7d"));
  EXPECT_THAT(one("proxy.idle_timeout = -1"), HasSubstr("found -1"));
  EXPECT_THAT(one("proxy.max_wait = nan"), HasSubstr("expected 0 to 7d"));
  EXPECT_THAT(one("proxy.max_wait = \"5 parsecs\""), HasSubstr("expected 0 to 7d"));
  EXPECT_THAT(one("proxy.max_body_size = \"100 apples\""), HasSubstr("such as \"100MB\""));
  EXPECT_THAT(one("proxy.max_body_size = 0"), HasSubstr("expected 1 to 2GiB"));
  EXPECT_THAT(one("proxy.host = \"a:80\""), HasSubstr("without a port"));
  EXPECT_THAT(one("proxy.allowed_origins = [\"*\"]"), HasSubstr("an origin such as"));
  EXPECT_THAT(one("proxy.allowed_hosts = \"a\""), HasSubstr("an array of strings"));
  EXPECT_THAT(one("proxy.trusted_proxies = [\"10.0.0.0/33\"]"), HasSubstr("10.0.0.0/8"));
  EXPECT_THAT(one("proxy.upstream_proxy = \"ftp://x\""), HasSubstr("socks5://HOST:PORT"));
  EXPECT_THAT(one("proxy.tls.key = \"k\""), HasSubstr("found only key"));
  EXPECT_THAT(one("proxy.api_key = \"a\"\nproxy.api_keys = []"), HasSubstr("found both"));
  EXPECT_THAT(one("proxy.api_keys = [{name=\"a\",key=\"1\"},{name=\"a\",key=\"2\"}]"),
              HasSubstr("two named \"a\""));
  EXPECT_THAT(one("proxy.api_keys = [{name=\"a\"}]"), HasSubstr("\"a\" has no key"));
  EXPECT_THAT(one("[accounts]\nname = \"a\""), HasSubstr("[[accounts]] before each account"));
  EXPECT_THAT(one("[[accounts]]\napi_key = \"k\""), HasSubstr("expected a name, found none"));
  EXPECT_THAT(one("[[accounts]]\nname=\"a\"\napi_key=\"k\"\nbase_url=\"//x\""),
              HasSubstr("https://HOST[:PORT]"));
  EXPECT_THAT(one("[[accounts]]\nname=\"a\"\napi_key=\"k\"\napi_key_env=\"B\""),
              HasSubstr("expected one of api_key, api_key_env and api_key_file"));
  EXPECT_THAT(
      one("[[accounts]]\nname=\"a\"\nkind=\"mock\"\n[[accounts]]\nname=\"a\"\nkind=\"mock\""),
      HasSubstr("f.toml:5:1: there are two accounts named \"a\""));
}

TEST(Load, ChecksTheMapping) {
  EXPECT_THAT(Problems("proxy.custom_mapping = 1"), ElementsAre(HasSubstr("expected a table")));
  EXPECT_THAT(Problems("[proxy.custom_mapping]\na = []\nb = \"x*\"\nc = [\"a\", \"b/../c\"]\n"
                       "\"d e\" = \"x\"\n\"models/a\" = \"x\"\nf = \"\""),
              ElementsAre(HasSubstr("2:5: proxy.custom_mapping.a: expected a model's name or an "
                                    "array of at least one"),
                          HasSubstr("3:5: proxy.custom_mapping.b: expected a model's name; only "
                                    "the left side can be a pattern"),
                          HasSubstr("4:11: proxy.custom_mapping.c: expected a model's name, but "
                                    "this one holds \"..\""),
                          HasSubstr("5:1: proxy.custom_mapping: the name \"d e\" holds a space"),
                          HasSubstr("6:1: proxy.custom_mapping: \"a\" is mapped twice"),
                          HasSubstr("7:5: proxy.custom_mapping.f")));
}

TEST(Load, WarnsOfUnknownNamesWithTheNearest) {
  EXPECT_THAT(Problems("port = 1\n[[acounts]]\n[proxy.custom_maping]\n[proxy]\nzzz = 1"),
              ElementsAre(HasSubstr("1:1: warning: port: no such setting here; it has no effect; "
                                    "it belongs in [proxy]"),
                          HasSubstr("did you mean \"accounts\"?"),
                          HasSubstr("did you mean \"custom_mapping\"?"),
                          AllOf(HasSubstr("proxy.zzz: no such setting"), Not(HasSubstr("mean")))));
}

TEST(Load, NeverShowsASecret) {
  for (const std::string_view text :
       {"proxy.api_key = \"xy zzy\"", "proxy.api_key = [\"xyzzy\"]", "proxy.api_key = xyzzy",
        "[[accounts]]\nname=\"a\"\napi_key=\"xy\\nzzy\"",
        "[[accounts]]\nname=\"a\"\napi_key_env=\"AIzaxyzzy\"",
        "[[accounts]]\nname=\"a\"\napi_key_env=\"gsk_xyzzy\"",
        "[[accounts]]\nname=\"a\"\napi_key_env=\"q0xyzzyABCDEFGHIJKLMNOPQRSTUVWXYZ\"",
        "[cluster]\nurl_env=\"redis://:xyzzy@host\"", "[[accounts]]\nname=\"a\"\napi_key=\"xyzzy",
        "proxy.upstream_proxy = \"ftp://me:xyzzy@host\"",
        "[[accounts]]\nname=\"a\"\nkind=\"mock\"\nbase_url=\"https://me:xyzzy@host\""}) {
    for (const auto& problem : Problems(text)) EXPECT_THAT(problem, Not(HasSubstr("zzy"))) << text;
    EXPECT_THAT(Problems(text), Not(IsEmpty()));
  }
}

TEST(Load, TakesFlagsBeforeTheEnvironmentBeforeTheFileBeforeDefaults) {
  const std::string text =
      "[proxy]\nport = 1\nhost = \"10.0.0.1\"\nauth_mode = \"off\"\n"
      "api_keys = [{name=\"n\", key=\"k\"}]\nmax_attempts = 2";
  const Environment environment = {{"AGM_PORT", "2"},
                                   {"AGM_HOST", "10.0.0.2"},
                                   {"AGM_API_KEY", "env-key"},
                                   {"AGM_AUTH_MODE", ""}};
  Overrides overrides;
  overrides.port = 3;
  const auto loaded = Load(Source{text, ""}, environment, overrides);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.proxy.port, 3);
  EXPECT_EQ(loaded->config.proxy.host, "10.0.0.2");
  EXPECT_EQ(loaded->config.proxy.auth_mode, AuthMode::kOff);
  ASSERT_EQ(loaded->config.proxy.api_keys.size(), 1U);
  EXPECT_TRUE(loaded->config.proxy.api_keys[0].key.Matches("env-key"));
  EXPECT_EQ(OriginName(loaded->OriginOf("port")), "flag");
  EXPECT_EQ(OriginName(loaded->OriginOf("host")), "env");
  EXPECT_EQ(OriginName(loaded->OriginOf("auth_mode")), "file");
  EXPECT_EQ(OriginName(loaded->OriginOf("api_key")), "env");
  EXPECT_EQ(OriginName(loaded->OriginOf("max_wait")), "default");
}

TEST(Load, NamesTheVariableOrOptionAtFault) {
  Overrides overrides;
  overrides.auth_mode = "strickt";
  EXPECT_THAT(Problems("", {{"AGM_PORT", "80 "}, {"AGM_API_KEY", "a b"}}, overrides),
              ElementsAre("AGM_PORT: expected an integer from 0 to 65535, found \"80 \"",
                          HasSubstr("AGM_API_KEY: expected printable"),
                          HasSubstr("--auth-mode: expected \"auto\"")));
}

TEST(Load, LetsLanBeatALoopbackHostOfTheFile) {
  Overrides lan;
  lan.allow_lan_access = true;
  const Config config = Good("proxy.host = \"127.0.0.1\"", {}, lan);
  EXPECT_EQ(config.proxy.ListenHost(), "0.0.0.0");
  EXPECT_EQ(config.proxy.EffectiveAuthMode(), AuthMode::kAllExceptHealth);
  lan.host = "127.0.0.2";
  EXPECT_EQ(Good("", {}, lan).proxy.ListenHost(), "127.0.0.2");
}

TEST(Load, MeansAuthByAutoAsSoonAsOthersCanConnect) {
  EXPECT_EQ(Good("proxy.host = \"::1\"").proxy.EffectiveAuthMode(), AuthMode::kOff);
  EXPECT_EQ(Good("proxy.host = \"[::1]\"").proxy.ListenHost(), "::1");
  EXPECT_EQ(Good("proxy.host = \"192.168.0.2\"").proxy.EffectiveAuthMode(),
            AuthMode::kAllExceptHealth);
}

TEST(Load, TakesKeysFromTheEnvironmentAndFromFiles) {
  test::TempDir dir;
  dir.Write("keys/one", "AIza-file\n");
  const auto file = dir.Write("agm.toml",
                              "[[accounts]]\nname = \"e\"\napi_key_env = \"MY_KEY\"\n"
                              "[[accounts]]\nname = \"f\"\napi_key_file = \"keys/one\"\n");
  const auto loaded = Load(Location{file, FoundBy::kFlag}, {{"MY_KEY", "AIza-env"}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->warnings, IsEmpty());
  EXPECT_EQ(loaded->config.accounts[0].api_key.Reveal(), "AIza-env");
  EXPECT_EQ(loaded->config.accounts[0].api_key_env, "MY_KEY");
  EXPECT_EQ(loaded->config.accounts[1].api_key.Reveal(), "AIza-file");
  EXPECT_EQ(loaded->config.accounts[1].api_key_file, (dir / "keys/one").string());
}

TEST(Load, KeepsTheOthersWhenOneAccountHasNoCredential) {
  const auto loaded =
      Load(Source{"[[accounts]]\nname = \"e\"\napi_key_env = \"MY_KEY\"\n"
                  "[[accounts]]\nname = \"f\"\napi_key_file = \"gone\"\n"
                  "[[accounts]]\nname = \"n\"\n"
                  "[[accounts]]\nname = \"off\"\nenabled = false\n"
                  "[[accounts]]\nname = \"v\"\nkind = \"vertex\"\nproject = \"p\"\n"
                  "service_account = \"gone.json\"\n"
                  "[[accounts]]\nname = \"ok\"\napi_key = \"k\"\n",
                  "/nowhere/f.toml"});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto& accounts = loaded->config.accounts;
  EXPECT_EQ(accounts[0].unusable, "MY_KEY is not set");
  EXPECT_THAT(accounts[1].unusable, HasSubstr("/nowhere/gone: no such file"));
  EXPECT_THAT(accounts[2].unusable, HasSubstr("it has no api_key"));
  EXPECT_THAT(accounts[3].unusable, HasSubstr("it has no api_key"));
  EXPECT_THAT(accounts[4].unusable, HasSubstr("gone.json cannot be read"));
  EXPECT_EQ(accounts[5].unusable, "");
  ASSERT_EQ(loaded->warnings.size(), 4U);
  EXPECT_EQ(loaded->warnings[0].Text(),
            "/nowhere/f.toml:3:1: warning: account \"e\" cannot be used: MY_KEY is not set");
}

TEST(Load, TidiesAndDoubtsTheBaseUrl) {
  const std::string head = "[[accounts]]\nname = \"a\"\napi_key = \"k\"\nbase_url = ";
  EXPECT_EQ(Good(head + "\"http://localhost:8080/x//\"").accounts[0].base_url,
            "http://localhost:8080/x");
  EXPECT_EQ(Good(head + "\"https://h/v1beta/\"").accounts[0].base_url, "https://h");
  EXPECT_THAT(Problems(head + "\"http://h\""), ElementsAre(HasSubstr("travels in the clear")));
  EXPECT_THAT(Problems(head + "\"http://127.0.0.1:1\""), IsEmpty());
}

TEST(Load, MeansDefaultsByAMissingFileUnlessItWasAskedFor) {
  const auto missing = Load(Location{"/nowhere/agm.toml", FoundBy::kDefault}, {});
  ASSERT_TRUE(missing);
  EXPECT_FALSE(missing->found);
  EXPECT_TRUE(Load(Location{"/nowhere/agm.toml", FoundBy::kEnvironment}, {}));
  EXPECT_TRUE(Load(Location{}, {}));
  const auto asked = Load(Location{"/nowhere/agm.toml", FoundBy::kFlag}, {});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::kConfig);
  EXPECT_THAT(asked.error().message, HasSubstr("/nowhere/agm.toml: no such file; `agm config"));
}

TEST(Load, SaysAllErrorsAndNoWarningsInItsOneError) {
  const auto loaded = Load(Source{"[proxy]\nx = 1\nport = -1\nhost = 1\n", "c.toml"});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "c.toml:3:8: proxy.port: expected an integer from 0 to 65535, found -1\n"
            "c.toml:4:8: proxy.host: expected a string, found 1");
}

TEST(Load, SurvivesNamesThatNestWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a.";
  EXPECT_THAT(Problems(deep + "a = 1"), ElementsAre(HasSubstr("more than 16 dots")));
  EXPECT_THAT(Problems("# " + deep + "\n[proxy]\nport = 1 # " + deep), IsEmpty());
  EXPECT_THAT(Problems("a = " + std::string(100'000, '[')), ElementsAre(HasSubstr("nested")));
}

constexpr std::string_view kKey = R"(
[[keys]]
name = "ci"
id = "k7f3q2xa"
hash = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)";

TEST(LoadKeys, ReadsEverySettingOfAKey) {
  const Config config = Good(std::string("[proxy]\ntime_zone = \"UTC\"\n").append(kKey) + R"(
scopes = ["inference", "read"]
models = ["models/gemini-*", "gpt-4o"]
requests_per_minute = 60
tokens_per_minute = 200_000
parallel = 8
budget = { day = 2.10, month = 20 }
budget_of = "billed"
tokens = { day = 5_000_000 }
expires = 2027-01-31
enabled = false
)");
  EXPECT_EQ(config.proxy.time_zone, "UTC");
  ASSERT_EQ(config.keys.size(), 1U);
  const ClientKey& key = config.keys[0];
  EXPECT_EQ(key.name, "ci");
  EXPECT_EQ(key.id, "k7f3q2xa");
  EXPECT_THAT(key.scopes, ElementsAre(KeyScope::kInference, KeyScope::kRead));
  EXPECT_THAT(key.models, ElementsAre("gemini-*", "gpt-4o"));
  EXPECT_EQ(key.requests_per_minute, 60);
  EXPECT_EQ(key.tokens_per_minute, 200'000);
  EXPECT_EQ(key.parallel, 8);
  EXPECT_EQ(key.budget, (Allowance{2'100'000'000, 20'000'000'000}));
  EXPECT_EQ(key.budget_of, BudgetOf::kBilled);
  EXPECT_EQ(key.tokens, (Allowance{5'000'000, std::nullopt}));
  EXPECT_EQ(key.expires, "2027-01-31");
  EXPECT_FALSE(key.enabled);
}

TEST(LoadKeys, TheDefaultsLimitNothing) {
  const ClientKey key = Good(kKey).keys.at(0);
  EXPECT_THAT(key.scopes, ElementsAre(KeyScope::kInference));
  EXPECT_THAT(key.models, ElementsAre("*"));
  EXPECT_EQ(key.budget, Allowance());
  EXPECT_TRUE(key.enabled);
  EXPECT_EQ(key.expires, "");
}

TEST(LoadKeys, RefusesHostileValuesAtTheirPlace) {
  const auto problem = [](const std::string& line) {
    const auto problems = Problems(std::string(kKey) + line + "\n");
    return problems.size() == 1 ? problems[0] : fmt::format("{} problems", problems.size());
  };
  for (const char* line : {"budget = { day = -1 }",
                           "budget = { day = nan }",
                           "budget = { month = inf }",
                           "budget = { month = 1e300 }",
                           "budget = { day = \"2\" }",
                           "budget = 2",
                           "tokens = { day = 1.5 }",
                           "tokens = { day = -5 }",
                           "tokens = [1]",
                           "requests_per_minute = -1",
                           "requests_per_minute = 99999999999",
                           "parallel = 1.5",
                           "expires = \"tomorrow\"",
                           "expires = 2027-02-30",
                           "expires = 07:32:00",
                           "expires = \"2027-01-31T00:00:00\"",
                           "scopes = [\"root\"]",
                           "scopes = \"admin\"",
                           "models = [\"../x\"]",
                           "budget_of = \"cash\"",
                           "enabled = 1"}) {
    EXPECT_THAT(problem(line), HasSubstr("f.toml:6:")) << line;
  }
  EXPECT_THAT(problem("budget = { week = 1 }"), HasSubstr("no such setting"));
  EXPECT_THAT(problem("expires = 2027-01-31T10:00:00+01:00"), HasSubstr("0 problems"));
}

TEST(LoadKeys, NeverShowsASecretThatStandsForAHash) {
  const auto problems = Problems("[[keys]]\nname = \"ci\"\nid = \"abcd\"\nhash = \"sk-secret\"\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0], HasSubstr("agm keys rotate"));
  EXPECT_THAT(problems[0], Not(HasSubstr("sk-secret")));
}

TEST(LoadKeys, EachKeyHasANameAndAnIdOfItsOwn) {
  EXPECT_THAT(Problems(std::string(kKey).append(kKey)),
              ElementsAre(HasSubstr("two keys named \"ci\""),
                          HasSubstr("two keys with the id \"k7f3q2xa\"")));
  EXPECT_THAT(
      Problems(
          std::string("[proxy]\napi_keys = [{ name = \"ci\", key = \"sk-1\" }]\n").append(kKey)),
      ElementsAre(HasSubstr("a key of [proxy] has that name too")));
  EXPECT_THAT(Problems("[[keys]]\nname = \"local\"\n"),
              ElementsAre(HasSubstr("it has no id"), HasSubstr("it has no hash"),
                          HasSubstr("uses this name itself")));
  EXPECT_THAT(Problems("keys = 1\n"), ElementsAre(HasSubstr("[[keys]] before each key")));
  EXPECT_THAT(Problems("keys = [1]\n").size(), 1U);
}

TEST(Load, RefusesATimeZoneThatTheMachineDoesNotKnow) {
  EXPECT_THAT(Problems("[proxy]\ntime_zone = \"Mars/Olympus\"\n"),
              ElementsAre(HasSubstr("Europe/Berlin")));
}

}  // namespace
}  // namespace agm::config
