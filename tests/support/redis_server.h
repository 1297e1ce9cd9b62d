#pragma once

#include <memory>
#include <string>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace agm::test {

/// A Redis or Valkey server of this machine, on a Unix socket in a folder of its own; it keeps
/// nothing on disk.
///
///   if (!RedisServer::Installed()) GTEST_SKIP() << "no redis-server";
///   RedisServer server;
///   server.Pause();      // it does not answer any more
///   server.Restart();    // it is empty then
///
/// Thread safety: one thread at a time.
class RedisServer {
 public:
  static bool Installed();
  /// Starts it with these variables and waits until it answers.
  explicit RedisServer(Program::Environment environment = {});
  ~RedisServer();

  /// "unix://PATH"
  std::string url() const;
  void Kill();
  void Start();
  void Restart() {
    Kill();
    Start();
  }
  void Pause() const;
  void Resume() const;

 private:
  const Program::Environment environment_;
  TempDir folder_;
  std::unique_ptr<Program> program_;
};

}  // namespace agm::test
