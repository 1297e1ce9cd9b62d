#include "core/gateway/signatures.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/protocol/shared/id_source.h"
#include "core/store/connection.h"
#include "core/store/database.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

class SignaturesTest : public ::testing::Test {
 protected:
  std::unique_ptr<store::Database> database_ = store::Database::OpenInMemory();
  store::Conversations stored_{*database_};

  void Store(const std::string& call, const std::string& signature) {
    stored_.KeepSignature(call, "gemini-3", signature, SystemClock().Wall());
    database_->Flush();
  }
};

TEST_F(SignaturesTest, AreFoundByCallAndFamily) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-2.5"), "");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
}

TEST_F(SignaturesTest, AreFoundOnceTheyComeAlsoWhereThereWasNone) {
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "");
  signatures.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
}

TEST_F(SignaturesTest, AreAskedOfTheStoreOnce) {
  Store("call-1", "abc");
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
  Store("call-1", "other");
  Store("call-2", "other");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find("call-2", "gemini-3"), "");
}

TEST_F(SignaturesTest, AreForgottenInMemoryButNotInTheStore) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  for (int i = 0; i < 5'000; ++i) signatures.Find("other-" + std::to_string(i), "gemini-3");
  Store("call-1", "from the store");
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "from the store");
}

TEST_F(SignaturesTest, OfAnIdThatIsNoneOfOursAreNotLookedFor) {
  const std::string longest(protocol::kLongestCallId, 'x');
  const std::string longer = longest + 'x';
  Store(longest, "abc");
  Store(longer, "abc");
  Signatures signatures(stored_, SystemClock());
  EXPECT_EQ(signatures.Find(longest, "gemini-3"), "abc");
  EXPECT_EQ(signatures.Find(longer, "gemini-3"), "");
}

TEST_F(SignaturesTest, AreLookedForAgainWhereTheStoreWasBehind) {
  const test::TempDir folder;
  const auto database = store::Database::Open(folder.path(), Duration(10));
  store::Conversations stored(*database);
  Signatures keeping(stored, SystemClock());
  Signatures asking(stored, SystemClock());
  auto other = store::Connection::Open(folder.path() / "state.db", Duration(10));
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->Run("BEGIN IMMEDIATE"));
  keeping.Keep("call-1", "gemini-3", "abc");
  EXPECT_EQ(asking.Find("call-1", "gemini-3"), "");
  ASSERT_TRUE(other->Run("COMMIT"));
  EXPECT_EQ(asking.Find("call-1", "gemini-3"), "abc");
}

}  // namespace
}  // namespace agm::gateway
