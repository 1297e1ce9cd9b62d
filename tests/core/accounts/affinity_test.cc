#include "core/accounts/affinity.h"

#include <gtest/gtest.h>

#include <memory>

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;

class AffinityTest : public testing::Test {
 protected:
  std::shared_ptr<Member> work_ = std::make_shared<Member>();
  std::shared_ptr<Member> home_ = std::make_shared<Member>();
  TimePoint start_{1h};
  Affinity affinity_{3, 1h};
};

TEST_F(AffinityTest, KeepsNothingForARequestWithoutAConversation) {
  EXPECT_EQ(Affinity::KeyOf(""), 0U);
  EXPECT_NE(Affinity::KeyOf("a"), 0U);
  EXPECT_EQ(Affinity::KeyOf("a"), Affinity::KeyOf("a"));
  affinity_.Put(0, work_, start_);
  EXPECT_EQ(affinity_.size(), 0U);
  EXPECT_FALSE(affinity_.Find(0, start_).member);
  EXPECT_FALSE(affinity_.Prove(0, *work_, start_));
}

TEST_F(AffinityTest, ForgetsAConversationAfterAnHourOfSilence) {
  affinity_.Put(1, work_, start_);
  EXPECT_EQ(affinity_.Find(1, start_ + 1h).member, work_);
  affinity_.Put(1, work_, start_ + 1h);
  EXPECT_EQ(affinity_.Find(1, start_ + 2h).member, work_);
  EXPECT_FALSE(affinity_.Find(1, start_ + 2h + 1ms).member);
  EXPECT_EQ(affinity_.size(), 0U);
}

TEST_F(AffinityTest, ForgetsAnAccountThatIsGone) {
  affinity_.Put(1, work_, start_);
  affinity_.Put(2, home_, start_);
  work_->retired = true;
  home_.reset();
  EXPECT_FALSE(affinity_.Find(1, start_).member);
  EXPECT_FALSE(affinity_.Find(2, start_).member);
  EXPECT_EQ(affinity_.size(), 0U);
}

TEST_F(AffinityTest, DropsTheConversationThatWasSilentLongest) {
  for (std::uint64_t key = 1; key <= 3; ++key) affinity_.Put(key, work_, start_);
  affinity_.Put(1, work_, start_);
  affinity_.Put(4, work_, start_);
  EXPECT_EQ(affinity_.size(), 3U);
  EXPECT_TRUE(affinity_.Find(1, start_).member);
  EXPECT_FALSE(affinity_.Find(2, start_).member);
  EXPECT_TRUE(affinity_.Find(3, start_).member);
  EXPECT_TRUE(affinity_.Find(4, start_).member);
}

TEST_F(AffinityTest, IsProvenOnceTheAccountHasAnswered) {
  affinity_.Put(1, work_, start_);
  EXPECT_FALSE(affinity_.Find(1, start_).proven);
  EXPECT_TRUE(affinity_.Prove(1, *work_, start_));
  EXPECT_TRUE(affinity_.Find(1, start_).proven);
  affinity_.Put(1, work_, start_ + 1min);
  EXPECT_TRUE(affinity_.Find(1, start_ + 1min).proven);
}

TEST_F(AffinityTest, HasToBeProvenAgainWithAnotherAccount) {
  affinity_.Put(1, work_, start_);
  affinity_.Prove(1, *work_, start_);
  affinity_.Put(1, home_, start_);
  EXPECT_EQ(affinity_.Find(1, start_).member, home_);
  EXPECT_FALSE(affinity_.Find(1, start_).proven);
  EXPECT_FALSE(affinity_.Prove(1, *work_, start_));
  EXPECT_TRUE(affinity_.Prove(1, *home_, start_));
}

TEST_F(AffinityTest, ReportsAnAnswerAgainOnlyAfterTenMinutes) {
  EXPECT_FALSE(affinity_.Prove(1, *work_, start_));
  affinity_.Put(1, work_, start_);
  EXPECT_TRUE(affinity_.Prove(1, *work_, start_));
  EXPECT_FALSE(affinity_.Prove(1, *work_, start_ + 10min - 1ms));
  EXPECT_TRUE(affinity_.Prove(1, *work_, start_ + 10min));
  EXPECT_FALSE(affinity_.Prove(1, *work_, start_ + 11min));
}

}  // namespace
}  // namespace agm::accounts
