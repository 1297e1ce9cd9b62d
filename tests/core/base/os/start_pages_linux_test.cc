#include "core/base/os/start_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>

namespace agm {
namespace {

/// The number of this process's resident pages that are mapped from files.
long FilePages() {
  std::ifstream statm("/proc/self/statm");
  long size = 0;
  long resident = 0;
  long shared = 0;
  statm >> size >> resident >> shared;
  return shared;
}

bool Works() { return std::regex_match("abc", std::regex("a(b|x)c")); }

TEST(StartPages, AreHandedBackAndComeAgainWhenNeeded) {
  ASSERT_TRUE(Works());
  const long before = FilePages();
  os::ReleaseStartPages();
  EXPECT_LT(FilePages(), before);
  EXPECT_TRUE(Works());
}

}  // namespace
}  // namespace agm
