#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "core/config/load.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

const std::string kDigest(64, 'a');

/// The key with these lines, or nothing if one of them is refused.
std::optional<ClientKey> KeyWith(const std::string& lines, const std::string& id = "k7f3q2xa",
                                 const std::string& hash = "sha256:" + kDigest) {
  const auto loaded = Load(
      Source{
          fmt::format("[[keys]]\nname = \"ci\"\nid = \"{}\"\nhash = \"{}\"\n{}\n", id, hash, lines),
          "/etc/agm/f.toml"},
      {});
  if (!loaded || loaded->config.keys.size() != 1) return std::nullopt;
  return loaded->config.keys.front();
}

std::string ShownAs(const ClientKey& key, std::string_view name) {
  for (const auto& setting : KeySettings()) {
    if (setting.name == name) return setting.show(key);
  }
  return "(none)";
}

TEST(KeySettings, TakeAmountsUpToTheirLimits) {
  for (const char* line :
       {"tokens = { day = 0 }", "tokens = { day = 1_000_000_000_000 }", "budget = { day = 0 }",
        "budget = { month = 1_000_000_000 }", "requests_per_minute = 0",
        "requests_per_minute = 1_000_000_000", "parallel = 1_000_000_000"}) {
    EXPECT_TRUE(KeyWith(line)) << line;
  }
  for (const char* line : {"tokens = { day = -1 }", "tokens = { day = 1_000_000_000_001 }",
                           "tokens = { day = 1.0 }", "budget = { day = -0.01 }",
                           "budget = { month = 1_000_000_001 }", "requests_per_minute = -1",
                           "requests_per_minute = 1_000_000_001", "parallel = 1_000_000_001"}) {
    EXPECT_FALSE(KeyWith(line)) << line;
  }
}

TEST(KeySettings, CountDollarsInWholeNanos) {
  const auto key = KeyWith("budget = { day = 2.1, month = 0.000000001 }\ntokens = { month = 7 }");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->budget.day, 2'100'000'000);
  EXPECT_EQ(key->budget.month, 1);
  EXPECT_EQ(key->tokens.day, std::nullopt);
  EXPECT_EQ(key->tokens.month, 7);
  EXPECT_EQ(ShownAs(*key, "budget"), "{ day = 2.1, month = 1e-09 }");
  EXPECT_EQ(ShownAs(*key, "tokens"), "{ month = 7 }");
  EXPECT_EQ(ShownAs(ClientKey(), "tokens"), "");
}

TEST(KeySettings, TakeAnIdOfLettersAndDigits) {
  EXPECT_TRUE(KeyWith("", "abcd"));
  EXPECT_TRUE(KeyWith("", std::string(32, 'a')));
  for (const std::string& id : {std::string("abc"), std::string(33, 'a'), std::string("ab-d")}) {
    EXPECT_FALSE(KeyWith("", id)) << id;
  }
}

TEST(KeySettings, TakeOnlyADigestAsHash) {
  const std::string id = "k7f3q2xa";
  EXPECT_FALSE(KeyWith("", id, kDigest));
  EXPECT_FALSE(KeyWith("", id, "sha256:" + kDigest.substr(1)));
  EXPECT_FALSE(KeyWith("", id, "sha256:" + kDigest + "a"));
  EXPECT_FALSE(KeyWith("", id, "sha512:" + kDigest));
  EXPECT_FALSE(KeyWith("", id, "sha256:A" + kDigest.substr(1)));
  EXPECT_FALSE(KeyWith("", id, "sha256:g" + kDigest.substr(1)));
}

TEST(KeySettings, TakeADayOrAMomentAsEnd) {
  EXPECT_EQ(KeyWith("expires = 2027-01-31")->expires, "2027-01-31");
  EXPECT_EQ(KeyWith("expires = \"2027-01-31\"")->expires, "2027-01-31");
  EXPECT_EQ(KeyWith("expires = \"\"")->expires, "");
  EXPECT_TRUE(KeyWith("expires = 2027-01-31T12:00:00Z"));
  EXPECT_FALSE(KeyWith("expires = 2027-01-31T12:00:00"));
  EXPECT_FALSE(KeyWith("expires = \"soon\""));
  EXPECT_FALSE(KeyWith("expires = 2027"));
}

TEST(KeySettings, ShowTheScopesThatTheyRead) {
  const auto key = KeyWith("scopes = [\"inference\", \"metrics\"]");
  ASSERT_TRUE(key);
  EXPECT_EQ(ShownAs(*key, "scopes"), R"(["inference", "metrics"])");
  EXPECT_FALSE(KeyWith("scopes = [\"all\"]"));
  EXPECT_FALSE(KeyWith("scopes = \"inference\""));
}

}  // namespace
}  // namespace agm::config
