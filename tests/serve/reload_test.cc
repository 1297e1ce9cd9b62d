// New settings while `agm serve` runs: they apply completely or not at all, and no request is lost.

#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/serve/served.h"
#include "tests/support/eventually.h"
#include "tests/support/tls.h"

namespace agm::test {
namespace {

class ServeReloadsTest : public ServedTest {
 protected:
  /// Sends SIGHUP; true if `text` is logged afterwards.
  bool HangUp(std::string_view text) {
    const std::size_t from = agm_->err().size();
    agm_->Signal(SIGHUP);
    return agm_->AwaitErr(text, from);
  }
};

TEST_F(ServeReloadsTest, OnSighupAndOnFileChangesWithoutLosingARequest) {
  Serve();
  std::atomic<bool> over = false;
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&, stream = i % 2 == 0] {
      RawClient client = Connect();  // one connection for all of its requests
      while (!over) {
        client.Send(ChatBytes("hi", stream));
        const auto answer = client.Read();
        answer && answer->status == 200 ? ++good : ++bad;
        if (!answer) return;
      }
    });
  }
  constexpr int kReloads = 60;
  for (int i = 0; i < kReloads; ++i) {
    if (i % 3 == 0) WriteConfig("max_wait = " + std::to_string(i % 5 + 1) + "\n");
    agm_->Signal(SIGHUP);
    std::this_thread::sleep_for(Duration(50));
  }
  over = true;
  for (std::thread& each : clients) each.join();
  EXPECT_EQ(bad, 0) << Said();
  EXPECT_GT(good, 100);
  std::printf("%d requests over %d reloads, %d lost\n", good.load(), kReloads, bad.load());
  EXPECT_TRUE(agm_->AwaitErr("configuration reloaded"));
  EXPECT_EQ(Stop(), 0);
}

TEST_F(ServeReloadsTest, NothingOfABrokenFile) {
  Serve();
  const std::size_t from = agm_->err().size();
  home_.Write(kConfig, "[proxy]\nport = 0\nmax_attempts = \"many\"\n");  // and without an account
  ASSERT_TRUE(agm_->AwaitErr("configuration not reloaded, the old settings stay: ", from));
  EXPECT_NE(agm_->err().find("config.toml:3:16", from), std::string::npos) << Said();
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_TRUE(HangUp("the old settings stay"));
  EXPECT_EQ(ChatStatus(), 200);
  const std::size_t mended = agm_->err().size();
  WriteConfig("", "[proxy.custom_mapping]\n\"mine\" = \"gemini-2.5-flash\"\n");
  EXPECT_TRUE(agm_->AwaitErr("configuration reloaded", mended));
  EXPECT_EQ(Status(GetBytes("/v1/models/mine")), 200);
}

TEST_F(ServeReloadsTest, NewAccountsAndLimits) {
  Serve();
  EXPECT_EQ(ChatStatus(std::string(5000, 'x')), 200);
  const std::size_t from = agm_->err().size();
  WriteConfig("max_body_size = 2000\n");
  ASSERT_TRUE(agm_->AwaitErr("configuration reloaded", from));
  EXPECT_EQ(ChatStatus(std::string(5000, 'x')), 413);
  EXPECT_EQ(ChatStatus(), 200);
}

TEST_F(ServeReloadsTest, TheLogsLevelAndFormat) {
  Serve();
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_TRUE(agm_->AwaitErr("status=200"));
  EXPECT_EQ(agm_->err().find("level=debug"), std::string::npos);
  WriteConfig("", "\n[log]\nlevel = \"debug\"\nformat = \"json\"\n");
  ASSERT_TRUE(agm_->AwaitErr(R"("msg":"configuration reloaded)"));
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_TRUE(agm_->AwaitErr(R"("level":"debug")"));
  EXPECT_TRUE(agm_->AwaitErr(R"("status":200)"));
  WriteConfig("", "\n[log]\nlevel = \"warning\"\n");
  // The line of this reload is below its own level. A request that is not logged tells of it.
  ASSERT_TRUE(Eventually([&] {
    const std::size_t before = agm_->err().size();
    return ChatStatus() == 200 && !agm_->AwaitErr("status", before, Duration(300));
  })) << Said();
  const std::size_t from = agm_->err().size();
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_EQ(Stop(), 0);
  EXPECT_EQ(agm_->err().find("status=200", from), std::string::npos) << Said();
}

class ServeReloadsTlsTest : public ServeReloadsTest {
 protected:
  static constexpr const char* kTls =
      "[proxy.tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n";
  void PutCertificate(const std::string& name) {
    const Certificate made = MakeCertificate(name);
    home_.Write(".config/agm/cert.pem", made.certificate);
    home_.Write(".config/agm/key.pem", made.key);
  }
  std::string NameShown() {
    RawClient client = Connect();
    return client.SpeakTls() ? client.tls()->PeerName() : "";
  }
};

TEST_F(ServeReloadsTlsTest, ARenewedCertificateButNoneOfNoUse) {
  PutCertificate("first");
  WriteConfig(kTls);
  Serve();
  EXPECT_NE(agm_->err().find("https://127.0.0.1:"), std::string::npos);
  EXPECT_EQ(NameShown(), "first");
  PutCertificate("second");
  EXPECT_EQ(NameShown(), "first") << "it reloads when it is told to";
  EXPECT_TRUE(HangUp("configuration reloaded"));
  EXPECT_EQ(NameShown(), "second");
  home_.Write(".config/agm/key.pem", "rubbish");
  EXPECT_TRUE(HangUp("configuration not reloaded, the old settings stay: proxy.tls.key"));
  EXPECT_EQ(NameShown(), "second");
}

TEST_F(ServeReloadsTlsTest, TlsItselfIsTurnedOnAndOff) {
  PutCertificate("localhost");
  Serve();
  EXPECT_EQ(ChatStatus(), 200);
  std::size_t from = agm_->err().size();
  WriteConfig(kTls);
  ASSERT_TRUE(agm_->AwaitErr("configuration reloaded", from));
  EXPECT_EQ(NameShown(), "localhost");
  EXPECT_NE(home_.Read(std::string(kState) + "/run.json").find("https://"), std::string::npos);
  EXPECT_EQ(ChatStatus(), 400) << "plain HTTP is told that this is TLS";
  from = agm_->err().size();
  WriteConfig();
  ASSERT_TRUE(agm_->AwaitErr("configuration reloaded", from));
  EXPECT_EQ(ChatStatus(), 200);
  EXPECT_EQ(home_.Read(std::string(kState) + "/run.json").find("https://"), std::string::npos);
}

}  // namespace
}  // namespace agm::test
