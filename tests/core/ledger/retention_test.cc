#include "core/ledger/retention.h"

#include <gtest/gtest.h>

#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "tests/core/ledger/entries.h"
#include "tests/support/temp_dir.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

class RetentionTest : public testing::Test {
 protected:
  void Write(WallTime at, int rows, bool taped = false) {
    std::vector<Entry> entries;
    Totals totals;
    std::vector<Taped> tapes;
    for (int i = 0; i < rows; ++i) {
      entries.push_back(Failed(at + i * 1ms));
      if (taped) {
        const auto tape = std::make_shared<Tape>();
        tape->Add({"request", 0, "{}", std::string(1000, 'x'), false});
        tapes.push_back({entries.back().at, entries.back().id, tape});
      }
      totals[KeyOf(entries.back())].Add(entries.back());
    }
    EXPECT_TRUE(database_->Transact([&](store::Connection& connection) {
      auto done = WriteRequests(connection, entries);
      if (done) done = WriteTapes(connection, tapes);
      return done ? AddTotals(connection, totals) : done;
    }));
  }
  // Runs until nothing is left to do; both clocks move by `passed`, the calendar also by `jump`.
  void Run(Duration passed = 0ms, Duration jump = 0ms) {
    now_ += passed;
    wall_ += passed + jump;
    for (bool more = true; more;) {
      const auto done = retention_.Run(*database_, settings_, wall_, now_);
      ASSERT_TRUE(done) << done.error().message;
      bytes_ = done->bytes;
      rows_ += done->rows;
      more = done->more_to_do;
    }
  }
  std::int64_t Count(const std::string& table) {
    std::int64_t count = 0;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) {
      return connection.Query("SELECT count(*) FROM " + table, {},
                              [&](const store::Row& row) { count = row.Int(0); });
    }));
    return count;
  }

  test::TempDir folder_;
  std::unique_ptr<store::Database> database_ =
      store::Database::Open(folder_.path(), Duration(2000), RequestsFile());
  Settings settings_;
  Retention retention_;
  WallTime wall_ = kNoon;
  TimePoint now_{1h};
  std::int64_t bytes_ = 0;
  std::int64_t rows_ = 0;  // that were deleted
};

TEST_F(RetentionTest, OldRowsOfEveryTableGo) {
  Write(kNoon - 8 * 24h, 1'200, true);
  Write(kNoon - 6 * 24h, 30, true);
  Write(kNoon - 1h, 5, true);
  Run();
  EXPECT_EQ(Count("request"), 35);
  EXPECT_EQ(Count("attempt"), 70);
  EXPECT_EQ(Count("body"), 5);  // bodies are kept for a day
  EXPECT_EQ(Count("total"), 3);
}

TEST_F(RetentionTest, TotalsFoldIntoHoursAndEnd) {
  for (int quarter = 0; quarter < 8; ++quarter) Write(kNoon - 40 * 24h + quarter * 15min, 1);
  Write(kNoon - 500 * 24h, 1);
  Write(kNoon, 1);
  ASSERT_EQ(Count("total"), 10);
  Run();
  EXPECT_EQ(Count("total"), 3);
  std::int64_t requests = 0;
  EXPECT_TRUE(database_->Read([&](store::Connection& connection) {
    return connection.Query("SELECT sum(requests) FROM total", {},
                            [&](const store::Row& row) { requests = row.Int(0); });
  }));
  EXPECT_EQ(requests, 9);
}

TEST_F(RetentionTest, TheSizeIsBoundedAndTheFileShrinks) {
  settings_.max_size = 400'000;
  for (int i = 0; i < 10; ++i) Write(kNoon - 1h, 1'000);
  const auto before = std::filesystem::file_size(database_->path());
  Run();
  EXPECT_LE(bytes_, 400'000);
  EXPECT_GT(Count("request"), 100);
  EXPECT_EQ(Count("attempt"), 2 * Count("request"));
  ASSERT_TRUE(database_->Read([](store::Connection& connection) {
    return connection.Query("PRAGMA wal_checkpoint(TRUNCATE)", {}, [](const store::Row&) {});
  }));
  EXPECT_LT(std::filesystem::file_size(database_->path()), before);
}

TEST_F(RetentionTest, ALogOfExactlyTheLargestSizeLosesNothing) {
  Write(kNoon - 1h, 1'000);
  Run();
  settings_.max_size = static_cast<std::uint64_t>(bytes_);
  Run();
  EXPECT_EQ(Count("request"), 1'000);
  settings_.max_size = static_cast<std::uint64_t>(bytes_ - 1);
  Run();
  EXPECT_LT(Count("request"), 1'000);
  EXPECT_EQ(rows_, 1'000 - Count("request"));
}

TEST_F(RetentionTest, WhereNoRowIsLeftTotalsMakeRoom) {
  Write(kNoon - 2h, 3);
  Write(kNoon - 1h, 3);
  settings_.max_size = 1;
  Run();
  EXPECT_EQ(Count("request"), 0);
  EXPECT_EQ(Count("total"), 0);
}

TEST_F(RetentionTest, AClockThatJumpsAheadDoesNotEmptyTheLog) {
  Write(kNoon - 1h, 10);
  Run();
  Run(10s, 365 * 24h);
  EXPECT_EQ(Count("request"), 10);
  Run(10s, -365 * 24h);  // the clock was set right
  Run(20min);
  EXPECT_EQ(Count("request"), 10);
}

TEST_F(RetentionTest, ATimeThatHoldsIsBelieved) {
  Write(kNoon - 1h, 10);
  Run();
  Run(10s, 30 * 24h);
  Run(5min);
  EXPECT_EQ(Count("request"), 10);
  Run(6min);
  EXPECT_EQ(Count("request"), 0);
}

TEST_F(RetentionTest, AStartWithAWrongClockDoesNotEmptyTheLog) {
  Write(kNoon - 1h, 10);
  Run(0ms, 400 * 24h);
  EXPECT_EQ(Count("request"), 10);
  EXPECT_EQ(Count("total"), 1);
}

TEST_F(RetentionTest, RowsOfTheFutureAreBoundedBySize) {
  settings_.max_size = 400'000;
  Write(kNoon + 1000 * 24h, 5'000);
  Write(kNoon, 10);
  Run();
  EXPECT_LE(bytes_, 400'000);
  EXPECT_LT(Count("request"), 5'000);
}

}  // namespace
}  // namespace agm::ledger
