#include "cli/clients/launch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{10'000};

Launch Shell(std::string script) { return {"/bin/sh", {"-c", std::move(script)}, {}}; }

TEST(Prepare, FillsTheRecipe) {
  CommandTest t;
  t.env["PATH"] = "/nowhere::" + (t.folder / "bin").string();
  t.env["A"] = "of the user";
  const auto program = t.folder.Write("bin/tool", "#!/bin/sh\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  Recipe recipe;
  recipe.name = "tool";
  recipe.title = "Tool";
  recipe.programs = {"other-tool", "tool"};
  recipe.arguments = {"--model", "{model}", "{file}", "{folder}"};
  recipe.environment = {{"A", "{base}/v1"}, {"TOOL_HOME", "{folder}"}};
  recipe.file = {"tool/settings.json", "{\"key\": \"{key}\"}\n"};
  const Connection connection{"http://h:1", "sk-1", "m", true, true};
  const auto launch = Prepare(t.context(), recipe, connection, {"-p", "hi"});
  ASSERT_TRUE(launch) << launch.error().message;
  const std::string own = (t.folder / "state/clients/run").string();
  EXPECT_EQ(launch->program, program);
  EXPECT_EQ(launch->arguments,
            (std::vector<std::string>{"--model", "m", own + "/tool/settings.json", own + "/tool",
                                      "-p", "hi"}));
  const auto set = [&](const std::string& variable) {
    return std::ranges::count(launch->environment, variable) == 1;
  };
  EXPECT_TRUE(set("A=http://h:1/v1"));
  EXPECT_FALSE(set("A=of the user"));
  EXPECT_TRUE(set("TOOL_HOME=" + own + "/tool"));
  EXPECT_TRUE(set("PATH=" + t.env["PATH"]));
  EXPECT_EQ(t.folder.Read("state/clients/run/tool/settings.json"), "{\"key\": \"sk-1\"}\n");
}

TEST(Prepare, StartsNothingThatCannotBeRun) {
  CommandTest t;
  t.env["PATH"] = (t.folder / "bin").string();
  t.folder.Write("bin/plain", "no program\n");
  std::filesystem::create_directories(t.folder / "bin/folder");
  Recipe recipe;
  recipe.title = "Tool";
  recipe.programs = {"plain", "folder"};
  const auto launch = Prepare(t.context(), recipe, {}, {});
  ASSERT_FALSE(launch);
  EXPECT_EQ(launch.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(launch.error().message, "Tool is not installed: no program \"plain\" in PATH");
}

TEST(RunToEnd, CollectsBothOutputsAndTheStatus) {
  const auto finished = RunToEnd(Shell("echo out; echo err >&2; exit 3"), kPatience);
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_EQ(finished->output, "out\nerr\n");
  EXPECT_EQ(finished->status, 3);
  EXPECT_EQ(RunToEnd(Shell("exit 0"), kPatience)->status, 0);
  EXPECT_EQ(RunToEnd(Shell("kill -9 $$"), kPatience)->status, -1);
}

TEST(RunToEnd, GivesTheClientNoInput) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int kept = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  const auto finished = RunToEnd(Shell("readlink /proc/$$/fd/0; cat"), kPatience);
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  ::close(ends[0]);
  ::close(ends[1]);
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "/dev/null\n");
}

TEST(RunToEnd, GivesTheClientItsEnvironmentAndNoOther) {
  Launch launch = Shell("echo \"$A-$HOME\"");
  launch.environment = {"A=1"};
  EXPECT_EQ(RunToEnd(launch, kPatience)->output, "1-\n");
}

TEST(RunToEnd, KeepsTheBeginningOfALongOutput) {
  const auto finished = RunToEnd(Shell("head -c 2000000 /dev/zero"), kPatience);
  ASSERT_TRUE(finished);
  EXPECT_GE(finished->output.size(), 1U << 20U);
  EXPECT_LT(finished->output.size(), (1U << 20U) + 4096);
  EXPECT_EQ(finished->status, 0);
}

TEST(RunToEnd, EndsAClientThatDoesNotEnd) {
  const auto finished = RunToEnd(Shell("echo begun; sleep 1000 & sleep 1000"), Duration(300));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "begun\n");
  EXPECT_EQ(finished->status, -1);
}

TEST(RunToEnd, SaysThatAProgramCannotBeStarted) {
  const auto finished = RunToEnd({"/nowhere/tool", {}, {}}, kPatience);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::kIo);
  EXPECT_EQ(finished.error().message, "/nowhere/tool cannot be started: No such file or directory");
}

/// The status of a process that ignores SIGPIPE, as agm does, and becomes the program.
int StatusOf(const Launch& launch) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGPIPE, SIG_IGN);
    static_cast<void>(Become(launch));
    ::_exit(99);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Become, LetsAClosedPipeEndTheClient) {
  const int status = StatusOf(Shell("kill -PIPE $$; exit 7"));
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGPIPE);
  EXPECT_EQ(WEXITSTATUS(StatusOf({"/nowhere/tool", {}, {}})), 99);
}

}  // namespace
}  // namespace agm::cli
