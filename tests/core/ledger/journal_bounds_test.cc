// What the journal keeps and what it leaves out: recorded bodies, addresses, the buffer's bounds.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ledger/journal.h"
#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "tests/core/ledger/entries.h"
#include "tests/support/fake_clock.h"
#include "tests/support/full_disk.h"
#include "tests/support/temp_dir.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

class JournalBounds : public testing::Test {
 protected:
  std::vector<Logged> Rows() {
    std::vector<Logged> rows;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto read = ReadRequests(connection, {.limit = 100'000});
      if (!read) return read.error();
      rows = *std::move(read);
      return {};
    }));
    return rows;
  }
  std::vector<std::string> Bodies(const Entry& entry) {
    std::vector<std::string> bodies;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto read = ReadTape(connection, entry);
      if (!read) return read.error();
      for (const TapePart& part : *read) bodies.push_back(part.body);
      return {};
    }));
    return bodies;
  }
  /// A recording with one body.
  static Taped Recorded(const Entry& entry, std::string body) {
    auto tape = std::make_shared<Tape>();
    TapePart part;
    part.body = std::move(body);
    tape->Add(std::move(part));
    return {entry.at, entry.id, tape};
  }

  void Add(int rows) {
    for (int i = 0; i < rows; ++i) journal_->Add(Answered());
    journal_->Settle();
  }
  /// Some rows were skipped, and the figures tell how many.
  void ExpectWrittenOrSkipped(std::uint64_t added) {
    const Journal::Figures figures = journal_->figures();
    EXPECT_GT(figures.skipped, 0U);
    EXPECT_EQ(figures.written + figures.skipped, added);
    EXPECT_EQ(Rows().size(), figures.written);
  }

  test::TempDir folder_;
  test::FakeClock clock_;
  std::unique_ptr<store::Database> database_ =
      store::Database::Open(folder_.path(), Duration(2000), RequestsFile());
  std::vector<Entry> counted_;  // by the journal, under its lock
  std::optional<Journal> journal_{std::in_place, *database_, clock_,
                                  [this](const Entry& entry) { counted_.push_back(entry); },
                                  [](const std::string&) {}};
};

TEST_F(JournalBounds, RecordedBodiesAreWrittenWithTheirRequest) {
  const Entry entry = Answered();
  journal_->AddTape(Recorded(entry, "the body"));
  journal_->Add(Entry(entry));
  ASSERT_TRUE(journal_->Flush());
  EXPECT_EQ(Bodies(entry), std::vector<std::string>{"the body"});
  EXPECT_TRUE(Bodies(Answered(kNoon + 1s)).empty());
}

TEST_F(JournalBounds, AnAddressIsWrittenOnlyWhereItIsWanted) {
  for (const bool wanted : {false, true}) {
    Settings settings;
    settings.addresses = wanted;
    journal_->Apply(settings);
    Entry entry = Answered();
    entry.address = "192.0.2.1";
    journal_->Add(std::move(entry));
    ASSERT_TRUE(journal_->Flush());
    EXPECT_EQ(Rows().front().entry.address, wanted ? "192.0.2.1" : "");
  }
}

TEST_F(JournalBounds, ANewSecondHasRoomForRowsAgain) {
  Settings settings;
  settings.rows_per_second = 2;
  journal_->Apply(settings);
  const auto add = [&] {
    for (int i = 0; i < 3; ++i) journal_->Add(Answered());
    ASSERT_TRUE(journal_->Flush());
  };
  add();
  EXPECT_EQ(Rows().size(), 2U);
  clock_.Advance(999ms);
  add();
  EXPECT_EQ(Rows().size(), 2U);
  clock_.Advance(1ms);
  add();
  EXPECT_EQ(Rows().size(), 4U);
}

TEST_F(JournalBounds, RowsThatWaitForAFullDiskAreBoundedAndAllAreCounted) {
  Settings settings;
  settings.rows_per_second = 100'000;
  journal_->Apply(settings);
  test::LimitPages(*database_, 1);
  for (int i = 0; i < 5; ++i) Add(800);
  EXPECT_FALSE(journal_->Flush());
  Add(300);
  test::LimitPages(*database_, 1'000'000);
  ASSERT_TRUE(journal_->Flush());
  ExpectWrittenOrSkipped(4'300);
  EXPECT_EQ(counted_.size(), 4'300U);
}

TEST_F(JournalBounds, TheOldestRowsMakeRoomForThoseThatCameDuringAFailedWrite) {
  bool told = false;
  journal_.emplace(
      *database_, clock_, [](const Entry&) {},
      [&](const std::string&) {
        if (std::exchange(told, true)) return;
        for (int i = 0; i < 8; ++i) Add(512);
      });
  Settings settings;
  settings.rows_per_second = 100'000;
  journal_->Apply(settings);
  test::LimitPages(*database_, 1);
  Add(200);
  EXPECT_FALSE(journal_->Flush());
  test::LimitPages(*database_, 1'000'000);
  ASSERT_TRUE(journal_->Flush());
  ExpectWrittenOrSkipped(4'296);
  journal_.reset();
}

TEST_F(JournalBounds, WhatAnEntryHoldsIsReleasedOnceItIsCounted) {
  Entry entry = Answered();
  entry.held = std::make_shared<int>(1);
  const std::weak_ptr<void> held = entry.held;
  journal_->Add(std::move(entry));
  ASSERT_TRUE(journal_->Flush());
  EXPECT_TRUE(held.expired());
  ASSERT_EQ(counted_.size(), 1U);
}

TEST_F(JournalBounds, AnEntryIsPricedBeforeItIsCounted) {
  journal_->Add(Answered());
  ASSERT_TRUE(journal_->Flush());
  ASSERT_EQ(counted_.size(), 1U);
  EXPECT_EQ(counted_[0].cost.list, 550'000);
  EXPECT_EQ(Rows().front().entry.cost.list, 550'000);
}

TEST_F(JournalBounds, TotalsAreThoseOfTheFileAndThoseThatWait) {
  journal_->Add(Answered(clock_.Wall() - 2h));
  ASSERT_TRUE(journal_->Flush());
  journal_->Add(Answered(clock_.Wall() - 1h));
  const auto requests = [&](WallTime since) {
    std::int64_t sum = 0;
    EXPECT_TRUE(journal_->WithTotals(since, [&](const Totals& totals) {
      for (const auto& [key, sums] : totals) sum += sums.requests;
    }));
    return sum;
  };
  EXPECT_EQ(requests(clock_.Wall() - 3h), 2);
  EXPECT_EQ(requests(clock_.Wall() - 90min), 1);
  EXPECT_EQ(requests(clock_.Wall() - 1min), 0);
  EXPECT_EQ(requests(TimeOf(QuarterOf(clock_.Wall() - 1h))), 1) << "a span begins with its quarter";
}

}  // namespace
}  // namespace agm::ledger
