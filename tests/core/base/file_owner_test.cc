// Files of other owners, and files that cannot be made.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "core/base/file.h"
#include "tests/support/temp_dir.h"

namespace agm {
namespace {

namespace fs = std::filesystem;

struct stat StatusOf(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status;
}

TEST(FileOwner, StaysWhereRootEditsTheFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kOther = 12'345;
  const test::TempDir folder;
  for (const auto& [user, group] :
       {std::pair<uid_t, gid_t>{kOther, 0}, std::pair<uid_t, gid_t>{0, kOther},
        std::pair<uid_t, gid_t>{kOther, kOther}}) {
    const fs::path file = folder.Write("f", "old");
    ASSERT_EQ(::chown(file.c_str(), user, group), 0);
    ASSERT_TRUE(WriteFileAtomically(file, "new"));
    EXPECT_EQ(StatusOf(file).st_uid, user);
    EXPECT_EQ(StatusOf(file).st_gid, group);
    EXPECT_EQ(folder.Read("f"), "new");
  }
  ASSERT_TRUE(WriteFileAtomically(folder / "g", "new"));
  EXPECT_EQ(StatusOf(folder / "g").st_uid, 0U);
}

TEST(FileErrors, NameWhatCouldNotBeMade) {
  const test::TempDir folder;
  const fs::path file = folder.Write("file", "");
  const auto below = WriteFileAtomically(file / "a" / "b", "text");
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().code, ErrorCode::kIo);
  EXPECT_EQ(below.error().message.find((file / "a").string() + ": cannot make folder"), 0U)
      << below.error().message;
  const auto lock = FileLock::Take(file / "lock", 0);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kIo);
  const auto folder_read = ReadFile(folder.path());
  ASSERT_FALSE(folder_read);
  EXPECT_EQ(folder_read.error().code, ErrorCode::kIo);
  EXPECT_EQ(folder_read.error().message.find(folder.path().string() + ": cannot read"), 0U)
      << folder_read.error().message;
}

TEST(FileLinks, ThatFormACircleAreFollowedForAWhile) {
  const test::TempDir folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  EXPECT_EQ(LinkTarget(folder / "a"), folder / "a");
}

TEST(FileLock, GoesWithTheObjectThatItIsMovedTo) {
  const test::TempDir folder;
  auto first = FileLock::Take(folder / "1", 0);
  auto second = FileLock::Take(folder / "2", 0);
  ASSERT_TRUE(first && second);
  *first = *std::move(second);
  EXPECT_FALSE(FileLock::Take(folder / "2", 0));
  { const FileLock last = *std::move(first); }
  EXPECT_TRUE(FileLock::Take(folder / "2", 0));
}

}  // namespace
}  // namespace agm
