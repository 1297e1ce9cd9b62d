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

/// A program that runs in its own process; its output is collected. The destructor kills it.
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

  /// `prepare` runs in the new process before the program starts (limits, another user); it may
  /// only make system calls.
  Program(std::vector<std::string> arguments, const Environment& environment,
          const std::function<void()>& prepare = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  /// The exit status, or minus the signal that ended the program; nullopt if it still runs after
  /// `patience`. After the end, all output has been collected.
  std::optional<int> Wait(Duration patience = Duration(10'000));
  bool Runs();

  std::string out() const { return Copy(out_); }
  std::string err() const { return Copy(err_); }
  /// Waits until stderr contains `text` after its first `from` bytes.
  bool AwaitErr(std::string_view text, std::size_t from = 0,
                Duration patience = Duration(10'000)) const;

 private:
  void Finish();
  void Collect(int fd, std::string& into);
  std::string Copy(const std::string& collected) const;

  pid_t pid_ = -1;
  std::optional<int> status_;
  mutable std::mutex mutex_;  ///< guards the two members below
  std::string out_;
  std::string err_;
  std::thread out_reader_;
  std::thread err_reader_;
};

}  // namespace agm::test
