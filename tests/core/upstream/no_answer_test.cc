#include "core/upstream/no_answer.h"

#include <gtest/gtest.h>

namespace agm::upstream {
namespace {

TEST(NoAnswer, CountsAgainstTheAccountOnlyIfItsRowHasACooldown) {
  EXPECT_TRUE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kGarbage)));
  EXPECT_TRUE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kTruncated)));
  EXPECT_FALSE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kMalformedCall)));
  EXPECT_FALSE(CountsAgainstAccount(NoAnswerFailure(NoAnswer::kPromptBlocked)));
  Failure refused;
  refused.trouble = Trouble::kMinuteQuota;
  refused.error = Fail(ErrorCode::kRateLimited, "slow down");
  EXPECT_TRUE(CountsAgainstAccount(refused));
  Failure cancelled;
  cancelled.error = Fail(ErrorCode::kCancelled, "the client left");
  EXPECT_FALSE(CountsAgainstAccount(cancelled));
}

}  // namespace
}  // namespace agm::upstream
