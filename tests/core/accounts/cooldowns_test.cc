#include "core/accounts/cooldowns.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Trouble;

constexpr TimePoint kNow{1000s};
constexpr std::size_t kMost = 64;

Cooldown Of(const std::string& model, TimePoint until, Trouble trouble = Trouble::kMinuteQuota) {
  Cooldown cooldown;
  cooldown.model = model;
  cooldown.trouble = trouble;
  cooldown.since = kNow;
  cooldown.until = until;
  return cooldown;
}

std::vector<std::string> ModelsOf(const Cooldowns& cooldowns) {
  std::vector<std::string> models;
  for (const Cooldown& each : cooldowns.all()) models.push_back(each.model);
  std::ranges::sort(models);
  return models;
}

TEST(Cooldowns, AnEntryKeepsTheLaterOfBothDeadlines) {
  Cooldowns cooldowns;
  Cooldown first = Of("a", kNow + 50s);
  first.counts_until = kNow + 100s;
  first.told = true;
  cooldowns.Put(first, kNow);
  Cooldown second = Of("a", kNow + 5s);
  second.counts_until = kNow + 10s;
  second.strikes = 2;
  const Cooldown& both = cooldowns.Put(second, kNow);
  EXPECT_EQ(both.until, kNow + 50s);
  EXPECT_EQ(both.counts_until, kNow + 100s);
  EXPECT_EQ(both.strikes, 2);
  EXPECT_TRUE(both.told);
  EXPECT_EQ(cooldowns.all().size(), 1U);
  cooldowns.Put(Of("a", kNow, Trouble::kDayQuota), kNow);
  cooldowns.Put(Of("b", kNow), kNow);
  EXPECT_EQ(cooldowns.all().size(), 3U);
}

TEST(Cooldowns, AnEntryIsAheadOnlyWhereNoRefusalIsActive) {
  const auto joined = [](bool known, Duration left, bool added) {
    Cooldowns cooldowns;
    Cooldown first = Of("a", kNow + left);
    first.ahead = known;
    cooldowns.Put(first, kNow);
    Cooldown second = Of("a", kNow + 50s);
    second.ahead = added;
    return cooldowns.Put(second, kNow).ahead;
  };
  EXPECT_TRUE(joined(true, 5s, true));
  EXPECT_FALSE(joined(false, 5s, true));
  EXPECT_TRUE(joined(false, 0s, true));
  EXPECT_FALSE(joined(true, 5s, false));
}

TEST(Cooldowns, ForgetExpiredEntriesWhenThereAreMany) {
  Cooldowns cooldowns;
  cooldowns.Put(Of("past", kNow - 1s), kNow);
  cooldowns.Put(Of("ends", kNow), kNow);
  Cooldown counts = Of("counts", kNow - 1s);
  counts.counts_until = kNow + 1s;
  cooldowns.Put(counts, kNow);
  Cooldown counted = Of("counted", kNow - 1s);
  counted.counts_until = kNow;
  cooldowns.Put(counted, kNow);
  cooldowns.Put(Of("lasts", kNow + 1s), kNow);
  for (int i = 0; cooldowns.all().size() < kMost / 2; ++i) {
    cooldowns.Put(Of(fmt::format("more{}", i), kNow + 9s), kNow);
  }
  EXPECT_TRUE(std::ranges::count(ModelsOf(cooldowns), "past") == 1);
  cooldowns.Put(Of("new", kNow + 9s), kNow);
  const auto models = ModelsOf(cooldowns);
  for (const char* gone : {"past", "ends", "counted"}) {
    EXPECT_EQ(std::ranges::count(models, gone), 0) << gone;
  }
  for (const char* kept : {"counts", "lasts", "new", "more0"}) {
    EXPECT_EQ(std::ranges::count(models, kept), 1) << kept;
  }
}

TEST(Cooldowns, DropTheOneThatEndsFirstWhereAllAreActive) {
  Cooldowns cooldowns;
  for (std::size_t i = 0; i < kMost; ++i) {
    const auto left = std::chrono::seconds(i == 7 ? 1 : 100);
    cooldowns.Put(Of(fmt::format("m{}", i), kNow + left), kNow);
  }
  EXPECT_EQ(cooldowns.all().size(), kMost);
  cooldowns.Put(Of("new", kNow + 50s), kNow);
  EXPECT_EQ(cooldowns.all().size(), kMost);
  EXPECT_EQ(cooldowns.Find("m7", Trouble::kMinuteQuota), nullptr);
  EXPECT_NE(cooldowns.Find("m0", Trouble::kMinuteQuota), nullptr);
  EXPECT_NE(cooldowns.Find("new", Trouble::kMinuteQuota), nullptr);
}

