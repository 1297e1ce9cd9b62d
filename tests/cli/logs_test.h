#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/ledger/requests.h"
#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "core/store/database.h"
#include "tests/cli/command_fixture.h"
#include "tests/core/ledger/entries.h"

namespace agm::cli {

/// A state folder with a request log.
class LogsTest : public testing::Test {
 protected:
  static constexpr WallTime kNow = test::FakeClock::kStart;

  std::unique_ptr<store::Database> Open() {
    return store::Database::Open(*t_.context().StateFolder(), Duration(2000),
                                 ledger::RequestsFile());
  }
  void Write(const std::vector<ledger::Entry>& entries) {
    EXPECT_TRUE(Open()->Transact([&](store::Connection& connection) {
      ledger::Totals totals;
      for (const auto& entry : entries) totals[ledger::KeyOf(entry)].Add(entry);
      auto done = ledger::WriteRequests(connection, entries);
      return done ? ledger::AddTotals(connection, totals) : done;
    }));
  }
  /// Writes a request together with its recorded bodies.
  void Write(const ledger::Entry& entry, const std::vector<ledger::TapePart>& parts) {
    Write({entry});
    const auto tape = std::make_shared<ledger::Tape>();
    for (const auto& part : parts) tape->Add(part);
    EXPECT_TRUE(Open()->Transact([&](store::Connection& connection) {
      return ledger::WriteTapes(connection, {{entry.at, entry.id, tape}});
    }));
  }
  static int Lines(const std::string& text) {
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  CommandTest t_;
};

}  // namespace agm::cli
