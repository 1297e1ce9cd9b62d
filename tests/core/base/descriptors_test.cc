#include "core/base/descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace agm {
namespace {

TEST(Descriptors, CountsEachOpenOne) {
  const std::size_t before = OpenDescriptors();
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int far = ::fcntl(one, F_DUPFD_CLOEXEC, static_cast<int>(DescriptorLimit()) - 1);
  EXPECT_EQ(OpenDescriptors(), before + (DescriptorLimit() <= 65'536 ? 2 : 1));
  ::close(one);
  ::close(far);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Descriptors, TellsAFullTable) {
  EXPECT_TRUE(DescriptorLeft());
  EXPECT_EXIT(
      {
        while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
        }
        ::_exit(DescriptorLeft() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace agm
