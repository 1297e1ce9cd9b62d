#include "core/store/sqlite_pool_journal.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace agm::store {
namespace {

using namespace std::chrono_literals;

/// A database with a journal whose warnings are test failures.
class SqlitePoolJournalTest : public testing::Test {
 protected:
  PoolJournal::Cooldown Cooldown(const std::string& account, Duration length) {
    return {account, "gemini-2.5-pro", "minute_quota", now_ + length, 1, now_ + length, "abcd"};
  }
  SqlitePoolJournal JournalOf(Database& database) {
    return {database, clock_, [](const std::string& text) { ADD_FAILURE() << text; }};
  }

  test::FakeClock clock_;
  const WallTime now_ = clock_.Wall();
  const test::TempDir folder_;
};

TEST_F(SqlitePoolJournalTest, KeepsCooldownsOverARestart) {
  {
    const auto database = Database::Open(folder_.path());
    SqlitePoolJournal journal = JournalOf(*database);
    journal.SaveCooldown(Cooldown("work", 1min));
    journal.SaveCooldown(
        {"home", {}, "bad_key", WallTime::max(), 2, now_, {}, "API key not valid."});
  }
  const auto database = Database::Open(folder_.path());
  const auto cooldowns = JournalOf(*database).LoadCooldowns();
  ASSERT_EQ(cooldowns.size(), 2U);
  EXPECT_EQ(cooldowns[0].account, "home");
  EXPECT_EQ(cooldowns[0].until, WallTime::max());
  EXPECT_EQ(cooldowns[0].strikes, 2);
  EXPECT_EQ(cooldowns[0].said, "API key not valid.");
  EXPECT_EQ(cooldowns[1].account, "work");
  EXPECT_EQ(cooldowns[1].model, "gemini-2.5-pro");
  EXPECT_EQ(cooldowns[1].reason, "minute_quota");
  EXPECT_EQ(cooldowns[1].until, now_ + 1min);
  EXPECT_EQ(cooldowns[1].credential, "abcd");
}

TEST_F(SqlitePoolJournalTest, ForgetsExpiredCooldowns) {
  const auto database = Database::OpenInMemory();
  SqlitePoolJournal journal = JournalOf(*database);
  journal.SaveCooldown(Cooldown("over", 1min));
  PoolJournal::Cooldown counted = Cooldown("counted", 1min);
  counted.counts_until = now_ + 1h;
  journal.SaveCooldown(counted);
  clock_.Advance(2min);
  const auto cooldowns = journal.LoadCooldowns();
  ASSERT_EQ(cooldowns.size(), 1U);
  EXPECT_EQ(cooldowns[0].account, "counted");
}

TEST_F(SqlitePoolJournalTest, NeverShortensALaterDeadline) {
  const auto database = Database::OpenInMemory();
  SqlitePoolJournal journal = JournalOf(*database);
  journal.SaveCooldown(Cooldown("work", 10min));
  EXPECT_TRUE(database->Flush());
  journal.SaveCooldown(Cooldown("work", 1min));
  EXPECT_EQ(journal.LoadCooldowns().at(0).until, now_ + 10min);
}

TEST_F(SqlitePoolJournalTest, DropsAllCooldownsOfAnOwner) {
  const auto database = Database::OpenInMemory();
  SqlitePoolJournal journal = JournalOf(*database);
  journal.SaveCooldown(Cooldown("work", 10min));
  journal.SaveCooldown(Cooldown("home", 10min));
  journal.DropCooldowns("work");
  const auto cooldowns = journal.LoadCooldowns();
  ASSERT_EQ(cooldowns.size(), 1U);
  EXPECT_EQ(cooldowns[0].account, "home");
}

TEST_F(SqlitePoolJournalTest, KeepsUsageAndBelongings) {
  {
    const auto database = Database::Open(folder_.path());
    SqlitePoolJournal journal = JournalOf(*database);
    journal.SaveUsage({"work", 1, 0, 10, now_});
    journal.SaveUsage({"work", 2, 1, 20, now_ + 1s});
    journal.SaveUsage({"idle", 0, 0, 0, std::nullopt});
    journal.SaveBelonging({"work", "123", "abcd"});
  }
  const auto database = Database::Open(folder_.path());
  SqlitePoolJournal journal = JournalOf(*database);
  const auto usage = journal.LoadUsage();
  ASSERT_EQ(usage.size(), 2U);
  EXPECT_FALSE(usage[0].last_used);
  EXPECT_EQ(usage[1].requests, 2);
  EXPECT_EQ(usage[1].errors, 1);
  EXPECT_EQ(usage[1].tokens, 20);
  EXPECT_EQ(usage[1].last_used, now_ + 1s);
  ASSERT_EQ(journal.LoadBelongings().size(), 1U);
  EXPECT_EQ(journal.LoadBelongings()[0].project, "123");
}

}  // namespace
}  // namespace agm::store
