#include "core/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.h"
#include "core/store/schema.h"
#include "tests/support/temp_dir.h"

namespace agm::store {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace fs = std::filesystem;

Database::Work Put(std::string account, std::int64_t requests) {
  return [account = std::move(account), requests](Connection& connection) {
    return connection.Run(
        "INSERT OR REPLACE INTO usage (account, requests, errors, tokens) VALUES (?, ?, 0, 0)",
        {account, requests});
  };
}

std::string Accounts(Database& database) {
  std::string all;
  static_cast<void>(database.Read([&](Connection& connection) {
    return connection.Query(
        "SELECT account, requests FROM usage ORDER BY account", {},
        [&](const Row& row) { all += row.Text(0) + "=" + std::to_string(row.Int(1)) + " "; });
  }));
  return all;
}

unsigned ModeOf(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

TEST(Database, KeepsWhatWasWrittenOverARestart) {
  const test::TempDir folder;
  Database::Open(folder / "state")->Write("a", Put("a", 1));
  const auto again = Database::Open(folder / "state");
  EXPECT_EQ(Accounts(*again), "a=1 ");
  EXPECT_FALSE(again->TakeWarning());
}

TEST(Database, ItsFolderAndFileAreTheUsersOwn) {
  const test::TempDir folder;
  const auto database = Database::Open(folder / "deep/state");
  database->Write("a", Put("a", 1));
  EXPECT_TRUE(database->Flush());
  EXPECT_EQ(ModeOf(folder / "deep/state"), 0700U);
  EXPECT_EQ(ModeOf(folder / "deep/state/state.db"), 0600U);
  EXPECT_EQ(ModeOf(folder / "deep/state/state.db-wal"), 0600U);
}

TEST(Database, ReadsSeeWhatWasWrittenBefore) {
  const auto database = Database::OpenInMemory();
  for (int i = 0; i < 100; ++i) database->Write("k" + std::to_string(i % 3), Put("a", i));
  EXPECT_EQ(Accounts(*database), "a=99 ");
}

TEST(Database, TheLaterOfTwoWritesWithOneKeyIsDoneInItsOwnPlace) {
  const auto database = Database::OpenInMemory();
  database->Write("save", Put("a", 1));
  database->Write("drop", [](Connection& c) { return c.Run("DELETE FROM usage"); });
  database->Write("save", Put("a", 2));
  EXPECT_EQ(Accounts(*database), "a=2 ");
}

TEST(Database, AWriteThatCanNeverSucceedDoesNotHoldUpOthers) {
  const auto database = Database::OpenInMemory();
  database->Write("a", Put("a", 1));
  database->Write("bad", [](Connection& c) { return c.Run("INSERT INTO usage VALUES (NULL)"); });
  database->Write("b", Put("b", 2));
  EXPECT_EQ(Accounts(*database), "a=1 b=2 ");
}

TEST(Database, MovesADamagedFileAsideAndBeginsAnew) {
  const test::TempDir folder;
  folder.Write("state.db", std::string(5000, 'x'));
  {
    const auto database = Database::Open(folder.path());
    const auto warning = database->TakeWarning();
    ASSERT_TRUE(warning);
    EXPECT_THAT(warning->message, HasSubstr("state.db.damaged-"));
    EXPECT_FALSE(database->TakeWarning());  // reported only once
    database->Write("a", Put("a", 1));
  }
  EXPECT_EQ(Accounts(*Database::Open(folder.path())), "a=1 ");
  int aside = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    if (entry.path().string().find("damaged") != std::string::npos) ++aside;
  }
  EXPECT_EQ(aside, 1);
}

TEST(Database, FindsDamageInsideAFileThatBeginsWell) {
  const test::TempDir folder;
  {
    const auto database = Database::Open(folder.path());
    for (int i = 0; i < 2000; ++i) {
      const std::string name = "account-" + std::to_string(i);
      database->Write(name, Put(name, i));
    }
  }
  std::string bytes = folder.Read("state.db");
  ASSERT_GT(bytes.size(), 20'000U);
  bytes.replace(bytes.size() / 2, 8000, std::string(8000, '\x5a'));
  folder.Write("state.db", bytes);
  const auto database = Database::Open(folder.path());
  EXPECT_THAT(database->TakeWarning().value_or(Error{}).message, HasSubstr("damaged"));
  database->Write("a", Put("a", 1));
  EXPECT_EQ(Accounts(*database), "a=1 ");
}

TEST(Database, LivesInMemoryWhereThereCanBeNoFolder) {
  const test::TempDir folder;
  folder.Write("file", "no folder");
  const auto database = Database::Open(folder / "file/state");
  const auto warning = database->TakeWarning();
  ASSERT_TRUE(warning);
  EXPECT_THAT(warning->message, HasSubstr("the state file cannot be used"));
  EXPECT_TRUE(database->in_memory());
  database->Write("a", Put("a", 1));
  EXPECT_EQ(Accounts(*database), "a=1 ");
}

TEST(Database, LivesInMemoryWhereTheFolderIsReadOnly) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const test::TempDir folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto database = Database::Open(folder.path());
  EXPECT_TRUE(database->TakeWarning());
  database->Write("a", Put("a", 1));
  EXPECT_EQ(Accounts(*database), "a=1 ");
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST(Database, LeavesAFileOfANewerVersionAlone) {
  const test::TempDir folder;
  ASSERT_TRUE(Connection::Open(folder / "state.db", 0ms)->Run("PRAGMA user_version = 999"));
  const auto database = Database::Open(folder.path());
  EXPECT_THAT(database->TakeWarning().value_or(Error{}).message, HasSubstr("newer agm"));
  EXPECT_TRUE(database->in_memory());
  std::int64_t version = 0;
  ASSERT_TRUE(Connection::Open(folder / "state.db", 0ms)
                  ->Query("PRAGMA user_version", {}, [&](const Row& r) { version = r.Int(0); }));
  EXPECT_EQ(version, 999);
}

TEST(Database, KeepsWhatAFullDiskDoesNotTakeAndWritesItLater) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path());
  const auto set_limit = [&](const char* limit) {
    ASSERT_TRUE(database->Read([&](Connection& c) { return c.Run(limit); }));
  };
  set_limit("PRAGMA max_page_count = 1");  // simulates a full disk
  for (int i = 0; i < 500; ++i) {
    const std::string name = "account-" + std::to_string(i);
    database->Write(name, Put(name, i));
  }
  EXPECT_FALSE(database->Flush());
  EXPECT_FALSE(database->Flush());
  const auto warning = database->TakeWarning();
  ASSERT_TRUE(warning);
  EXPECT_THAT(warning->message, HasSubstr("cannot be saved for now"));
  EXPECT_FALSE(database->TakeWarning());  // one warning for all failures
  database->Write("account-7", Put("account-7", 7777));
  set_limit("PRAGMA max_page_count = 100000");
  EXPECT_TRUE(database->Flush());
  EXPECT_THAT(Accounts(*database), HasSubstr("account-7=7777 "));
  EXPECT_THAT(Accounts(*database), HasSubstr("account-499=499 "));
}

