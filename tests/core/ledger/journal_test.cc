#include "core/ledger/journal.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "tests/core/ledger/entries.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/full_disk.h"
#include "tests/support/temp_dir.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

class JournalTest : public testing::Test {
 protected:
  void Start() {
    journal_.emplace(
        *database_, clock_, [this](const Entry&) { ++counted_; },
        [this](const std::string& text) { warnings_ += text + "\n"; });
  }
  Sums InFile() {
    Sums sums;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto totals = ReadTotals(connection, WallTime{}, kNoon + 24h * 365);
      if (!totals) return totals.error();
      for (const auto& [key, each] : *totals) sums.Add(each);
      return {};
    }));
    return sums;
  }
  std::int64_t Rows(const Filter& filter = {.limit = 1'000'000}) {
    std::size_t rows = 0;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto read = ReadRequests(connection, filter);
      if (!read) return read.error();
      rows = read->size();
      return {};
    }));
    return static_cast<std::int64_t>(rows);
  }

  test::TempDir folder_;
  test::FakeClock clock_;
  std::unique_ptr<store::Database> database_ =
      store::Database::Open(folder_.path(), Duration(2000), RequestsFile());
  std::atomic<int> counted_ = 0;
  std::string warnings_;
  std::optional<Journal> journal_;
};

TEST_F(JournalTest, AnAddedEntryIsCountedAndWritten) {
  Start();
  journal_->Add(Answered());
  journal_->Add(Failed());
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(counted_, 2);
  EXPECT_EQ(Rows(), 2);
  const Sums sums = InFile();
  EXPECT_EQ(sums.requests, 2);
  EXPECT_EQ(sums.errors, 1);
  EXPECT_EQ(sums.tokens.input, 1000);
  EXPECT_EQ(sums.list, 550'000);
  EXPECT_EQ(sums.unpriced, 0);
}

TEST_F(JournalTest, CorrectsCostsOnceForEachListOfPrices) {
  Start();
  journal_->Add(Answered(clock_.Wall() - 1h));
  ASSERT_TRUE(journal_->Flush());
  const Nano before = InFile().list;
  EXPECT_EQ(*journal_->CorrectCosts(), 0U);
  journal_->Apply({.prices = std::make_shared<PriceList>(
                       std::vector<Price>{{.match = "gemini-2.5-flash", .input = 1'000'000}})});
  EXPECT_EQ(*journal_->CorrectCosts(), 1U);
  EXPECT_EQ(InFile().list, 1'000'000);
  EXPECT_NE(InFile().list, before);
  EXPECT_EQ(*journal_->CorrectCosts(), 0U);
}

TEST_F(JournalTest, WhatWasAddedIsWrittenAtTheEnd) {
  Start();
  for (int i = 0; i < 10; ++i) journal_->Add(Answered());
  journal_.reset();
  EXPECT_EQ(Rows(), 10);
}

TEST_F(JournalTest, RowsAreBoundedPerSecondAndTotalsAreNot) {
  Start();
  journal_->Apply({.rows_per_second = 5});
  for (int i = 0; i < 100; ++i) journal_->Add(i % 2 == 0 ? Answered() : Failed());
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(Rows(), 10);
  EXPECT_EQ(InFile().requests, 100);
  EXPECT_EQ(journal_->figures().written, 10U);
  EXPECT_EQ(journal_->figures().skipped, 90U);
}

TEST_F(JournalTest, WithoutTheRequestLogTotalsAreStillCounted) {
  Start();
  journal_->Apply({.requests = false});
  journal_->Add(Answered());
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(InFile().requests, 1);
}

TEST_F(JournalTest, RetentionLooksAtTheFileWithoutBeingAsked) {
  Start();
  journal_->Add(Answered());
  EXPECT_TRUE(test::Eventually([&] { return journal_->figures().bytes > 0; }));
}

TEST_F(JournalTest, RequestsAboutTheGatewayItselfHaveNoRows) {
  Start();
  for (const bool probe : {true, true, true, false}) {
    Entry entry = Answered();
    entry.is_probe = probe;
    journal_->Add(std::move(entry));
  }
  journal_->Add(Failed());
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(Rows(), 2);
  EXPECT_EQ(InFile().requests, 2);
  EXPECT_EQ(counted_, 5);
  EXPECT_EQ(journal_->figures().skipped, 0U);
}

TEST_F(JournalTest, NoEntryIsLostToTheTotalsWhenManyThreadsAdd) {
  Start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) journal_->Add(Answered());
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(counted_, 40'000);
  EXPECT_EQ(InFile().requests, 40'000);
  EXPECT_EQ(InFile().list, 40'000 * 550'000LL);
  const auto figures = journal_->figures();
  EXPECT_EQ(figures.written + figures.skipped, 40'000U);
  EXPECT_EQ(static_cast<std::uint64_t>(Rows()), figures.written);
}

TEST_F(JournalTest, AFullDiskLosesNoTotals) {
  Start();
  journal_->Add(Answered());
  ASSERT_TRUE(journal_->Flush());
  EXPECT_FALSE(journal_->failing());
  test::LimitPages(*database_, 1);  // SQLite answers SQLITE_FULL as soon as the file must grow
  for (int i = 0; i < 2'000; ++i) {
    Entry entry = Answered();
    entry.caller = "caller-" + std::to_string(i);
    journal_->Add(std::move(entry));
    if (i % 500 == 0) clock_.Sleep(1s);
  }
  EXPECT_FALSE(journal_->Flush());
  EXPECT_TRUE(journal_->failing());
  EXPECT_FALSE(journal_->Flush());
  const std::size_t told = warnings_.find("cannot be written for now");
  ASSERT_NE(told, std::string::npos) << warnings_;
  EXPECT_EQ(warnings_.find("cannot be written for now", told + 1), std::string::npos) << warnings_;
  test::LimitPages(*database_, 1'000'000);
  ASSERT_TRUE(journal_->Flush());
  EXPECT_FALSE(journal_->failing());
  EXPECT_EQ(InFile().requests, 2'001);
  EXPECT_EQ(Rows(), static_cast<std::int64_t>(journal_->figures().written));
  EXPECT_NE(warnings_.find("written again"), std::string::npos) << warnings_;
}

TEST_F(JournalTest, AModelThatOnlyAClientNamesIsCountedAsOther) {
  Entry entry = Failed();
  entry.target = "invented-by-a-client";
  EXPECT_EQ(KeyOf(entry).target, "other");
  EXPECT_EQ(KeyOf(Failed()).target, "gemini-2.5-flash");
  entry = Answered();
  entry.target = "llama-4";
  EXPECT_EQ(KeyOf(entry).target, "llama-4");
}

TEST_F(JournalTest, AnAnswerWithoutAPriceIsUnpricedAndAFailureIsNot) {
  Sums sums;
  Entry entry = Answered();
  entry.cost = {};
  sums.Add(entry);
  sums.Add(Failed());
  EXPECT_EQ(sums.unpriced, 1);
  EXPECT_EQ(sums.unbilled, 1);
}

}  // namespace
}  // namespace agm::ledger
