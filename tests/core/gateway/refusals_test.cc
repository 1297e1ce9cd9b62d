#include "core/gateway/refusals.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace agm::gateway {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class RefusalsTest : public testing::Test {
 protected:
  test::FakeClock clock_;
  Refusals refusals_{clock_};
};

TEST_F(RefusalsTest, AreRememberedByModelAndMethod) {
  EXPECT_EQ(refusals_.Of("m", "generateContent"), Names{});
  EXPECT_TRUE(refusals_.Note("work", "m", "generateContent"));
  EXPECT_FALSE(refusals_.Note("work", "m", "generateContent"));
  EXPECT_TRUE(refusals_.Note("home", "m", "generateContent"));
  EXPECT_TRUE(refusals_.Note("work", "m", "embedContent"));
  EXPECT_EQ(refusals_.Of("m", "generateContent"), (Names{"home", "work"}));
  EXPECT_EQ(refusals_.Of("m", "embedContent"), Names{"work"});
  EXPECT_EQ(refusals_.Of("n", "generateContent"), Names{});
}

TEST_F(RefusalsTest, AreRememberedForTenMinutesAfterTheLast) {
  refusals_.Note("work", "m", "generateContent");
  clock_.Advance(5min);
  EXPECT_FALSE(refusals_.Note("work", "m", "generateContent"));
  clock_.Advance(10min - 1ms);
  EXPECT_EQ(refusals_.Of("m", "generateContent"), Names{"work"});
  clock_.Advance(1ms);
  EXPECT_EQ(refusals_.Of("m", "generateContent"), Names{});
  EXPECT_TRUE(refusals_.Note("work", "m", "generateContent")) << "it is news again";
  EXPECT_EQ(refusals_.Of("m", "generateContent"), Names{"work"});
}

TEST_F(RefusalsTest, AreForgottenAtAReload) {
  refusals_.Note("work", "m", "generateContent");
  refusals_.Forget();
  EXPECT_EQ(refusals_.Of("m", "generateContent"), Names{});
  EXPECT_TRUE(refusals_.Note("work", "m", "generateContent"));
}

TEST_F(RefusalsTest, OfManyModelsNeedLittleMemory) {
  const auto name = [](int i) { return "model " + std::to_string(i); };
  const auto remembered = [&](int models) {
    int known = 0;
    for (int i = 0; i < models; ++i) known += refusals_.Of(name(i), "m").empty() ? 0 : 1;
    return known;
  };
  for (int i = 0; i < 256; ++i) refusals_.Note("work", name(i), "m");
  EXPECT_EQ(remembered(256), 256);
  EXPECT_FALSE(refusals_.Note("work", name(7), "m"));
  EXPECT_EQ(remembered(256), 256) << "a known one takes no more room";
  refusals_.Note("work", name(256), "m");
  EXPECT_LE(remembered(257), 256);
  EXPECT_EQ(refusals_.Of(name(256), "m"), Names{"work"});
}

}  // namespace
}  // namespace agm::gateway