TEST(Database, WaitsInMemoryWhileAnotherProcessHoldsTheFile) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path(), 10ms);
  {
    auto other = Connection::Open(folder / "state.db", 10ms);
    ASSERT_TRUE(other && other->Run("BEGIN IMMEDIATE"));
    database->Write("a", Put("a", 1));
    EXPECT_FALSE(database->Flush());
    EXPECT_TRUE(database->TakeWarning());
    ASSERT_TRUE(other->Run("ROLLBACK"));
  }
  EXPECT_TRUE(database->Flush());
  EXPECT_EQ(Accounts(*database), "a=1 ");
}

TEST(Database, LosesTheExcessRatherThanMemoryOrTime) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path(), 10ms);
  auto other = Connection::Open(folder / "state.db", 10ms);
  ASSERT_TRUE(other && other->Run("BEGIN IMMEDIATE"));
  std::optional<Error> warning;
  for (int i = 0; i < 40'000; ++i) {
    const std::string name = "a" + std::to_string(i);
    database->Write(name, Put(name, i));
    if (auto said = database->TakeWarning()) warning = said;
  }
  EXPECT_TRUE(warning);
  ASSERT_TRUE(other->Run("ROLLBACK"));
  EXPECT_TRUE(database->Flush());
}

TEST(Database, ManyThreadsMayWriteAndRead) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const std::string name = "thread-" + std::to_string(t);
      for (int i = 0; i < 50; ++i) {
        database->Write(name, Put(name, i));
        if (i % 10 == 0) Accounts(*database);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string all = Accounts(*database);
  for (int t = 0; t < 8; ++t) EXPECT_THAT(all, HasSubstr("thread-" + std::to_string(t) + "=49 "));
}

TEST(Database, ATransactionIsCommittedWholeOrNotAtAll) {
  test::TempDir folder;
  const auto database = Database::Open(folder.path());
  EXPECT_TRUE(database->Transact(
      [](Connection& c) { return c.Run("INSERT INTO usage VALUES ('a', 1, 0, 0, NULL)"); }));
  const auto failed = database->Transact([](Connection& c) -> Result<void> {
    auto done = c.Run("INSERT INTO usage VALUES ('b', 1, 0, 0, NULL)");
    return done ? Fail(ErrorCode::kInternal, "no") : done;
  });
  EXPECT_EQ(failed.error().message, "no");
  EXPECT_EQ(Accounts(*database), "a=1 ");
}

TEST(Database, AFileThatErasesKeepsNoDeletedBytes) {
  constexpr std::array<std::string_view, 1> kSteps = {"CREATE TABLE note (text TEXT NOT NULL);"};
  test::TempDir folder;
  const DatabaseFile file{"notes.db", "the notes", "notes", kSteps, Deletion::kErase};
  const auto database = Database::Open(folder.path(), Duration(100), file);
  ASSERT_TRUE(database->Transact(
      [](Connection& c) { return c.Run("INSERT INTO note VALUES ('canary-16180339')"); }));
  ASSERT_TRUE(database->Transact([](Connection& c) { return c.Run("DELETE FROM note"); }));
  ASSERT_TRUE(
      database->Read([](Connection& c) { return c.Run("PRAGMA wal_checkpoint(TRUNCATE)"); }));
  EXPECT_EQ(ReadFile(folder / "notes.db")->find("canary-16180339"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "state.db"));
}

