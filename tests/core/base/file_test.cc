#include "core/base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

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
  static unsigned Mode(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
  }
  fs::path folder_;
};

TEST_F(File, AWriteThatFailsLeavesTheOldFile) {
  const fs::path file = folder_ / "state";
  ASSERT_TRUE(WriteFileAtomically(file, "old"));
  ::rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit small = before;
  small.rlim_cur = 4'096;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = WriteFileAtomically(file, std::string(10'000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(written);
  EXPECT_EQ(ReadFile(file).value(), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "no temporary file is left";
}

TEST_F(File, IsWrittenWholeWithItsModeAndFolders) {
  const fs::path path = folder_ / "a" / "b" / "settings.toml";
  ASSERT_TRUE(WriteFileAtomically(path, "x = 1\n"));
  EXPECT_EQ(*ReadFile(path), "x = 1\n");
  EXPECT_EQ(Mode(path), 0600U);
  EXPECT_EQ(Mode(path.parent_path()), 0700U);
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

TEST_F(File, ReadsAsManyBytesAsItsLimit) {
  const std::string text(200'000, 'x');
  ASSERT_TRUE(WriteFileAtomically(folder_ / "big", text));
  EXPECT_EQ(*ReadFile(folder_ / "big", text.size()), text);
  EXPECT_EQ(ReadFile(folder_ / "big", text.size() - 1).error().message,
            (folder_ / "big").string() + ": larger than 199999 bytes");
  EXPECT_EQ(ReadFile(folder_).error().code, ErrorCode::kIo);
}

TEST_F(File, StaysAsItIsWhenItIsNoLongerWanted) {
  const fs::path path = folder_ / "file";
  ASSERT_TRUE(WriteFileAtomically(path, "old"));
  const auto written = WriteFileAtomically(path, "new", 0600, [] { return false; });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(*ReadFile(path), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
  ASSERT_TRUE(WriteFileAtomically(path, "new", 0640, [] { return true; }));
  EXPECT_EQ(*ReadFile(path), "new");
  EXPECT_EQ(Mode(path), 0640U);
}

TEST_F(File, LosesOnlyTheTemporaryFilesOfItsWriters) {
  const fs::path path = folder_ / "a.toml";
  const auto name = [&](const char* file) { return folder_ / file; };
  for (const char* file :
       {"a.toml", ".a.toml.agm-AbC123", ".a.toml.agm-AbC12", ".a.toml.agm-AbC1234",
        ".b.toml.agm-AbC123", "a.toml.agm-AbC123", ".a.toml-AbC123"}) {
    ASSERT_TRUE(WriteFileAtomically(name(file), ""));
  }
  fs::create_symlink("a.toml", name("link"));
  RemoveTemporaries(name("link"));
  EXPECT_FALSE(fs::exists(name(".a.toml.agm-AbC123")));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 7);
  RemoveTemporaries(folder_ / "none" / "a.toml");  // no folder, nothing to remove
}

TEST_F(File, IsReadableForItsGroupOnlyWhereThatIsWanted) {
  const fs::path path = folder_ / "file";
  EXPECT_EQ(SharedMode(path), 0600U);
  fs::permissions(folder_, fs::perms::owner_all | fs::perms::set_gid);
  EXPECT_EQ(SharedMode(path), 0640U);
  ASSERT_TRUE(WriteFileAtomically(path, "", 0600));
  EXPECT_EQ(SharedMode(path), 0600U);
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  EXPECT_EQ(SharedMode(path), 0640U);
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(SharedMode(path), 0600U);
  EXPECT_EQ(SharedMode(folder_ / "none" / "file"), 0600U);
}

TEST_F(File, IsFoundAtTheEndOfAChainOfLinks) {
  fs::create_directory(folder_ / "sub");
  fs::create_symlink("two", folder_ / "one");
  fs::create_symlink(folder_ / "sub" / "three", folder_ / "two");
  fs::create_symlink("real", folder_ / "sub" / "three");
  EXPECT_EQ(LinkTarget(folder_ / "one"), folder_ / "sub" / "real");
  EXPECT_EQ(LinkTarget(folder_ / "plain"), folder_ / "plain");
  fs::create_symlink("round", folder_ / "round");
  EXPECT_FALSE(WriteFileAtomically(folder_ / "round" / "file", ""));
}

TEST_F(File, LockKeepsASecondHolderOut) {
  auto first = FileLock::Take(folder_ / "lock", 0);
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::Take(folder_ / "lock", 20));
  { const FileLock gone = *std::move(first); }
  EXPECT_TRUE(FileLock::Take(folder_ / "lock", 0));
}

TEST_F(File, LockIsTakenAsSoonAsItsHolderIsDone) {
  auto first = FileLock::Take(folder_ / "sub" / "lock", 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(Mode(folder_ / "sub" / "lock"), 0600U);
  std::thread holder([held = *std::move(first)]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const FileLock gone = std::move(held);
  });
  EXPECT_TRUE(FileLock::Take(folder_ / "sub" / "lock", 60'000));
  holder.join();
}

TEST_F(File, LockSaysWhatToDoWhenAnotherHoldsIt) {
  const auto first = FileLock::Take(folder_ / "lock", 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(
      FileLock::Take(folder_ / "lock", 0).error().message,
      (folder_ / "lock").string() + ": another agm holds the lock; try again when it is done");
}

}  // namespace
}  // namespace agm
