#include "core/store/state.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/temp_dir.h"

namespace agm::store {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::milliseconds(1'795'262'400'000)};

SavedRest Rest(const std::string& owner, Duration rest) {
  return {owner, "gemini-2.5-pro", "minute_quota", kNow + rest, 1, kNow + rest, "abcd"};
}

TEST(State, KeepsRestsOverARestart) {
  const test::TempDir folder;
  {
    const auto database = Database::Open(folder.path());
    State state(*database);
    state.SaveRest(Rest("work", 1min));
    state.SaveRest({"home", {}, "bad_key", WallTime::max(), 2, kNow, {}});
  }
  const auto database = Database::Open(folder.path());
  const auto rests = State(*database).LoadRests(kNow);
  ASSERT_EQ(rests.size(), 2U);
  EXPECT_EQ(rests[0].owner, "home");
  EXPECT_EQ(rests[0].until, WallTime::max());
  EXPECT_EQ(rests[0].strikes, 2);
  EXPECT_EQ(rests[1].owner, "work");
  EXPECT_EQ(rests[1].model, "gemini-2.5-pro");
  EXPECT_EQ(rests[1].reason, "minute_quota");
  EXPECT_EQ(rests[1].until, kNow + 1min);
  EXPECT_EQ(rests[1].credential, "abcd");
}

TEST(State, ForgetsRestsThatAreOver) {
  const auto database = Database::OpenInMemory();
  State state(*database);
  state.SaveRest(Rest("over", 1min));
  SavedRest counted = Rest("counted", 1min);
  counted.counts_until = kNow + 1h;
  state.SaveRest(counted);
  const auto rests = state.LoadRests(kNow + 2min);
  ASSERT_EQ(rests.size(), 1U);
  EXPECT_EQ(rests[0].owner, "counted");
}

TEST(State, NeverShortensALaterDeadline) {
  const auto database = Database::OpenInMemory();
  State state(*database);
  state.SaveRest(Rest("work", 10min));
  EXPECT_TRUE(database->Flush());
  state.SaveRest(Rest("work", 1min));
  EXPECT_EQ(state.LoadRests(kNow).at(0).until, kNow + 10min);
}

TEST(State, DropsAllRestsOfAnOwner) {
  const auto database = Database::OpenInMemory();
  State state(*database);
  state.SaveRest(Rest("work", 10min));
  state.SaveRest(Rest("home", 10min));
  state.DropRests("work");
  const auto rests = state.LoadRests(kNow);
  ASSERT_EQ(rests.size(), 1U);
  EXPECT_EQ(rests[0].owner, "home");
}

TEST(State, KeepsUsageAndBelongings) {
  const test::TempDir folder;
  {
    const auto database = Database::Open(folder.path());
    State state(*database);
    state.SaveUsage({"work", 1, 0, 10, kNow});
    state.SaveUsage({"work", 2, 1, 20, kNow + 1s});
    state.SaveUsage({"idle", 0, 0, 0, std::nullopt});
    state.SaveBelonging({"work", "123", "abcd"});
  }
  const auto database = Database::Open(folder.path());
  State state(*database);
  const auto usage = state.LoadUsage();
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_FALSE(usage[0].last_used);
  EXPECT_EQ(usage[1].requests, 2);
  EXPECT_EQ(usage[1].errors, 1);
  EXPECT_EQ(usage[1].tokens, 20);
  EXPECT_EQ(usage[1].last_used, kNow + 1s);
  ASSERT_EQ(state.LoadBelongings().size(), 1U);
  EXPECT_EQ(state.LoadBelongings()[0].project, "123");
}

}  // namespace
}  // namespace agm::store
