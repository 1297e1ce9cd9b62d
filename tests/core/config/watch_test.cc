#include "core/config/watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/file.h"
#include "core/base/os/folder_watch.h"
#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Short times, so that the tests are fast; they wait for a change much longer than it takes.
constexpr WatchTimes kQuick{Duration(10), Duration(50)};
constexpr Duration kLong{5'000};
constexpr Duration kShort{60};

TEST(Watch, NoticesAFileThatIsWrittenInPlace) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "a");
  Watch watch(file, kQuick);
  EXPECT_FALSE(watch.ChangedWithin(kShort));
  dir.Write("f.toml", "b");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  EXPECT_FALSE(watch.ChangedWithin(kShort));
}

TEST(Watch, NoticesAFileThatIsRenamedOverIt) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "a");
  Watch watch(file, kQuick);
  for (const std::string text : {"b", "c"}) {
    ASSERT_TRUE(WriteFileAtomically(file, text));
    EXPECT_TRUE(watch.ChangedWithin(kLong));
  }
}

TEST(Watch, NoticesAFileThatComesAndGoes) {
  test::TempDir dir;
  Watch watch(dir / "f.toml", kQuick);
  const auto file = dir.Write("f.toml", "a");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  fs::remove(file);
  EXPECT_TRUE(watch.ChangedWithin(kLong));
}

TEST(Watch, NoticesAFileWhoseFolderComesLater) {
  test::TempDir dir;
  Watch watch(dir / "deep/er/f.toml", kQuick);
  dir.Write("deep/er/f.toml", "a");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
}

TEST(Watch, FollowsALinkToItsTarget) {
  test::TempDir dir;
  dir.Write("one/real.toml", "a");
  dir.Write("two/real.toml", "b");
  fs::create_symlink("one/real.toml", dir / "f.toml");
  Watch watch(dir / "f.toml", kQuick);
  dir.Write("one/real.toml", "changed");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  fs::create_symlink("two/real.toml", dir / "new");
  fs::rename(dir / "new", dir / "f.toml");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  dir.Write("two/real.toml", "changed");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
}

TEST(Watch, DoesNotCareForItsNeighbours) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "a");
  Watch watch(file, kQuick);
  dir.Write("f.toml.swp", "x");
  dir.Write("other", "x");
  EXPECT_FALSE(watch.ChangedWithin(kShort));
}

TEST(Watch, CountsABurstAsOneChange) {
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "a");
  Watch watch(file, {Duration(100), Duration(50)});
  std::jthread editor([&] {
    for (int i = 0; i < 10; ++i) {
      dir.Write("f.toml", std::string(static_cast<std::size_t>(i), 'x'));
      std::this_thread::sleep_for(milliseconds(5));
    }
  });
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  editor.join();
  EXPECT_FALSE(watch.ChangedWithin(kShort));
}

TEST(Watch, ReturnsAtOnceWhenItIsWokenOrStopped) {
  test::TempDir dir;
  Watch watch(dir.Write("f.toml", "a"), kQuick);
  watch.Wake();
  EXPECT_TRUE(watch.WaitForChange());
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(20));
    watch.Stop();
  });
  EXPECT_FALSE(watch.WaitForChange());
  EXPECT_FALSE(watch.ChangedWithin(kLong));
}

TEST(Watch, NoticesAWriterThatLeavesTheFileAsItIs) {
  if (os::FolderWatch().fd() < 0) GTEST_SKIP() << "this system reports no changes";
  test::TempDir dir;
  const auto file = dir.Write("f.toml", "a");
  Watch watch(file, kQuick);
  std::ofstream(file, std::ios::app).close();
  EXPECT_TRUE(watch.ChangedWithin(kLong));
}

TEST(Watch, HearsOfTheNewTargetOfALink) {
  if (os::FolderWatch().fd() < 0) GTEST_SKIP() << "this system reports no changes";
  test::TempDir dir;
  dir.Write("one/real.toml", "a");
  const auto two = dir.Write("two/real.toml", "b");
  fs::create_symlink("one/real.toml", dir / "f.toml");
  Watch watch(dir / "f.toml", kQuick);
  fs::create_symlink("two/real.toml", dir / "new");
  fs::rename(dir / "new", dir / "f.toml");
  EXPECT_TRUE(watch.ChangedWithin(kLong));
  std::ofstream(two, std::ios::app).close();
  EXPECT_TRUE(watch.ChangedWithin(kLong));
}

}  // namespace
}  // namespace agm::config
