#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/mock/mock_server.h"
#include "tests/support/program.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"

namespace agm::test {

/// The built program, as users have it (AGM_BIN where that is set).
inline std::string Binary() {
  const char* given = ::getenv("AGM_BIN");
  return given != nullptr ? given : AGM_BINARY;
}

/// Tests of `agm serve` as a process, with folders of its own and, upstream, a mock that the test
/// can talk to.
class ServedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto mock = mock::MockServer::Start({.keep_requests = 1000});
    ASSERT_TRUE(mock) << mock.error().message;
    mock_ = *std::move(mock);
    environment_ = {{"HOME", home_.path()}, {"PATH", "/usr/bin:/bin"}};
    WriteConfig();
  }

  /// One account, and what stands in [proxy] and behind it.
  std::string ConfigText(const std::string& proxy = "", const std::string& more = "") const {
    return "[proxy]\nport = 0\n" + proxy +
           "\n[[accounts]]\nname = \"work\"\napi_key = \"good-key\"\n" + "base_url = \"" +
           mock_->base_url() + "\"\n" + more;
  }
  /// Whole or not at all: half a file, if it is read then, is valid settings too.
  void WriteConfig(const std::string& proxy = "", const std::string& more = "") {
    ASSERT_TRUE(WriteFileAtomically(home_ / kConfig, ConfigText(proxy, more)));
  }

  void Launch(std::vector<std::string> arguments = {}, const std::function<void()>& prepare = {}) {
    arguments.insert(arguments.begin(), {Binary(), "serve"});
    agm_ = std::make_unique<Program>(std::move(arguments), environment_, prepare);
  }

  /// Launches it and waits until it listens.
  void Serve(std::vector<std::string> arguments = {}, const std::function<void()>& prepare = {}) {
    Launch(std::move(arguments), prepare);
    ASSERT_TRUE(agm_->AwaitErr("auth ")) << agm_->err();
    const std::string said = agm_->err();
    const std::string_view at = "://127.0.0.1:";
    port_ = std::stoi(said.substr(said.find(at) + at.size()));
  }

  /// What it said beside its access log.
  std::string Said() const {
    std::istringstream lines(agm_->err());
    std::string said;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" id=req_") == std::string::npos) said += line + "\n";
    }
    return said;
  }

  /// Runs another command to its end; its exit status.
  int Agm(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), Binary());
    Program program(std::move(arguments), environment_);
    return program.Wait().value_or(-1000);
  }

  /// SIGTERM, and the exit status.
  int Stop() {
    agm_->Signal(SIGTERM);
    return agm_->Wait().value_or(-1000);
  }

  RawClient Connect() const { return RawClient(port_, Duration(10'000)); }

  static std::string ChatBytes(const std::string& text, bool stream = false) {
    const Json json = {{"model", "gemini-2.5-flash"},
                       {"stream", stream},
                       {"messages", Json::array({{{"role", "user"}, {"content", text}}})}};
    const std::string body = DumpJson(json);
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string GetBytes(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  /// The status of one answer on a connection of its own; 0: none came.
  int Status(const std::string& request) const {
    RawClient client = Connect();
    client.Send(request);
    const auto answer = client.Read();
    return answer ? answer->status : 0;
  }
  int ChatStatus(const std::string& text = "hi") const { return Status(ChatBytes(text)); }

  /// Lets a program that AsNobody prepared read the configuration.
  void LetOthersIn() const {
    namespace fs = std::filesystem;
    fs::permissions(home_.path(), fs::perms::all);
    for (const char* each : {".config", ".config/agm", kConfig}) {
      fs::permissions(home_ / each, fs::perms(0755));
    }
  }
  /// Root may do what others may not.
  static void AsNobody() {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setuid(65534) != 0)) ::_exit(99);
  }

  static constexpr const char* kConfig = ".config/agm/config.toml";
  static constexpr const char* kState = ".local/state/agm";

  TempDir home_;
  std::unique_ptr<mock::MockServer> mock_;
  Program::Environment environment_;
  std::unique_ptr<Program> agm_;
  int port_ = 0;
};

}  // namespace agm::test
