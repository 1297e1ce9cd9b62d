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

}  // namespace
}  // namespace agm::ledger
