#include "core/accounts/pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/store/sqlite_pool_journal.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/two_accounts.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

/// Simulates one process: opens the state file and creates a pool with it.
struct Process {
  Process(const test::TempDir& folder, Clock& clock)
      : database(store::Database::Open(folder.path())),
        journal(*database, clock, [this](const std::string& text) { warnings.push_back(text); }),
        pool(test::TwoAccounts(), clock, &journal) {}

  std::vector<std::string> warnings;
  std::unique_ptr<store::Database> database;
  store::SqlitePoolJournal journal;
  Pool pool;
};

upstream::Failure DayQuota() {
  upstream::Failure failure;
  failure.trouble = upstream::Trouble::kDayQuota;
  failure.retry_delay = 1h;
  failure.project = "123";
  failure.said = "Quota exceeded for metric requests.";
  return failure;
}

TEST(PoolRestart, WhatThePoolKnowsSurvivesARestart) {
  const test::TempDir folder;
  test::FakeClock clock;
  {
    Process process(folder, clock);
    auto lease = process.pool.Take({"m", {}, {"home"}}, clock.Now(), NeverCancelled());
    ASSERT_TRUE(lease);
    lease->Report(DayQuota());
  }
  clock.Advance(10min);
  Process process(folder, clock);
  const auto status = process.pool.Status();
  EXPECT_EQ(status[0].state, AccountState::kReady);
  EXPECT_EQ(status[0].ModelsCooling(), 1U);
  const auto lease = process.pool.Take({"m", {}, {"home"}}, clock.Now(), NeverCancelled());
  ASSERT_FALSE(lease);
  EXPECT_NE(lease.error().message.find("Quota exceeded for metric requests."), std::string::npos);
  EXPECT_EQ(status[0].reason, "day_quota");
  EXPECT_EQ(status[0].model, "m");
  EXPECT_EQ(status[0].project, "123");
  EXPECT_EQ(status[0].requests, 1);
  EXPECT_EQ(status[0].errors, 1);
  EXPECT_EQ(status[1].state, AccountState::kReady);
  EXPECT_TRUE(process.warnings.empty());
}

TEST(PoolRestart, PassesOnWhatTheFileHasToComplainAbout) {
  const test::TempDir folder;
  test::FakeClock clock;
  folder.Write("state.db", std::string(5000, 'x'));
  const Process process(folder, clock);
  ASSERT_EQ(process.warnings.size(), 1U);
  EXPECT_NE(process.warnings[0].find("damaged"), std::string::npos);
}

TEST(PoolRestart, NoSecretReachesTheFile) {
  const test::TempDir folder;
  test::FakeClock clock;
  {
    Process process(folder, clock);
    auto lease = process.pool.Take({"m", {}, {"home"}}, clock.Now(), NeverCancelled());
    upstream::Failure failure;
    failure.trouble = upstream::Trouble::kBadKey;
    lease->Report(failure);
    process.database->Flush();
    for (const char* file : {"state.db", "state.db-wal"}) {
      EXPECT_EQ(folder.Read(file).find("key-of-work"), std::string::npos);
    }
  }
  Process process(folder, clock);
  EXPECT_EQ(process.pool.Status()[0].state, AccountState::kQuarantined);
}

}  // namespace
}  // namespace agm::accounts
