#include "core/gateway/signatures.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/store/database.h"

namespace agm::gateway {
namespace {

class SignaturesTest : public ::testing::Test {
 protected:
  std::unique_ptr<store::Database> database_ = store::Database::OpenInMemory();
  store::Conversations stored_{*database_};
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

TEST_F(SignaturesTest, AreFoundInTheStoreByTheNextGateway) {
  { Signatures(stored_, SystemClock()).Keep("call-1", "gemini-3", "abc"); }
  database_->Flush();
  Signatures next(stored_, SystemClock());
  EXPECT_EQ(next.Find("call-1", "gemini-3"), "abc");
  stored_.KeepSignature("call-1", "gemini-3", "other", SystemClock().Wall());
  database_->Flush();
  EXPECT_EQ(next.Find("call-1", "gemini-3"), "abc") << "the store was asked again";
}

TEST_F(SignaturesTest, AreForgottenInMemoryButNotInTheStore) {
  Signatures signatures(stored_, SystemClock());
  signatures.Keep("call-1", "gemini-3", "abc");
  for (int i = 0; i < 5'000; ++i) signatures.Find("other-" + std::to_string(i), "gemini-3");
  database_->Flush();
  EXPECT_EQ(signatures.Find("call-1", "gemini-3"), "abc");
}

}  // namespace
}  // namespace agm::gateway
