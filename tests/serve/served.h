#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
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

/// The built program in the form that users have (AGM_BIN if it is set).
inline std::string Binary() {
  const char* given = ::getenv("AGM_BIN");
  return given != nullptr ? given : AGM_BINARY;
}

/// Secrets that are in every test's configuration and must not appear elsewhere: not in a program's
/// output, its files, or its arguments.
inline const std::string kCanaryAccount = "AIzaCanary-of-the-account-7f3Qk1";
inline const std::string kCanaryClient = "sk-canary-of-the-client-9dX2vb";

/// The place of a secret in `text`; empty: none. A masked key (its ends) is allowed.
inline std::string CanaryIn(const std::string& text) {
  for (const std::string& canary : {kCanaryAccount, kCanaryClient}) {
    const std::size_t at = text.find(canary.substr(6, 14));
    if (at != std::string::npos) return text.substr(at < 100 ? 0 : at - 100, 300);
  }
  return {};
}

/// Tests of `agm serve` as a process, with its own folders and a mock as upstream, which the test
/// can control. After every test the fixture searches for secrets where they must not be.
class ServedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto mock = mock::MockServer::Start({.keep_requests = 1000});
    ASSERT_TRUE(mock) << mock.error().message;
    mock_ = *std::move(mock);
    environment_ = {{"HOME", home_.path()}, {"PATH", "/usr/bin:/bin"}};
    WriteConfig();
  }

  void TearDown() override {
    EXPECT_EQ(CanaryIn(agm_ ? agm_->out() + agm_->err() : ""), "");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(home_.path())) {
      const std::string name = entry.path().lexically_relative(home_.path());
      if (!entry.is_regular_file() || name == kConfig) continue;
      // A killed editor leaves its copy, which only the owner can read, until the next edit.
      const bool copy = name.starts_with(".config/agm/.config.toml.agm-");
      const bool own = (entry.status().permissions() & std::filesystem::perms(077)) ==
                       std::filesystem::perms::none;
      EXPECT_TRUE((copy && own) || CanaryIn(home_.Read(name)).empty()) << name;
    }
  }

  /// A configuration with one account; `proxy` is added to [proxy], `more` at the end.
  std::string ConfigText(const std::string& proxy = "", const std::string& more = "") const {
    return "[proxy]\nport = 0\napi_key = \"" + kCanaryClient + "\"\n" + proxy +
           "\n[[accounts]]\nname = \"work\"\napi_key = \"" + kCanaryAccount + "\"\n" +
           "base_url = \"" + mock_->base_url() + "\"\n" + more;
  }
  /// Writes the file atomically: half a file could be a valid configuration too.
  void WriteConfig(const std::string& proxy = "", const std::string& more = "") {
    ASSERT_TRUE(WriteFileAtomically(home_ / kConfig, ConfigText(proxy, more)));
  }

  void Launch(std::vector<std::string> arguments = {}, const std::function<void()>& prepare = {}) {
    arguments.insert(arguments.begin(), {binary_, "serve"});
    arguments.insert(arguments.begin(), runner_.begin(), runner_.end());
    agm_ = std::make_unique<Program>(std::move(arguments), environment_, prepare);
  }

  /// Starts the program and waits until it listens.
  void Serve(std::vector<std::string> arguments = {}, const std::function<void()>& prepare = {}) {
    Launch(std::move(arguments), prepare);
    ASSERT_TRUE(agm_->AwaitErr("auth ", 0, patience_)) << agm_->err();
    const std::string said = agm_->err();
    const std::string_view at = "://127.0.0.1:";
    port_ = std::stoi(said.substr(said.find(at) + at.size()));
    std::ifstream cmdline("/proc/" + std::to_string(agm_->pid()) + "/cmdline");
    EXPECT_EQ(CanaryIn({std::istreambuf_iterator<char>(cmdline), {}}), "");
  }

  /// The log without access lines.
  std::string Said() const {
    std::istringstream lines(agm_->err());
    std::string said;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" id=req_") == std::string::npos) said += line + "\n";
    }
    return said;
  }

  struct Ran {
    int status = -1000;
    std::string out;
    std::string err;
  };
  /// Runs another command to its end.
  Ran Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), Binary());
    Ran ran;
    {
      Program program(std::move(arguments), environment_);
      ran.status = program.Wait().value_or(-1000);
      ran.out = program.out();
      ran.err = program.err();
    }
    EXPECT_EQ(CanaryIn(ran.out + ran.err), "");
    return ran;
  }

  /// Sends SIGTERM; returns the exit status.
  int Stop() {
    agm_->Signal(SIGTERM);
    return agm_->Wait(patience_).value_or(-1000);
  }

  RawClient Connect() const { return RawClient(port_, patience_); }

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

  /// The status of one response on a new connection; 0: no response.
  int Status(const std::string& request) const {
    RawClient client = Connect();
    client.Send(request);
    const auto answer = client.Read();
    return answer ? answer->status : 0;
  }
  int ChatStatus(const std::string& text = "hi") const { return Status(ChatBytes(text)); }

  /// Lets a program that AsNobody prepared be executed, wherever it was built, and read the
  /// configuration.
  void LetOthersIn() {
    namespace fs = std::filesystem;
    binary_ = home_ / "agm";
    fs::copy_file(Binary(), binary_);
    fs::permissions(binary_, fs::perms(0755));
    fs::permissions(home_.path(), fs::perms::all);
    for (const char* each : {".config", ".config/agm", kConfig}) {
      fs::permissions(home_ / each, fs::perms(0755));
    }
  }
  /// Drops root's privileges, which would override file permissions.
  static void AsNobody() {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setuid(65534) != 0)) ::_exit(99);
  }

  static constexpr const char* kConfig = ".config/agm/config.toml";
  static constexpr const char* kState = ".local/state/agm";

  TempDir home_;
  std::unique_ptr<mock::MockServer> mock_;
  Program::Environment environment_;
  std::string binary_ = Binary();
  std::vector<std::string> runner_;  ///< the words before the program, such as those of valgrind
  Duration patience_{10'000};        ///< for the program's start, its answers and its end
  std::unique_ptr<Program> agm_;
  int port_ = 0;
};

}  // namespace agm::test
