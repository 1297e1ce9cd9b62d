#include "tests/support/redis_server.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>
#include <utility>

namespace agm::test {
namespace {

std::string Binary() {
  constexpr std::array<std::string_view, 3> kPlaces = {
      "/usr/bin/redis-server", "/usr/bin/valkey-server", "/usr/local/bin/redis-server"};
  for (const std::string_view place : kPlaces) {
    if (::access(std::string(place).c_str(), X_OK) == 0) return std::string(place);
  }
  return {};
}

}  // namespace

bool RedisServer::Installed() { return !Binary().empty(); }

RedisServer::RedisServer(Program::Environment environment) : environment_(std::move(environment)) {
  Start();
}

RedisServer::~RedisServer() {
  if (program_) Resume();
}

std::string RedisServer::url() const { return "unix://" + (folder_ / "server.sock").string(); }

void RedisServer::Start() {
  const std::string socket = (folder_ / "server.sock").string();
  program_ = std::make_unique<Program>(
      std::vector<std::string>{Binary(), "--port", "0", "--unixsocket", socket, "--save", "",
                               "--appendonly", "no", "--dir", folder_.path().string()},
      environment_);
  for (int i = 0; i < 500 && ::access(socket.c_str(), W_OK) != 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void RedisServer::Kill() {
  Resume();
  program_->Signal(SIGKILL);
  program_->Wait();
  ::unlink((folder_ / "server.sock").c_str());
}

void RedisServer::Pause() const { program_->Signal(SIGSTOP); }
void RedisServer::Resume() const { program_->Signal(SIGCONT); }

}  // namespace agm::test
