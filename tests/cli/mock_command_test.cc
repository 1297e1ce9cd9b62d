#include "cli/mock_command.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// Keeps a SIGTERM pending, so that a command that waits for one ends at once; with `reload` behind
/// a SIGHUP.
class PendingTerm {
 public:
  explicit PendingTerm(bool reload = false) {
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGTERM);
    sigaddset(&both, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &both, &before_);
    if (reload) ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGTERM);
  }
  ~PendingTerm() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

TEST(MockCommand, ReadsItsOptions) {
  CommandTest t;
  const auto options = t.Parse<MockOptions>(
      AddMock, {"mock", "--port", "0", "--strict", "--script", "plan.json", "--pace", "5"});
  ASSERT_TRUE(options) << t.io.err;
  EXPECT_EQ(options->port, 0);
  EXPECT_TRUE(options->strict);
  EXPECT_EQ(options->script, "plan.json");
  EXPECT_EQ(options->pace, 5);
}

TEST(MockCommand, RefusesAnInvalidPort) {
  CommandTest t;
  EXPECT_FALSE(t.Parse<MockOptions>(AddMock, {"mock", "--port", "70000"}));
  EXPECT_EQ(t.code, 2);
}

TEST(MockCommand, SaysWhereItListensAndHowToUseIt) {
  CommandTest t;
  const PendingTerm term;
  MockOptions options;
  options.port = 0;
  ASSERT_TRUE(RunMock(t.context(), options));
  EXPECT_NE(t.io.err.find("agm accounts add local --kind mock --base-url http://127.0.0.1:"),
            std::string::npos)
      << t.io.err;
  EXPECT_EQ(std::count(t.io.err.begin(), t.io.err.end(), '\n'), 1);
  EXPECT_EQ(t.io.out, "");
}

TEST(MockCommand, GivesTheAddressAsJson) {
  CommandTest t;
  const PendingTerm term;
  t.context().globals.json = true;
  MockOptions options;
  options.port = 0;
  ASSERT_TRUE(RunMock(t.context(), options));
  const auto document = ParseJson(t.io.out);
  ASSERT_TRUE(document) << t.io.out;
  EXPECT_GT((*document)["port"].get<int>(), 0);
}

TEST(MockCommand, SaysWhatIsWrongWithAScript) {
  CommandTest t;
  MockOptions options;
  options.port = 0;
  options.script = "/nonexistent/plan.json";
  const auto missing = RunMock(t.context(), options);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kConfig);
  EXPECT_NE(missing.error().message.find("plan.json"), std::string::npos);
}

TEST(MockCommand, HelpListsTheTroubles) {
  CommandTest t;
  EXPECT_FALSE(t.Parse<MockOptions>(AddMock, {"mock", "--help"}));
  EXPECT_NE(t.io.out.find("quota-minute-tokens"), std::string::npos) << t.io.out;
  EXPECT_NE(t.io.out.find("cut_after_events"), std::string::npos);
  EXPECT_NE(t.io.out.find("--port PORT "), std::string::npos);
}

TEST(MockCommand, TakesAsManyConnectionsAsTheSystemAllows) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_max, 256);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  CommandTest t;
  const PendingTerm term;
  MockOptions options;
  options.port = 0;
  EXPECT_TRUE(RunMock(t.context(), options));
  rlimit after{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(MockCommand, OutlivesAWriteBeyondTheFileSizeLimit) {
  ::signal(SIGXFSZ, SIG_DFL);
  CommandTest t;
  const PendingTerm term;
  MockOptions options;
  options.port = 0;
  EXPECT_TRUE(RunMock(t.context(), options));
  EXPECT_EQ(::signal(SIGXFSZ, SIG_IGN), SIG_IGN);
}

TEST(MockCommand, ReadsItsScriptAgain) {
  CommandTest t;
  const PendingTerm term(true);
  MockOptions options;
  options.port = 0;
  options.script = t.folder.Write("plan.json", "{}").string();
  ASSERT_TRUE(RunMock(t.context(), options));
  EXPECT_TRUE(Has(t.io.err, "Read " + options.script + " again.\n")) << t.io.err;
}

}  // namespace
}  // namespace agm::cli
