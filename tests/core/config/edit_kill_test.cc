#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "core/config/edit.h"
#include "core/config/load.h"
#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr int kEdits = 1'000;
constexpr auto kAtMost = std::chrono::seconds(20);

/// A counter in memory shared by parent and child.
class SharedCount {
 public:
  SharedCount()
      : place_(::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        count_(new (place_) std::atomic<int>(0)) {}
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  ~SharedCount() { ::munmap(place_, sizeof(std::atomic<int>)); }
  std::atomic<int>& operator*() const { return *count_; }

 private:
  void* place_;
  std::atomic<int>* count_;
};

// Continues the edits from the counter on; every second round removes what the first one added.
[[noreturn]] void EditUntilDone(const fs::path& file, std::atomic<int>& done) {
  while (done < kEdits) {
    const int i = done;
    const std::string name = fmt::format("model-{}", i % 20);
    const Change change =
        i / 20 % 2 == 0 ? Change(SetMapping{name, {"a", "b"}}) : Change(UnsetMapping{name});
    const auto edited = EditFile(file, change, {});
    // The edit that was killed may have been completed.
    if (!edited && edited.error().code != ErrorCode::kNotFound) ::_exit(1);
    ++done;
  }
  ::_exit(0);
}

std::size_t FilesIn(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(EditFile, LeavesAWholeFileWheneverItIsKilled) {
  const test::TempDir dir;
  const fs::path file = dir.Write("f.toml",
                                  "# by hand\n[proxy]\nport = 1234 # mine\n\n"
                                  "[proxy.custom_mapping]\n\"keep\" = 'this' # too\n\n# the end\n");
  const SharedCount done;
  std::mt19937 random(7);
  const auto deadline = Steady::now() + kAtMost;
  int kills = 0;
  unsigned patience_us = 60'000;  // grows if the machine is too slow for a single edit
  while (*done < kEdits && Steady::now() < deadline) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) EditUntilDone(file, *done);
    const int before = *done;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % patience_us));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (*done == before && patience_us < 2'000'000) patience_us += patience_us / 4;
    if (WIFSIGNALED(status)) {
      ++kills;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    const auto loaded = Load(Location{file, FoundBy::kFlag}, {});
    ASSERT_TRUE(loaded) << loaded.error().message << dir.Read("f.toml");
    ASSERT_EQ(loaded->config.proxy.port, 1234);
    const std::string text = dir.Read("f.toml");
    ASSERT_TRUE(text.starts_with("# by hand\n[proxy]\nport = 1234 # mine\n"));
    ASSERT_TRUE(text.ends_with("\n# the end\n"));
    ASSERT_THAT(text, testing::HasSubstr("\"keep\" = 'this' # too\n"));
    ASSERT_LE(FilesIn(dir.path()), 3U);  // the file, its lock, one temporary file
  }
  EXPECT_GT(kills, 5);
  EXPECT_GT(*done, 20);
  ASSERT_TRUE(EditFile(file, SetMapping{"last", {"x"}}, {}));
  EXPECT_EQ(FilesIn(dir.path()), 2U);
}

}  // namespace
}  // namespace agm::config
