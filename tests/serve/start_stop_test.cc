// The start and the end of `agm serve` as a process.

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "tests/serve/served.h"
#include "tests/support/sanitized.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tls.h"

namespace agm::test {
namespace {

/// Tests of `agm serve` where the program must not start.
class ServeRefusesTest : public ServedTest {
 protected:
  /// The program's message before it exits with 2.
  std::string Refused(std::vector<std::string> arguments = {},
                      const std::function<void()>& prepare = {}) {
    Launch(std::move(arguments), prepare);
    EXPECT_EQ(agm_->Wait(), 2) << Said();
    EXPECT_EQ(agm_->out(), "");
    return agm_->err();
  }
  static ::testing::AssertionResult Has(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "no \"" << part << "\" in: " << text;
  }
};

TEST_F(ServeRefusesTest, APortThatIsInUse) {
  Serve();
  const std::unique_ptr<Program> first = std::move(agm_);
  const std::string port = std::to_string(port_);
  EXPECT_TRUE(Has(Refused({"--port", port}), "agm itself runs on port " + port + " already"));
  agm_.reset();
}

TEST_F(ServeRefusesTest, WithAJsonLineWhereTheLogIsJson) {
  Serve();
  const std::unique_ptr<Program> first = std::move(agm_);
  const std::string port = std::to_string(port_);
  const std::string taken = Refused({"--port", port, "--log-format", "json"});
  EXPECT_TRUE(Has(taken, R"("level":"error","msg":"agm itself runs on port )")) << taken;
  home_.Write(kConfig, "[proxy]\nport = \"x\"\n");
  for (const std::string& said : {taken, Refused({"--log-format", "json"})}) {
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
      const Json json = Json::parse(line, nullptr, false);
      EXPECT_TRUE(json.is_object() && json["code"] == "config") << line;
    }
  }
}

TEST_F(ServeRefusesTest, ALimitOfProcessesThatLeavesItTooFewThreads) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer has threads of its own";
  if (::geteuid() != 0) GTEST_SKIP() << "the limit counts all processes of this user";
  LetOthersIn();
  for (rlim_t most = 1; most <= 9; ++most) {
    const auto limited = [most] {
      const rlimit limit{most, most};
      const bool own = ::setgroups(0, nullptr) == 0 && ::setuid(65'533) == 0;
      if (!own || ::setrlimit(RLIMIT_NPROC, &limit) != 0) ::_exit(99);
    };
    Launch({}, limited);
    EXPECT_EQ(agm_->Wait(), 1) << most << ": " << Said();
    EXPECT_TRUE(Has(agm_->err(), "gives this process no thread")) << most;
    EXPECT_TRUE(Has(agm_->err(), "ulimit -u")) << most;
    if (most % 4 != 0) continue;
    Launch({"--log-format", "json"}, limited);
    EXPECT_EQ(agm_->Wait(), 1) << most << ": " << Said();
    EXPECT_TRUE(Has(agm_->err(), R"("level":"error","msg":"the system gives this)")) << most;
  }
}

TEST_F(ServeRefusesTest, NotButWarnsOfASecondGatewayWithItsState) {
  Serve();
  const std::unique_ptr<Program> first = std::move(agm_);
  Serve();
  EXPECT_TRUE(agm_->AwaitErr("another gateway (http://127.0.0.1:")) << Said();
  EXPECT_TRUE(agm_->AwaitErr("AGM_STATE_DIR"));
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeRefusesTest, APortThatAnotherProgramHas) {
  ScriptedServer other([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(HttpAnswer("{}"));
  });
  const std::string port = std::to_string(other.port());
  EXPECT_TRUE(Has(Refused({"--port", port}), "port " + port + " on 127.0.0.1 is in use"));
}

TEST_F(ServeRefusesTest, APortThatItHasNoRightTo) {
  int first_free = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> first_free;
  if (first_free <= 81) GTEST_SKIP() << "everybody may use every port here";
  LetOthersIn();
  EXPECT_TRUE(Has(Refused({"--port", "81"}, &AsNobody), "no right to listen on port 81"));
}

TEST_F(ServeRefusesTest, AnAddressThatIsNotThere) {
  EXPECT_TRUE(Has(Refused({"--host", "192.0.2.1", "--auth-mode", "off"}),
                  "this machine has no address 192.0.2.1"));
  EXPECT_TRUE(Has(Refused({"--host", "no.such.host.invalid", "--auth-mode", "off"}),
                  "cannot listen on host"));
}

TEST_F(ServeRefusesTest, ToGuessWhereItsFilesAre) {
  environment_.erase("HOME");
  EXPECT_TRUE(Has(Refused(), "the configuration's location is unknown"));
  EXPECT_TRUE(Has(Refused({"--config", home_ / kConfig}), "cannot tell where to keep state"));
  environment_["AGM_STATE_DIR"] = home_ / "state";
  Serve({"--config", home_ / kConfig});
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeRefusesTest, ABrokenConfiguration) {
  home_.Write(kConfig, "[proxy]\nport = \"x\"\nhost = 1\n");
  const std::string said = Refused();
  EXPECT_TRUE(Has(said, "config.toml:2:8: ")) << "every problem has its place";
  EXPECT_TRUE(Has(said, "config.toml:3:8: "));
}

TEST_F(ServeRefusesTest, ACertificateOfNoUse) {
  const Certificate made = MakeCertificate();
  home_.Write(".config/agm/cert.pem", made.certificate);
  WriteConfig("[proxy.tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n");
  EXPECT_TRUE(Has(Refused(), "proxy.tls.key: "));
  home_.Write(".config/agm/key.pem", MakeCertificate().key);
  EXPECT_TRUE(Has(Refused(), "it does not belong to the certificate"));
  home_.Write(".config/agm/key.pem", Encrypted(made.key, "secret"));
  EXPECT_TRUE(Has(Refused(), "the key is encrypted"));
  home_.Write(".config/agm/key.pem", made.key);
  Serve();
  RawClient client = Connect();
  ASSERT_TRUE(client.SpeakTls());
  client.Send(GetBytes("/healthz"));
  EXPECT_EQ(client.Read()->status, 200);
  EXPECT_EQ(Stop(), 0);
}

class CommandsOverTlsTest : public ServedTest {};

TEST_F(CommandsOverTlsTest, TrustTheConfiguredCertificateAndNoOther) {
  const Certificate made = MakeCertificate("gateway.example.com");
  home_.Write(".config/agm/cert.pem", made.certificate);
  home_.Write(".config/agm/key.pem", made.key);
  WriteConfig("[proxy.tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n");
  Serve();
  const Ran models = Run({"models"});
  EXPECT_EQ(models.status, 0) << models.err;
  const std::string url = "https://127.0.0.1:" + std::to_string(port_);
  const Ran probe = Run({"probe", "--only", "health,chat", "--base-url", url});
  EXPECT_EQ(probe.status, 0) << probe.out << probe.err;
  home_.Write(".config/agm/cert.pem", MakeCertificate("gateway.example.com").certificate);
  const Ran other = Run({"models"});
  EXPECT_EQ(other.status, 3);
  EXPECT_NE(other.err.find("the certificate is not trusted"), std::string::npos) << other.err;
}

// ---- Stopping ----------------------------------------------------------------------------------

class ServeStopsTest : public ServedTest {
 protected:
  void Script(const std::string& step) {
    ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{)" + step + "}}]}"));
  }
  bool Refuses() const {
    const TimePoint until = After(SystemClock().Now(), Duration(5'000));
    while (SystemClock().Now() < until) {
      if (!Connect().connected()) return true;
      std::this_thread::sleep_for(Duration(1));
    }
    return false;
  }
};

TEST_F(ServeStopsTest, WhenItsStreamsAreOverAndAcceptsNothingMeanwhile) {
  WriteConfig("drain_delay = 0\n");
  Serve();
  Script(R"("words":40,"pace_ms":20)");
  RawClient idle = Connect();
  idle.Send(GetBytes("/healthz"));
  ASSERT_TRUE(idle.Read());
  RawClient client = Connect();
  client.Send(ChatBytes("count", true));
  ASSERT_NE(client.ReadUntil("data: ").find("data: "), std::string::npos);
  agm_->Signal(SIGTERM);
  EXPECT_TRUE(Refuses());
  EXPECT_TRUE(idle.Closed(Duration(1'000)));
  EXPECT_TRUE(agm_->Runs());
  const std::string rest = client.ReadAll();
  EXPECT_NE(rest.find("[DONE]"), std::string::npos) << rest;
  EXPECT_TRUE(rest.ends_with("0\r\n\r\n"));
  EXPECT_EQ(agm_->Wait(), 0);
  EXPECT_EQ(agm_->out(), "");
}

TEST_F(ServeStopsTest, AtOnceWhenItIsToldTwice) {
  WriteConfig("drain_delay = 0.1\n");
  Serve();
  Script(R"("hang_ms":60000)");
  RawClient client = Connect();
  client.Send(ChatBytes("wait"));
  ASSERT_TRUE(client.Silent(Duration(200)));
  agm_->Signal(SIGTERM);
  ASSERT_TRUE(Refuses());
  EXPECT_TRUE(agm_->Runs());
  const TimePoint begun = SystemClock().Now();
  agm_->Signal(SIGTERM);
  EXPECT_EQ(agm_->Wait(), 0);
  EXPECT_LT(SystemClock().Now() - begun, std::chrono::milliseconds(1'500));
}

TEST_F(ServeStopsTest, AfterDrainTimeoutAtTheLatest) {
  WriteConfig("drain_timeout = 0.3\n");
  Serve();
  Script(R"("hang_ms":60000)");
  RawClient client = Connect();
  client.Send(ChatBytes("wait"));
  ASSERT_TRUE(client.Silent(Duration(200)));
  const TimePoint begun = SystemClock().Now();
  EXPECT_EQ(Stop(), 0);
  const auto took = SystemClock().Now() - begun;
  EXPECT_GT(took, std::chrono::milliseconds(250));
  EXPECT_LT(took, std::chrono::milliseconds(2'500));
}

TEST_F(ServeStopsTest, AfterTheNextRequestOfAnIdleConnection) {
  Serve();
  RawClient idle = Connect();
  RawClient unused = Connect();
  for (RawClient* client : {&idle, &unused}) {
    client->Send(GetBytes("/healthz"));
    ASSERT_EQ(client->Read()->status, 200);
  }
  const TimePoint begun = SystemClock().Now();
  agm_->Signal(SIGTERM);
  ASSERT_TRUE(agm_->AwaitErr("stopping: "));
  EXPECT_TRUE(unused.Silent(Duration(200)));
  idle.Send(ChatBytes("hi"));
  const auto answer = idle.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("Connection"), "close");
  EXPECT_EQ(agm_->Wait(), 0);
  const auto took = SystemClock().Now() - begun;
  EXPECT_GT(took, std::chrono::milliseconds(1'900));
  EXPECT_LT(took, std::chrono::milliseconds(6'000));
}

TEST_F(ServeStopsTest, AtOnceIfNoConnectionIsOpenAndOnSigint) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Serve();
    std::optional<RawClient> idle;
    if (signal == SIGINT) idle.emplace(Connect());
    const TimePoint begun = SystemClock().Now();
    agm_->Signal(signal);
    EXPECT_EQ(agm_->Wait(), 0);
    EXPECT_LT(SystemClock().Now() - begun, std::chrono::milliseconds(1'800));
  }
}

TEST_F(ServeStopsTest, LeavingNothingBehind) {
  Serve();
  EXPECT_TRUE(std::filesystem::exists(home_ / kState / "run.json"));
  EXPECT_EQ(Stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(home_ / kState / "run.json"));
}

}  // namespace
}  // namespace agm::test
