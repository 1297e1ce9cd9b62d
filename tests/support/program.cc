#include "tests/support/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

namespace agm::test {
namespace {

TimePoint Now() { return std::chrono::steady_clock::now(); }

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

struct Pipe {
  Pipe() { static_cast<void>(::pipe2(ends.data(), O_CLOEXEC)); }
  std::array<int, 2> ends{-1, -1};
};

}  // namespace

Program::Program(std::vector<std::string> arguments, const Environment& environment,
                 const std::function<void()>& prepare) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(variables);
  const Pipe out;
  const Pipe err;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(out.ends[1], STDOUT_FILENO);
    ::dup2(err.ends[1], STDERR_FILENO);
    if (prepare) prepare();
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out.ends[1]);
  ::close(err.ends[1]);
  out_reader_ = std::thread([this, fd = out.ends[0]] { Collect(fd, out_); });
  err_reader_ = std::thread([this, fd = err.ends[0]] { Collect(fd, err_); });
}

Program::~Program() {
  if (Runs()) {
    Signal(SIGKILL);
    Wait();
  }
  Finish();
}

void Program::Finish() {
  if (out_reader_.joinable()) out_reader_.join();
  if (err_reader_.joinable()) err_reader_.join();
}

void Program::Collect(int fd, std::string& into) {
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t size = ::read(fd, bytes.data(), bytes.size());
    if (size <= 0) break;
    std::lock_guard lock(mutex_);
    into.append(bytes.data(), static_cast<std::size_t>(size));
  }
  ::close(fd);
}

std::string Program::Copy(const std::string& collected) const {
  std::lock_guard lock(mutex_);
  return collected;
}

void Program::Signal(int signal) const { ::kill(pid_, signal); }

bool Program::Runs() { return !Wait(Duration(0)); }

std::optional<int> Program::Wait(Duration patience) {
  const TimePoint until = After(Now(), patience);
  while (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    } else if (Now() >= until) {
      break;
    } else {
      std::this_thread::sleep_for(Duration(1));
    }
  }
  if (status_) Finish();
  return status_;
}

bool Program::AwaitErr(std::string_view text, std::size_t from, Duration patience) const {
  const TimePoint until = After(Now(), patience);
  while (err().find(text, from) == std::string::npos) {
    if (Now() >= until) return false;
    std::this_thread::sleep_for(Duration(1));
  }
  return true;
}

}  // namespace agm::test