TEST(Database, BeginsAnewWhereItsFileTurnsOutToBeDamaged) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path());
  ASSERT_TRUE(database->Transact(Put("old", 1)));
  int tries = 0;
  EXPECT_TRUE(database->Transact([&](Connection& connection) -> Result<void> {
    if (++tries == 1) return Fail(ErrorCode::kDamaged, "the disk image is malformed");
    return Put("new", 2)(connection);
  }));
  EXPECT_EQ(tries, 2);
  EXPECT_THAT(database->TakeWarning().value_or(Error{}).message, HasSubstr("state.db.damaged-"));
  EXPECT_EQ(Accounts(*database), "new=2 ");
  EXPECT_EQ(Accounts(*Database::Open(folder.path())), "new=2 ");
  bool log_aside = false;  // it holds the newest rows of the damaged file
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    log_aside |= name.starts_with("state.db.damaged-") && name.ends_with("-wal");
  }
  EXPECT_TRUE(log_aside);
}

/// A job that counts how often it runs.
Database::Work Count(int& runs) {
  return [&runs](Connection&) -> Result<void> {
    ++runs;
    return {};
  };
}

TEST(Database, HasNothingToFlushWithoutWrites) {
  const auto database = Database::OpenInMemory();
  EXPECT_TRUE(database->Flush());
}

TEST(Database, ATransactionComesAfterEarlierWrites) {
  const auto database = Database::OpenInMemory();
  database->Write("a", Put("a", 1));
  ASSERT_TRUE(database->Transact(Put("a", 2)));
  EXPECT_EQ(Accounts(*database), "a=2 ");
}

TEST(Database, DoesOnlyTheLaterOfTwoWritesWithOneKey) {
  const auto database = Database::OpenInMemory();
  int earlier = 0;
  int later = 0;
  ASSERT_TRUE(database->Read([&](Connection&) -> Result<void> {  // nothing is written meanwhile
    database->Write("a", Count(earlier));
    database->Write("a", Count(later));
    return {};
  }));
  EXPECT_TRUE(database->Flush());
  EXPECT_EQ(earlier, 0);
  EXPECT_EQ(later, 1);
}

TEST(Database, ANewerWriteReplacesOneThatFailed) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path(), 10ms);
  auto other = Connection::Open(folder / "state.db", 1s);
  ASSERT_TRUE(other && other->Run("BEGIN IMMEDIATE"));
  int failed = 0;
  int newer = 0;
  database->Write("a", Count(failed));
  EXPECT_FALSE(database->Flush());
  database->Write("a", Count(newer));
  ASSERT_TRUE(other->Run("ROLLBACK"));
  EXPECT_TRUE(database->Flush());
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(newer, 1);
}

TEST(Database, SaysOnceThatWritesAreLost) {
  const auto database = Database::OpenInMemory();
  int runs = 0;
  ASSERT_TRUE(database->Read([&](Connection&) -> Result<void> {  // nothing is written meanwhile
    for (int i = 0; i < 20'000; ++i) database->Write(std::to_string(i), Count(runs));
    EXPECT_FALSE(database->TakeWarning());
    database->Write("excess", Count(runs));
    EXPECT_THAT(database->TakeWarning().value_or(Error{}).message,
                HasSubstr("more changes wait than can be written; some are lost"));
    database->Write("more", Count(runs));
    EXPECT_FALSE(database->TakeWarning());
    database->Write("7", Count(runs));  // replaces another
    return {};
  }));
  EXPECT_TRUE(database->Flush());
  EXPECT_EQ(runs, 20'000);
}

TEST(Schema, AStepThatFailsLeavesNothingBehind) {
  constexpr std::array<std::string_view, 2> kSteps = {"CREATE TABLE note (text TEXT);", "NO SQL;"};
  auto connection = Connection::OpenInMemory();
  ASSERT_TRUE(connection);
  EXPECT_FALSE(Migrate(*connection, kSteps));
  EXPECT_TRUE(connection->Run("BEGIN IMMEDIATE")) << "no transaction is open";
  EXPECT_FALSE(connection->Run("SELECT * FROM note"));
}

TEST(Connection, AReaderCannotWrite) {
  test::TempDir folder;
  const auto database = Database::Open(folder.path());
  auto reader = Connection::OpenToRead(folder / "state.db", Duration(100));
  ASSERT_TRUE(reader);
  EXPECT_TRUE(reader->Run("SELECT * FROM usage"));
  EXPECT_FALSE(reader->Run("DELETE FROM usage"));
  EXPECT_EQ(Connection::OpenToRead(folder / "none.db", Duration(100)).error().code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace agm::store
