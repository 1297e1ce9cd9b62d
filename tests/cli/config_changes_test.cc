#include "cli/config_changes.h"

#include <gtest/gtest.h>

namespace agm::cli {
namespace {

config::ClientKey KeyNamed(const std::string& name) {
  config::ClientKey key;
  key.name = name;
  key.id = name;
  return key;
}

TEST(ConfigChanges, SayWhatBecameOfClientKeys) {
  config::Config before;
  before.keys = {KeyNamed("laptop"), KeyNamed("phone"), KeyNamed("desk")};
  EXPECT_EQ(WriteChanges(before, before), "nothing that matters here");
  config::Config after;
  after.keys = {KeyNamed("laptop"), KeyNamed("desk"), KeyNamed("robot")};
  after.keys[1].parallel = 2;
  EXPECT_EQ(WriteChanges(before, after), "key desk changed; key robot added; key phone removed");
}

TEST(ConfigChanges, SayWhichAccountIsGone) {
  config::Config before;
  before.accounts.resize(2);
  before.accounts[0].name = "work";
  before.accounts[1].name = "home";
  config::Config after = before;
  after.accounts.pop_back();
  EXPECT_EQ(WriteChanges(before, after), "account home removed");
}

TEST(ConfigChanges, SeeEachPartOfAnAccount) {
  config::Config before;
  before.accounts.resize(1);
  before.accounts[0].name = "work";
  for (const auto& change : std::initializer_list<void (*)(config::Account&)>{
           [](config::Account& account) { account.unusable = "KEY is not set"; },
           [](config::Account& account) { account.priority = 3; },
           [](config::Account& account) { account.api_key = Secret("AIza-another-key"); },
           [](config::Account& account) { account.client_secret = Secret("GOCSPX-x"); },
           [](config::Account& account) { account.refresh_token = Secret("1//x"); }}) {
    config::Config after = before;
    change(after.accounts[0]);
    EXPECT_EQ(WriteChanges(before, after), "account work changed");
  }
}

TEST(ConfigChanges, SeeEachPartOfARule) {
  config::Config before;
  before.mapping = {{"gpt-4o", {"gemini-2.5-flash"}}};
  config::Config after = before;
  EXPECT_EQ(WriteChanges(before, after), "nothing that matters here");
  after.mapping = {{"gpt-5", {"gemini-2.5-flash"}}};
  EXPECT_EQ(WriteChanges(before, after), "1 mapping rules, were 1");
  after.mapping = {{"gpt-4o", {"gemini-2.5-pro"}}};
  EXPECT_EQ(WriteChanges(before, after), "1 mapping rules, were 1");
}

TEST(ConfigChanges, SeeEachPartOfAnApiKeyAndKeepItSecret) {
  config::Config before;
  before.proxy.api_keys = {{"laptop", Secret("sk-1")}};
  config::Config after = before;
  EXPECT_EQ(WriteChanges(before, after), "nothing that matters here");
  after.proxy.api_keys = {{"laptop", Secret("sk-2")}};
  EXPECT_EQ(WriteChanges(before, after), "1 client keys, were 1");
  after.proxy.api_keys = {{"phone", Secret("sk-1")}};
  EXPECT_EQ(WriteChanges(before, after), "1 client keys, were 1");
}

TEST(ConfigChanges, SayThatTlsBegins) {
  const config::Config before;
  config::Config after;
  after.proxy.tls = {"/etc/agm/cert.pem", "/etc/agm/key.pem"};
  EXPECT_EQ(WriteChanges(before, after),
            "certificate \"/etc/agm/cert.pem\"; key \"/etc/agm/key.pem\"");
}

TEST(ConfigChanges, SeeTheSettingsOfEveryTable) {
  config::Config before;
  before.cluster.url = Secret("redis://a:1");
  before.telemetry.endpoint = "http://127.0.0.1:4318";
  config::Config after = before;
  after.log.requests = false;
  EXPECT_EQ(WriteChanges(before, after), "log.requests false, was true");
  after = before;
  after.cluster.node = "b";
  EXPECT_EQ(WriteChanges(before, after), "cluster.node \"b\", was \"\"");
  after = before;
  after.telemetry.sample = 0.5;
  EXPECT_EQ(WriteChanges(before, after), "telemetry.sample 0.5, was 1");
  after = before;
  after.telemetry.endpoint.clear();
  EXPECT_EQ(WriteChanges(before, after), "[telemetry] removed");
  EXPECT_NE(WriteChanges(after, before).find("telemetry.endpoint \"http://127.0.0.1:4318\"; "),
            std::string::npos);
}

TEST(ConfigChanges, SeeWhatIsMaskedWhereItIsShown) {
  config::Config before;
  before.proxy.upstream_proxy = "http://me:one@h:1";
  before.cluster.url = Secret("redis://me:one@h:1");
  before.telemetry.endpoint = "http://127.0.0.1:4318";
  before.telemetry.headers = {{"x-token", Secret("one")}};
  config::Config after = before;
  after.proxy.upstream_proxy = "http://me:two@h:1";
  EXPECT_EQ(WriteChanges(before, after), "upstream_proxy changed");
  after = before;
  after.cluster.url = Secret("redis://me:two@h:1");
  EXPECT_EQ(WriteChanges(before, after), "cluster.url changed");
  after = before;
  after.telemetry.headers[0].second = Secret("two");
  EXPECT_EQ(WriteChanges(before, after), "telemetry.headers_file changed");
}

TEST(ConfigChanges, SeeEachPartOfAPrice) {
  config::Config before;
  before.prices.resize(1);
  before.prices[0].match = "gpt-4o";
  config::Config after = before;
  EXPECT_EQ(WriteChanges(before, after), "nothing that matters here");
  after.prices[0].output = 1'000'000;
  EXPECT_EQ(WriteChanges(before, after), "1 prices, were 1");
  after.prices.clear();
  EXPECT_EQ(WriteChanges(before, after), "0 prices, were 1");
}

}  // namespace
}  // namespace agm::cli
