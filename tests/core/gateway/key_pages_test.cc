// What a key's owner and the operator are shown of keys.

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"
#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

class KeyPagesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.time_zone = "UTC";
    config_.proxy.api_keys = {{"default", Secret("sk-admin")}};
    Add("work", "AIza-work");
  }

  /// Adds a key and returns its text.
  std::string AddKey(const std::string& name) {
    const keys::NewKey made = keys::MakeKey();
    config::ClientKey& key = config_.keys.emplace_back();
    key.name = name;
    key.id = made.id;
    key.hash = made.hash;
    return std::string(made.key.Reveal());
  }

  Got As(const std::string& key, const std::string& path) {
    return Ask("GET", path, "", {{"Authorization", "Bearer " + key}});
  }
};

TEST_F(KeyPagesTest, AKeyIsShownWithAllItsLimits) {
  const std::string text = AddKey("ci");
  config::ClientKey& key = config_.keys.back();
  key.scopes = {config::KeyScope::kInference, config::KeyScope::kRead};
  key.models = {"gemini-*", "gpt-4o"};
  key.requests_per_minute = 10;
  key.tokens_per_minute = 1'000;
  key.parallel = 3;
  key.budget = {2'000'000'000, 30'000'000'000};
  key.tokens = {5'000, 60'000};
  key.expires = "2126-01-03T00:00:00Z";
  Start();
  const Got got = As(text, "/agm/me");
  EXPECT_EQ(got.header("cache-control"), "no-store");
  Json me = got.json();
  EXPECT_EQ(me["name"], "ci");
  EXPECT_EQ(me["id"], config_.keys.back().id);
  EXPECT_EQ(me["scopes"], (Json{"inference", "read", "metrics"}));
  EXPECT_EQ(me["models"], (Json{"gemini-*", "gpt-4o"}));
  EXPECT_EQ(me["expires"], "2126-01-03T00:00:00Z");
  EXPECT_EQ(me["enabled"], true);
  EXPECT_EQ(DumpJson(me["requests_per_minute"]),
            R"({"limit":10,"remaining":10,"reset_seconds":0})");
  EXPECT_EQ(DumpJson(me["tokens_per_minute"]),
            R"({"limit":1000,"remaining":1000,"reset_seconds":0})");
  EXPECT_EQ(DumpJson(me["parallel"]), R"({"limit":3,"running":0})");
  EXPECT_EQ(me["budget"]["of"], "list");
  EXPECT_EQ(me["budget"]["day"]["limit_usd"], 2);
  EXPECT_EQ(me["budget"]["day"]["used_usd"], 0);
  EXPECT_EQ(me["budget"]["day"]["remaining_usd"], 2);
  EXPECT_TRUE(me["budget"]["day"]["resets_at"].get<std::string>().ends_with("T00:00:00Z"));
  EXPECT_EQ(me["budget"]["month"]["limit_usd"], 30);
  EXPECT_EQ(me["tokens"]["day"]["limit"], 5'000);
  EXPECT_EQ(me["tokens"]["day"]["remaining"], 5'000);
  EXPECT_EQ(me["tokens"]["month"]["limit"], 60'000);
  EXPECT_EQ(DumpJson(me["spent"]["day"]), R"({"list_usd":0,"billed_usd":0,"tokens":0})");
  EXPECT_EQ(DumpJson(me["spent"]["month"]), R"({"list_usd":0,"billed_usd":0,"tokens":0})");
}

TEST_F(KeyPagesTest, AKeyWithoutLimitsHasNullsAndAllModels) {
  const std::string text = AddKey("free");
  Start();
  Json me = As(text, "/agm/me").json();
  EXPECT_EQ(me["scopes"], (Json::array({"inference"})));
  EXPECT_EQ(me["models"], (Json::array({"*"})));
  EXPECT_TRUE(me["expires"].is_null());
  EXPECT_TRUE(me["requests_per_minute"].is_null());
  EXPECT_TRUE(me["tokens_per_minute"].is_null());
  EXPECT_TRUE(me["parallel"].is_null());
  EXPECT_TRUE(me["budget"]["day"].is_null());
  EXPECT_TRUE(me["tokens"]["month"].is_null());
}

TEST_F(KeyPagesTest, AKeyOfTheProxyHasNoMeter) {
  Start();
  Json me = As("sk-admin", "/agm/me").json();
  EXPECT_EQ(me["name"], "default");
  EXPECT_EQ(me["scopes"], (Json{"inference", "read", "metrics", "admin"}));
  EXPECT_FALSE(me.contains("budget"));
}

TEST_F(KeyPagesTest, WithoutKeysEverybodyIsTheLocalCaller) {
  config_.proxy.auth_mode = config::AuthMode::kOff;
  config_.proxy.api_keys.clear();
  Start();
  EXPECT_EQ(Ask("GET", "/agm/me").body, R"({"name":"local"})");
}

TEST_F(KeyPagesTest, TheOperatorSeesAllKeysWithWhatTheySpent) {
  const std::string text = AddKey("ci");
  AddKey("off");
  config_.keys.back().enabled = false;
  Start();
  ASSERT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi"),
                {{"Authorization", "Bearer " + text}, {"Content-Type", "application/json"}})
                .status,
            200);
  const Got got = As("sk-admin", "/agm/keys");
  EXPECT_EQ(got.header("cache-control"), "no-store");
  Json keys = got.json()["keys"];
  ASSERT_EQ(keys.size(), 2U) << got.body;
  EXPECT_EQ(keys[0]["name"], "ci");
  EXPECT_EQ(keys[0]["enabled"], true);
  EXPECT_GT(keys[0]["spent"]["day"]["tokens"], 0) << got.body;
  EXPECT_EQ(keys[1]["name"], "off");
  EXPECT_EQ(keys[1]["enabled"], false);
  EXPECT_EQ(keys[1]["spent"]["day"]["tokens"], 0);
}

}  // namespace
}  // namespace agm::gateway
