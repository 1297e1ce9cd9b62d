#include "core/keys/ring.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/keys/key_text.h"

namespace agm::keys {
namespace {

using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::year;

const WallTime kNow = sys_days(year(2026) / 11 / 28) + hours(12);

struct Made {
  config::ClientKey stored;
  std::string text;
};

Made Make(const std::string& name) {
  NewKey made = MakeKey();
  Made key;
  key.stored.name = name;
  key.stored.id = made.id;
  key.stored.hash = made.hash;
  key.text = made.key.Reveal();
  return key;
}

config::Config With(std::vector<config::ClientKey> keys) {
  config::Config config;
  config.proxy.time_zone = "UTC";
  config.keys = std::move(keys);
  return config;
}

Ring RingOf(const config::Config& config) {
  static Meters meters;
  return {config, meters};
}

std::string Found(const Ring& ring, const std::vector<std::string>& credentials,
                  WallTime now = kNow) {
  const auto key = ring.Find(credentials, now);
  if (!key) return "refused: " + key.error().message;
  return *key == nullptr ? "none" : (*key)->name;
}

TEST(KeyText, HasItsPublicIdBetweenPrefixAndSecret) {
  const NewKey made = MakeKey();
  const std::string& text = made.key.Reveal();
  EXPECT_TRUE(text.starts_with("sk-agm-" + made.id + "-"));
  const auto parts = ReadKeyText(text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->id, made.id);
  EXPECT_EQ(parts->secret.size(), 43U);
  EXPECT_EQ(HashOf(parts->secret), made.hash);
  EXPECT_NE(MakeKey().key.Reveal(), text);
  EXPECT_EQ(MakeKey("abcd").id, "abcd");
}

TEST(KeyText, OtherTextsAreNoKeysOfThatForm) {
  for (const char* text : {"", "sk-agm-", "sk-agm--x", "sk-agm-abc", "sk-agm-abc-", "sk-abc-def"}) {
    EXPECT_FALSE(ReadKeyText(text)) << text;
  }
}

TEST(KeyText, TheHashIsTheOneThatAnybodyCanCompute) {
  EXPECT_EQ(HashOf("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Ring, FindsAKeyByItsTextAndNothingElse) {
  const Made ci = Make("ci");
  const Made home = Make("home");
  const Ring ring = RingOf(With({ci.stored, home.stored}));
  EXPECT_EQ(Found(ring, {ci.text}), "ci");
  EXPECT_EQ(Found(ring, {"wrong", home.text}), "home");
  EXPECT_EQ(Found(ring, {}), "none");
  EXPECT_EQ(Found(ring, {""}), "none");
  EXPECT_EQ(Found(ring, {ci.stored.hash}), "none");
  EXPECT_EQ(Found(ring, {ci.text + "x"}), "none");
  EXPECT_EQ(Found(ring, {ci.text.substr(0, ci.text.size() - 1)}), "none");
  // The secret of one key with the id of another.
  const auto secret = ReadKeyText(home.text)->secret;
  EXPECT_EQ(Found(ring, {"sk-agm-" + ci.stored.id + "-" + std::string(secret)}), "none");
}

TEST(Ring, KeysOfTheProxyTableKeepAllScopes) {
  config::Config config = With({Make("ci").stored});
  config.proxy.api_keys = {{"default", Secret("sk-old")}};
  const Ring ring = RingOf(config);
  const auto key = ring.Find(std::vector<std::string>{"sk-old"}, kNow);
  ASSERT_TRUE(key && *key);
  for (const auto scope : {config::KeyScope::kInference, config::KeyScope::kRead,
                           config::KeyScope::kMetrics, config::KeyScope::kAdmin}) {
    EXPECT_TRUE((*key)->scopes.Permit(scope));
  }
}

TEST(Ring, AnAdoptedKeyKeepsItsText) {
  config::ClientKey adopted = Make("laptop").stored;
  adopted.hash = HashOf("sk-what-the-user-chose");
  const Ring ring = RingOf(With({adopted}));
  EXPECT_EQ(Found(ring, {"sk-what-the-user-chose"}), "laptop");
  EXPECT_EQ(Found(ring, {"sk-what-the-user-chos"}), "none");
}

TEST(Ring, AfterARotationTheOldSecretWorksUntilItsEnd) {
  const Made old = Make("ci");
  const NewKey fresh = MakeKey(old.stored.id);
  config::ClientKey rotated = old.stored;
  rotated.previous_hash = rotated.hash;
  rotated.previous_until = "2026-11-28T13:00:00Z";
  rotated.hash = fresh.hash;
  const Ring ring = RingOf(With({rotated}));
  EXPECT_EQ(Found(ring, {fresh.key.Reveal()}), "ci");
  EXPECT_EQ(Found(ring, {old.text}), "ci");
  EXPECT_EQ(Found(ring, {old.text}, kNow + hours(1)), "none");
  EXPECT_EQ(Found(ring, {fresh.key.Reveal()}, kNow + hours(1)), "ci");
}

TEST(Ring, SaysThatAKeyHasExpiredOrIsDisabled) {
  Made ci = Make("ci");
  ci.stored.expires = "2026-11-28";
  Made off = Make("off");
  off.stored.enabled = false;
  const Ring ring = RingOf(With({ci.stored, off.stored}));
  EXPECT_EQ(Found(ring, {ci.text}), "ci");  // its last day still counts
  EXPECT_NE(Found(ring, {ci.text}, kNow + hours(12)).find("expired at 2026-11-29 00:00 UTC"),
            std::string::npos);
  EXPECT_NE(Found(ring, {off.text}).find("disabled"), std::string::npos);
  EXPECT_EQ(Found(ring, {off.text, ci.text}), "ci");
  EXPECT_EQ(ring.Find(std::vector{off.text}, kNow).error().code, ErrorCode::kUnauthenticated);
}

TEST(Ring, TheLastDayIsOneOfTheGatewaysZone) {
  Made ci = Make("ci");
  ci.stored.expires = "2026-11-28";
  config::Config config = With({ci.stored});
  config.proxy.time_zone = "America/Los_Angeles";
  const Ring ring = RingOf(config);
  EXPECT_EQ(Found(ring, {ci.text}, kNow + hours(19)), "ci");
  EXPECT_NE(Found(ring, {ci.text}, kNow + hours(20)), "ci");
}

TEST(Key, MayUseTheModelsThatItsPatternsName) {
  Made ci = Make("ci");
  ci.stored.models = {"gemini-*-flash", "gpt-4o"};
  const Ring ring = RingOf(With({ci.stored}));
  const auto key = *ring.Find(std::vector{ci.text}, kNow);
  EXPECT_TRUE(key->MayUse("gemini-3.8-flash", {}));
  EXPECT_TRUE(key->MayUse("models/gemini-3.8-flash", {}));
  EXPECT_TRUE(key->MayUse("gpt-4o", std::vector<std::string>{"gemini-pro"}));
  EXPECT_TRUE(key->MayUse("o3", std::vector<std::string>{"gemini-3.8-flash"}));
  EXPECT_FALSE(key->MayUse("gemini-pro", {}));
  EXPECT_FALSE(key->MayUse("", {}));
  ci.stored.models = {};
  const Ring none = RingOf(With({ci.stored}));
  EXPECT_FALSE((*none.Find(std::vector{ci.text}, kNow))->MayUse("gemini-pro", {}));
}

TEST(Scopes, IncludeWhatTheyImply) {
  using enum config::KeyScope;
  const auto of = [](config::KeyScope scope) { return Scopes(std::vector{scope}); };
  EXPECT_TRUE(of(kAdmin).Permit(kRead));
  EXPECT_TRUE(of(kAdmin).Permit(kMetrics));
  EXPECT_TRUE(of(kRead).Permit(kMetrics));
  EXPECT_FALSE(of(kRead).Permit(kAdmin));
  EXPECT_FALSE(of(kMetrics).Permit(kRead));
  for (const auto scope : {kRead, kMetrics, kAdmin}) EXPECT_FALSE(of(scope).Permit(kInference));
  for (const auto scope : {kRead, kMetrics, kAdmin}) EXPECT_FALSE(of(kInference).Permit(scope));
}

TEST(Ring, AKeyHasAllThatItsEntrySays) {
  Made ci = Make("ci");
  ci.stored.scopes = {config::KeyScope::kRead};
  ci.stored.models = {"a", "b*"};
  ci.stored.requests_per_minute = 1;
  ci.stored.tokens_per_minute = 2;
  ci.stored.parallel = 3;
  ci.stored.budget = {4, 5};
  ci.stored.budget_of = config::BudgetOf::kBilled;
  ci.stored.tokens = {6, 7};
  ci.stored.expires = "2027-01-01T00:00:00Z";
  Meters meters;
  const Ring ring(With({ci.stored}), meters);
  const auto key = *ring.Find(std::vector{ci.text}, kNow);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->name, "ci");
  EXPECT_EQ(key->id, ci.stored.id);
  EXPECT_TRUE(key->scopes.Permit(config::KeyScope::kRead));
  EXPECT_FALSE(key->scopes.Permit(config::KeyScope::kAdmin));
  EXPECT_FALSE(key->scopes.Permit(config::KeyScope::kInference));
  EXPECT_EQ(key->models, (std::vector<std::string>{"a", "b*"}));
  EXPECT_EQ(key->limits.requests_per_minute, 1);
  EXPECT_EQ(key->limits.tokens_per_minute, 2);
  EXPECT_EQ(key->limits.parallel, 3);
  EXPECT_EQ(key->limits.budget.day, 4);
  EXPECT_EQ(key->limits.budget.month, 5);
  EXPECT_EQ(key->limits.budget_of, config::BudgetOf::kBilled);
  EXPECT_EQ(key->limits.tokens.day, 6);
  EXPECT_EQ(key->limits.tokens.month, 7);
  EXPECT_EQ(key->expires, WallTime(sys_days(year(2027) / 1 / 1)));
  EXPECT_EQ(key->meter, meters.Of("ci"));
  ASSERT_NE(key->zone, nullptr);
  EXPECT_EQ(key->zone->name(), "UTC");
  EXPECT_NE(key->prices, nullptr);
}

TEST(Ring, AMomentEndsAKeyExactlyThen) {
  Made ci = Make("ci");
  ci.stored.expires = "2026-11-28T13:00:00Z";
  const Ring ring = RingOf(With({ci.stored}));
  EXPECT_EQ(Found(ring, {ci.text}, kNow + hours(1) - Duration(1)), "ci");
  EXPECT_NE(Found(ring, {ci.text}, kNow + hours(1)), "ci");
}

TEST(Key, AStarAllowsAllModelsAndLeavesAllTargets) {
  Made all = Make("all");
  all.stored.models = {"gpt-4o", "*"};
  const Ring ring = RingOf(With({all.stored}));
  const auto key = *ring.Find(std::vector{all.text}, kNow);
  EXPECT_TRUE(key->models.empty());
  EXPECT_TRUE(key->MayUse("whatever", {}));
  EXPECT_EQ(key->UsableTargets("whatever", {"a", "b"}), (std::vector<std::string>{"a", "b"}));
}

TEST(Key, OfAModelsTargetsThoseAreLeftThatTheKeyMayUse) {
  Made ci = Make("ci");
  ci.stored.models = {"alias", "gemini-*"};
  const Ring ring = RingOf(With({ci.stored}));
  const auto key = *ring.Find(std::vector{ci.text}, kNow);
  const std::vector<std::string> targets = {"gemini-pro", "gpt-4o"};
  EXPECT_EQ(key->UsableTargets("alias", targets), targets) << "the name itself is allowed";
  EXPECT_EQ(key->UsableTargets("smart", targets), std::vector<std::string>{"gemini-pro"});
}

}  // namespace
}  // namespace agm::keys
