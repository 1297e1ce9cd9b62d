#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/store/database.h"

namespace agm::test {

/// Lets a database's file have at most that many pages, as if the disk were full. SQLite takes the
/// least number that holds what is there already.
inline void LimitPages(store::Database& database, int pages) {
  EXPECT_TRUE(database.Read([&](store::Connection& connection) {
    return connection.Query("PRAGMA max_page_count = " + std::to_string(pages), {},
                            [](const store::Row&) {});
  }));
}

}  // namespace agm::test
