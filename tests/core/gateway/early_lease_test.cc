#include "core/gateway/early_lease.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

#include "tests/support/fake_clock.h"
#include "tests/support/two_accounts.h"

namespace agm::gateway {
namespace {

class EarlyLeaseTest : public testing::Test {
 protected:
  std::unique_ptr<EarlyLease> Early() {
    auto lease = pool_.TakeOne("work", "m", clock_.Now(), NeverCancelled());
    EXPECT_TRUE(lease) << lease.error().message;
    return std::make_unique<EarlyLease>("m", *std::move(lease));
  }
  /// The requests that the account "work" has had.
  std::int64_t Counted() const {
    for (const auto& status : pool_.Status()) {
      if (status.name == "work") return status.requests;
    }
    return -1;
  }

  test::FakeClock clock_;
  accounts::Pool pool_{test::TwoAccounts(), clock_, nullptr};
};

TEST_F(EarlyLeaseTest, IsUsedOnce) {
  const auto early = Early();
  auto lease = early->Use("m", "", {"home"});
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->account().name, "work");
  EXPECT_FALSE(early->Use("m", "", {}));
  EXPECT_EQ(Counted(), 1);
}

TEST_F(EarlyLeaseTest, FitsTheAccountThatItIsOf) { EXPECT_TRUE(Early()->Use("m", "work", {})); }

TEST_F(EarlyLeaseTest, IsGivenBackWhereItDoesNotFit) {
  for (const auto& [target, only, without] :
       {std::tuple{"another model", "", ""}, {"m", "home", ""}, {"m", "", "work"}}) {
    const auto early = Early();
    EXPECT_EQ(Counted(), 1);
    EXPECT_FALSE(early->Use(target, only, {"home-2", without}));
    EXPECT_EQ(Counted(), 0) << target << only << without;
    EXPECT_FALSE(early->Use("m", "", {}));
  }
}

TEST_F(EarlyLeaseTest, IsGivenBackWhereNobodyUsesIt) {
  Early().reset();
  EXPECT_EQ(Counted(), 0);
}

}  // namespace
}  // namespace agm::gateway
