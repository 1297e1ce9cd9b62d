// The state files when the program is killed, or the disk fails.

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "core/config/load.h"
#include "core/store/database.h"
#include "tests/serve/served.h"

namespace agm::test {
namespace {

class ServeStateTest : public ServedTest {
 protected:
  static std::string ResponsesBytes() {
    const std::string body = R"({"model":"gemini-2.5-flash","input":"remember this"})";
    return "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  /// Sends requests that change the state; all must be answered.
  void ExpectServes(int requests = 20) {
    for (int i = 0; i < requests; ++i) {
      ASSERT_EQ(Status(i % 2 == 0 ? ResponsesBytes() : ChatBytes("hi")), 200) << Said();
    }
  }

  /// Sends requests until the log contains `text`.
  bool ServesUntilItSays(std::string_view text) {
    for (int i = 0; i < 100; ++i) {
      ExpectServes(2);
      if (HasFatalFailure()) return false;
      if (agm_->AwaitErr(text, 0, Duration(50))) return true;
    }
    return false;
  }
};

// ---- Killed at any moment ----------------------------------------------------------------------

/// The number of rounds: AGM_TEST_KILLS; set it to thousands for a long run.
int Kills() {
  const char* given = std::getenv("AGM_TEST_KILLS");
  return given != nullptr ? std::atoi(given) : 25;
}

class ServeKilledTest : public ServeStateTest {
 protected:
  /// Runs clients of all kinds at once, until the gateway is gone.
  void Load() {
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; ++i) {
      clients.emplace_back([this, i] {
        while (Status(i == 0 ? ResponsesBytes() : ChatBytes("hi")) != 0) {
        }
      });
    }
    clients.emplace_back([this] {  // cooldowns that outlive a restart
      while (Status(ChatBytes("please fail")) != 0) {
      }
    });
    for (std::thread& each : clients) each.join();
  }

  void ExpectWholeConfig(int set) {
    const auto loaded = config::Load({home_ / kConfig, config::FoundBy::kFlag}, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_EQ(loaded->config.accounts.size(), 1U);
    int found = 0;
    for (const auto& rule : loaded->config.mapping) found += rule.from.starts_with("name-") ? 1 : 0;
    EXPECT_GE(found, set) << "an edit that was acknowledged is lost";
    EXPECT_LE(found, set + 1);
  }

  void ExpectWholeState() {
    const auto database = store::Database::Open(home_ / kState);
    const auto warning = database->TakeWarning();
    EXPECT_FALSE(warning) << warning->message;
    EXPECT_FALSE(database->in_memory());
    std::string verdict;
    EXPECT_TRUE(database->Read([&](store::Connection& connection) {
      return connection.Query("PRAGMA integrity_check", {},
                              [&](const store::Row& row) { verdict = row.Text(0); });
    }));
    EXPECT_EQ(verdict, "ok");
  }
};

TEST_F(ServeKilledTest, LeavesConfigAndStateWhole) {
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps":[{"match":{"text":"please fail"},"do":{"error":"key-invalid"}}]})"));
  std::minstd_rand random(1);
  int set = 0;
  for (int i = 0; i < Kills(); ++i) {
    SCOPED_TRACE("kill " + std::to_string(i));
    Serve();
    if (HasFatalFailure()) return;
    std::thread load([this] { Load(); });
    Program editor({Binary(), "-q", "map", "set", "name-" + std::to_string(set), "gemini-2.5-pro"},
                   environment_);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    editor.Signal(SIGKILL);
    agm_->Signal(SIGKILL);
    const auto edited = editor.Wait();
    EXPECT_EQ(agm_->Wait(), -SIGKILL);
    load.join();
    ExpectWholeConfig(edited == 0 ? set + 1 : set);
    ExpectWholeState();
    if (HasFailure()) return;
    set = static_cast<int>(
        config::Load({home_ / kConfig, config::FoundBy::kFlag}, {})->config.mapping.size());
  }
  std::printf("killed %d times\n", Kills());
  Serve();
  EXPECT_EQ(Status(GetBytes("/healthz")), 200);
  EXPECT_EQ(Stop(), 0);
}

// ---- Failing disks -----------------------------------------------------------------------------

TEST_F(ServeStateTest, AFileThatMayNotGrowCostsNoRequest) {
  Serve({}, [] {
    ::signal(SIGXFSZ, SIG_DFL);  // as if a user's shell starts it
    const rlimit limit{150'000, 150'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  EXPECT_TRUE(ServesUntilItSays("the state cannot be saved for now")) << Said();
  ExpectServes();
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeStateTest, AFullDiskCostsNoRequestAndIsTold) {
  const std::string folder = home_ / kState;
  std::filesystem::create_directories(folder);
  Launch({}, [&folder] {  // a mount that only this process sees
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=160k") != 0) {
      ::_exit(77);
    }
  });
  if (agm_->Wait(Duration(300)) == 77) GTEST_SKIP() << "no right to mount a small disk";
  Serve({}, [&folder] {
    static_cast<void>(::unshare(CLONE_NEWNS));
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=160k");
  });
  EXPECT_TRUE(ServesUntilItSays("the state cannot be saved for now")) << Said();
  ExpectServes();
  EXPECT_EQ(Stop(), 0);
  EXPECT_NE(agm_->err().find("lost"), std::string::npos) << Said();
}

TEST_F(ServeStateTest, AReadOnlyFolderCostsNoRequestAndIsTold) {
  const std::filesystem::path folder = home_ / kState;
  std::filesystem::create_directories(folder);
  LetOthersIn();
  for (auto each = folder; each != home_.path(); each = each.parent_path()) {
    std::filesystem::permissions(each, std::filesystem::perms(0555));
  }
  Serve({}, &AsNobody);
  EXPECT_TRUE(agm_->AwaitErr("level=warning")) << Said();
  EXPECT_NE(agm_->err().find("state"), std::string::npos) << Said();
  ExpectServes();
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeStateTest, ALockedDatabaseCostsNoRequestAndIsTold) {
  Serve();
  ExpectServes();
  const auto locker = store::Database::Open(home_ / kState);
  ASSERT_FALSE(locker->TakeWarning());
  ASSERT_TRUE(locker->Read([&](store::Connection& connection) {
    EXPECT_TRUE(connection.Run("BEGIN EXCLUSIVE", {}));
    EXPECT_TRUE(ServesUntilItSays("the state cannot be saved for now")) << Said();
    const TimePoint begun = SystemClock().Now();
    ExpectServes();
    EXPECT_LT(SystemClock().Now() - begun, std::chrono::seconds(3)) << "requests wait for a lock";
    EXPECT_TRUE(connection.Run("COMMIT", {}));
    return Result<void>();
  }));
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeStateTest, ADamagedFileIsPutAsideAndTold) {
  std::filesystem::create_directories(home_ / kState);
  home_.Write(std::string(kState) + "/state.db", std::string(20'000, 'x'));
  Serve();
  EXPECT_TRUE(agm_->AwaitErr("damaged")) << Said();
  ExpectServes();
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeStateTest, AnAccessLogOnAFullDiskCostsNoRequest) {
  WriteConfig("access_log = \"/dev/full\"\n");
  Serve();
  ExpectServes();
  EXPECT_EQ(Stop(), 0);
}

}  // namespace
}  // namespace agm::test