TEST(Cooldowns, TellOfEachExpiredEntryOnce) {
  Cooldowns cooldowns;
  const auto told = [&](const std::string& model, TimePoint until) {
    Cooldown cooldown = Of(model, until);
    cooldown.told = true;
    cooldowns.Put(cooldown, kNow - 10s);
  };
  told("a", kNow);
  told("", kNow - 1s);
  told("b", kNow);
  cooldowns.Put(Of("a", kNow, Trouble::kDayQuota), kNow);
  EXPECT_EQ(cooldowns.TakeExpired("a", kNow - 2s), nullptr);
  const Cooldown* first = cooldowns.TakeExpired("a", kNow);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->model, "a");
  EXPECT_EQ(cooldowns.TakeExpired("a", kNow), nullptr);
  EXPECT_NE(cooldowns.TakeExpired("b", kNow), nullptr);
}

TEST(Cooldowns, ASuccessForgetsExpiredEntriesButNotADaysStrikes) {
  Cooldowns cooldowns;
  cooldowns.Put(Of("a", kNow), kNow);
  cooldowns.Put(Of("b", kNow), kNow);
  cooldowns.Put(Of("a", kNow + 1s, Trouble::kUnavailable), kNow);
  Cooldown strikes = Of("a", kNow, Trouble::kDayQuota);
  strikes.counts_until = kNow + 1s;
  cooldowns.Put(strikes, kNow);
  cooldowns.ForgetExpired("a", kNow);
  EXPECT_EQ(cooldowns.Find("a", Trouble::kMinuteQuota), nullptr);
  EXPECT_NE(cooldowns.Find("b", Trouble::kMinuteQuota), nullptr);
  EXPECT_NE(cooldowns.Find("a", Trouble::kUnavailable), nullptr);
  EXPECT_NE(cooldowns.Find("a", Trouble::kDayQuota), nullptr);
  cooldowns.ForgetExpired("a", kNow + 1s);
  EXPECT_EQ(ModelsOf(cooldowns), std::vector<std::string>{"b"});
}

TEST(Cooldowns, DropTheActiveEntriesThatBeganAhead) {
  Cooldowns cooldowns;
  const auto put = [&](const std::string& model, TimePoint since, TimePoint until, bool ahead) {
    Cooldown cooldown = Of(model, until);
    cooldown.since = since;
    cooldown.ahead = ahead;
    cooldowns.Put(cooldown, kNow);
  };
  put("refused", kNow, kNow + 1s, false);
  put("old", kNow - 1s, kNow + 1s, true);
  put("ended", kNow, kNow, true);
  put("ahead", kNow, kNow + 1s, true);
  for (const char* kept : {"refused", "old", "ended", "none"}) {
    EXPECT_FALSE(cooldowns.DropAhead(kept, kNow, kNow)) << kept;
  }
  EXPECT_EQ(cooldowns.all().size(), 4U);
  const auto dropped = cooldowns.DropAhead("ahead", kNow, kNow);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->model, "ahead");
  EXPECT_EQ(cooldowns.all().size(), 3U);
}

TEST(Cooldowns, MoveAllDeadlinesButTheEndless) {
  Cooldowns cooldowns;
  Cooldown timed = Of("a", kNow + 10s);
  timed.counts_until = kNow + 20s;
  cooldowns.Put(timed, kNow);
  cooldowns.Put(Of("b", TimePoint::max()), kNow);
  cooldowns.Advance(3s);
  const Cooldown* moved = cooldowns.Find("a", Trouble::kMinuteQuota);
  EXPECT_EQ(moved->since, kNow - 3s);
  EXPECT_EQ(moved->until, kNow + 7s);
  EXPECT_EQ(moved->counts_until, kNow + 17s);
  EXPECT_TRUE(cooldowns.Find("b", Trouble::kMinuteQuota)->forever());
}

TEST(Cooldowns, JoinAndDropByTrouble) {
  Cooldowns cooldowns;
  Cooldowns other;
  cooldowns.Put(Of("a", kNow + 1s), kNow);
  other.Put(Of("a", kNow + 5s), kNow);
  other.Put(Of("b", kNow + 2s, Trouble::kUnavailable), kNow);
  cooldowns.Join(other, kNow);
  EXPECT_EQ(cooldowns.ReadyAt("a"), kNow + 5s);
  EXPECT_EQ(cooldowns.ReadyAt("b"), kNow + 2s);
  cooldowns.Drop(Trouble::kMinuteQuota);
  EXPECT_EQ(ModelsOf(cooldowns), std::vector<std::string>{"b"});
  cooldowns.Clear();
  EXPECT_TRUE(cooldowns.empty());
}

TEST(Cooldowns, AreUnprovenAfterALongOneOfTheWholeOwner) {
  const auto unproven = [](const std::string& model, TimePoint until, Trouble trouble) {
    Cooldowns cooldowns;
    cooldowns.Put(Of(model, until, trouble), kNow);
    return cooldowns.Unproven(kNow);
  };
  for (const Trouble trouble :
       {Trouble::kSpendCap, Trouble::kNoCredit, Trouble::kNotEnabled, Trouble::kLocation}) {
    EXPECT_TRUE(unproven("", kNow, trouble));
    EXPECT_FALSE(unproven("", kNow + 1s, trouble));
    EXPECT_FALSE(unproven("m", kNow, trouble));
  }
  EXPECT_FALSE(unproven("", kNow, Trouble::kMinuteQuota));
}

}  // namespace
}  // namespace agm::accounts
