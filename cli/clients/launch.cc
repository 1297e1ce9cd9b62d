#include "cli/clients/launch.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "core/base/file.h"
#include "core/base/unique_fd.h"

namespace agm::cli {
namespace {

constexpr std::size_t kLongestOutput = 1U << 20U;

std::vector<char*> Pointers(const std::vector<std::string>& texts, const std::string* first) {
  std::vector<char*> pointers;
  if (first != nullptr) pointers.push_back(const_cast<char*>(first->c_str()));
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string WithPlaces(std::string_view text, const Connection& connection,
                       const std::filesystem::path& file, const std::filesystem::path& folder) {
  if (text == "{file}") return file.string();
  if (text == "{folder}") return folder.string();
  return Filled(text, connection);
}

/// Reads until the writers close the pipe or the time is over.
std::string ReadAll(int fd, TimePoint deadline, Clock& clock) {
  std::string text;
  std::array<char, 4096> buffer;
  while (clock.Now() < deadline) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, 100) <= 0) continue;
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n <= 0) break;
    if (text.size() < kLongestOutput) text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

/// Waits for the process, and ends its process group at the deadline.
int ExitStatus(pid_t child, TimePoint deadline, Clock& clock) {
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (clock.Now() >= deadline) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    ::usleep(10'000);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Result<Launch> Prepare(const Context& context, const Recipe& recipe, const Connection& connection,
                       const std::vector<std::string>& arguments) {
  const auto program = FindProgram(context, recipe);
  if (!program) {
    return Fail(ErrorCode::kNotFound, "{} is not installed: no program \"{}\" in PATH",
                recipe.title, recipe.programs.empty() ? recipe.name : recipe.programs.front());
  }
  const auto state = context.StateFolder();
  if (!state) return state.error();
  // Beside the journals of `set`, whose names are those of the clients.
  const std::filesystem::path own = *state / "clients" / "run";
  const std::filesystem::path file = own / recipe.file.name;
  // A client's data folder is the topmost folder of its file.
  const std::filesystem::path folder = own / *std::filesystem::path(recipe.file.name).begin();
  if (!recipe.file.name.empty()) {
    auto written = WriteFileAtomically(file, Filled(recipe.file.text, connection));
    if (!written) return std::move(written).error();
  }
  Launch launch{*program, {}, {}};
  for (const std::string_view argument : recipe.arguments) {
    launch.arguments.push_back(WithPlaces(argument, connection, file, folder));
  }
  launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
  config::Environment environment = context.environment();
  for (const Variable& variable : recipe.environment) {
    environment[std::string(variable.name)] = WithPlaces(variable.value, connection, file, folder);
  }
  for (const auto& [name, value] : environment) launch.environment.push_back(name + "=" + value);
  return launch;
}

Error Become(const Launch& launch) {
  const std::string name = launch.program.string();
  std::signal(SIGPIPE, SIG_DFL);
  ::execve(name.c_str(), Pointers(launch.arguments, &name).data(),
           Pointers(launch.environment, nullptr).data());
  return Fail(ErrorCode::kIo, "{} cannot be started: {}", name,
              std::generic_category().message(errno));
}

Result<Finished> RunToEnd(const Launch& launch, Duration timeout) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return Fail(ErrorCode::kIo, "no pipe for the client");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const std::string name = launch.program.string();
  const int failed = ::posix_spawn(&child, name.c_str(), &actions, &attributes,
                                   Pointers(launch.arguments, &name).data(),
                                   Pointers(launch.environment, nullptr).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return Fail(ErrorCode::kIo, "{} cannot be started: {}", name,
                std::generic_category().message(failed));
  }
  write_end = UniqueFd();
  Clock& clock = SystemClock();
  const TimePoint deadline = After(clock.Now(), timeout);
  Finished finished;
  finished.output = ReadAll(read_end.get(), deadline, clock);
  finished.status = ExitStatus(child, deadline, clock);
  return finished;
}

}  // namespace agm::cli
