#include "core/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace agm {
namespace {

namespace fs = std::filesystem;

class File : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "agm-file-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(File, IsWrittenWholeWithItsModeAndFolders) {
  const fs::path path = folder_ / "a" / "b" / "settings.toml";
  ASSERT_TRUE(WriteFileAtomically(path, "x = 1\n"));
  EXPECT_EQ(*ReadFile(path), "x = 1\n");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(File, StaysALinkWhenItIsOne) {
  const fs::path target = folder_ / "real.toml";
  const fs::path link = folder_ / "link.toml";
  ASSERT_TRUE(WriteFileAtomically(target, "old"));
  fs::create_symlink("real.toml", link);
  ASSERT_TRUE(WriteFileAtomically(link, "new"));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(*ReadFile(target), "new");
}

TEST_F(File, LeavesNothingBehindWhenItCannotBeWritten) {
  const fs::path path = folder_ / "taken";
  fs::create_directory(path);
  fs::create_directory(path / "inside");
  const auto written = WriteFileAtomically(path, "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(File, ReadingSaysWhatIsMissingOrTooLarge) {
  EXPECT_EQ(ReadFile(folder_ / "none").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(folder_ / "big", "0123456789"));
  EXPECT_EQ(ReadFile(folder_ / "big", 9).error().code, ErrorCode::kTooLarge);
}

TEST_F(File, LockKeepsASecondHolderOut) {
  auto first = FileLock::Take(folder_ / "lock", 0);
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::Take(folder_ / "lock", 20));
  { const FileLock gone = *std::move(first); }
  EXPECT_TRUE(FileLock::Take(folder_ / "lock", 0));
}

}  // namespace
}  // namespace agm
