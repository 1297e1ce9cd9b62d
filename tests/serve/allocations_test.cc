// How often a request allocates memory, over all threads of the program. The bounds are a little
// above what was measured (man/performance.md), so that a change that allocates more is noticed.

#include <cstdint>

#include "tests/serve/served.h"
#include "tests/support/sanitized.h"
#include "tests/support/shared_number.h"

namespace agm::test {
namespace {

class Allocations : public ServedTest {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
    ServedTest::SetUp();
    environment_["LD_PRELOAD"] = AGM_COUNT_ALLOCATIONS;
    environment_["AGM_TEST_ALLOCATIONS"] = count_.path();
    Serve();
  }
  void TearDown() override {
    if (agm_) ServedTest::TearDown();
  }

  /// The mean over requests on one connection, which `read` awaits; the log's rows are part of it.
  template <class Read>
  double PerRequest(const std::string& request, const Read& read) {
    RawClient client = Connect();
    const auto ask = [&](int times) {
      for (int i = 0; i < times; ++i) {
        client.Send(request);
        read(client);
      }
      AwaitRows();
    };
    ask(kWarm);
    const std::int64_t before = count_.Get();
    ask(kRequests);
    return static_cast<double>(count_.Get() - before) / kRequests;
  }
  /// The log is written a second later at most.
  static void AwaitRows() { std::this_thread::sleep_for(std::chrono::milliseconds(2'000)); }

  static constexpr int kWarm = 30;
  static constexpr int kRequests = 100;
  SharedNumber count_;
};

TEST_F(Allocations, OfAWholeAnswer) {
  const double each = PerRequest(ChatBytes("hi"), [](RawClient& client) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status, 200);
  });
  std::printf("  a whole answer allocates %.1f times\n", each);
  EXPECT_LE(each, 138);
}

}  // namespace
}  // namespace agm::test
