#include "core/ledger/file_id.h"

#include <gtest/gtest.h>

#include "core/ledger/schema.h"

namespace agm::ledger {
namespace {

TEST(FileId, StaysTheSameForAFileAndDiffersBetweenFiles) {
  const auto one = store::Database::OpenInMemory(RequestsFile());
  const auto other = store::Database::OpenInMemory(RequestsFile());
  const std::string id = FileId(*one);
  EXPECT_EQ(id.size(), 12U);
  EXPECT_EQ(FileId(*one), id);
  EXPECT_NE(FileId(*other), id);
}

TEST(FileId, IsNeverEmpty) {
  const auto file = store::Database::OpenInMemory(RequestsFile());
  EXPECT_TRUE(file->Transact([](store::Connection& connection) {
    return connection.Run("INSERT OR REPLACE INTO setting (name, value) VALUES ('id', '')");
  }));
  EXPECT_EQ(FileId(*file).size(), 12U);
}

}  // namespace
}  // namespace agm::ledger
