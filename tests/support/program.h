#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/clock.h"

namespace agm::test {

/// A program that runs in a process of its own; what it prints is collected. It is killed when the
/// object dies.
///
///   Program program({binary, "serve"}, {{"HOME", home}});
///   program.AwaitErr("listens on");
///   program.Signal(SIGTERM);
///   EXPECT_EQ(program.Wait(), 0);
///
/// Thread safety: any thread; Wait from one.
class Program {
 public:
  using Environment = std::map<std::string, std::string>;

  /// `prepare` runs in the new process before the program does (limits, another user): system calls
  /// only.
  Program(std::vector<std::string> arguments, const Environment& environment,
          const std::function<void()>& prepare = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  /// Its exit status, minus the signal that ended it; nothing if it still runs after `patience`.
  /// When it has ended, all that it printed is here.
  std::optional<int> Wait(Duration patience = Duration(10'000));
  bool Runs();

  std::string out() const { return Copy(out_); }
  std::string err() const { return Copy(err_); }
  /// Waits until `text` stands in what it printed on stderr, behind the first `from` bytes.
  bool AwaitErr(std::string_view text, std::size_t from = 0,
                Duration patience = Duration(10'000)) const;

 private:
  void Finish();
  void Collect(int fd, std::string& into);
  std::string Copy(const std::string& collected) const;

  pid_t pid_ = -1;
  std::optional<int> status_;
  mutable std::mutex mutex_;  ///< of the two below
  std::string out_;
  std::string err_;
  std::thread out_reader_;
  std::thread err_reader_;
};

}  // namespace agm::test
