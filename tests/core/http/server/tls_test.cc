// Tests that concern TLS alone. The tests of Server check everything else over TLS when they
// run with AGM_TEST_TLS set.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/http/client/curl_transport.h"
#include "core/http/server/tls_identity.h"
#include "tests/core/http/server/running_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls.h"

namespace agm::http {
namespace {

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A matching certificate and key in two files, which tests may damage.
struct Files {
  Files() {
    const test::Certificate made = test::MakeCertificate();
    tls = {folder.Write("cert.pem", made.certificate), folder.Write("key.pem", made.key)};
    key = made.key;
  }
  std::string Refused() const {
    auto identity = TlsIdentity::Load(tls);
    if (identity) return "it is taken";
    EXPECT_EQ(identity.error().code, ErrorCode::kConfig);
    return identity.error().message;
  }
  test::TempDir folder;
  TlsFiles tls;
  std::string key;
};

TEST(TlsIdentity, TakesACertificateWithItsKeyAndChain) {
  const Files files;
  EXPECT_EQ(files.Refused(), "it is taken");
  files.folder.Write("cert.pem", files.folder.Read("cert.pem") +
                                     test::MakeCertificate("an authority").certificate);
  EXPECT_EQ(files.Refused(), "it is taken");
}

TEST(TlsIdentity, KnowsWhenItsCertificateEnds) {
  const WallTime now = SystemClock().Wall();
  const auto identity = MakeIdentity();
  EXPECT_GE(identity->expires(), now + std::chrono::hours(23));
  EXPECT_LE(identity->expires(), now + std::chrono::hours(25));
}

TEST(TlsIdentity, NamesTheSettingAndTheFileThatIsMissing) {
  Files files;
  const std::string good = files.tls.certificate;
  files.tls.certificate = files.folder / "none.pem";
  EXPECT_TRUE(files.Refused().starts_with("proxy.tls.certificate: ")) << files.Refused();
  EXPECT_NE(files.Refused().find(files.tls.certificate), std::string::npos) << files.Refused();
  files.tls.certificate = good;
  files.tls.key = files.folder / "none.pem";
  EXPECT_TRUE(files.Refused().starts_with("proxy.tls.key: ")) << files.Refused();
  EXPECT_NE(files.Refused().find(files.tls.key), std::string::npos) << files.Refused();
}

TEST(TlsIdentity, SaysWhatAFileShouldHold) {
  const Files files;
  files.folder.Write("cert.pem", files.key);
  EXPECT_EQ(files.Refused(), "proxy.tls.certificate: " + files.tls.certificate +
                                 ": expected a certificate in PEM, found none");
  files.folder.Write("cert.pem", test::MakeCertificate().certificate);
  files.folder.Write("key.pem", "what is this?");
  EXPECT_EQ(files.Refused(),
            "proxy.tls.key: " + files.tls.key + ": expected a private key in PEM, found none");
}

TEST(TlsIdentity, TellsAKeyOfAnotherCertificate) {
  const Files files;
  files.folder.Write("key.pem", test::MakeCertificate().key);
  EXPECT_EQ(files.Refused(), "proxy.tls.key: " + files.tls.key +
                                 ": it does not belong to the certificate " +
                                 files.tls.certificate);
}

TEST(TlsIdentity, ReportsAnEncryptedKeyWithoutAPrompt) {
  const Files files;
  files.folder.Write("key.pem", test::Encrypted(files.key, "passphrase"));
  EXPECT_NE(files.Refused().find("the key is encrypted"), std::string::npos) << files.Refused();
}

TEST(TlsIdentity, RefusesABrokenChain) {
  const Files files;
  const std::string certificate = files.folder.Read("cert.pem");
  std::string broken = certificate;
  broken.replace(broken.size() / 2, 4, "!!!!");
  files.folder.Write("cert.pem", certificate + broken);
  EXPECT_NE(files.Refused().find("a certificate of its chain is broken"), std::string::npos)
      << files.Refused();
}

Reply Path(Request& request) { return Text(request.path); }

class HttpServerTls : public ::testing::Test {
 protected:
  explicit HttpServerTls(Limits limits = {}) : server_(&Path, limits) {
    server_->UseTls(MakeIdentity());
  }
  test::RawClient Connect() const {
    test::RawClient client(server_.port());
    EXPECT_TRUE(client.SpeakTls());
    return client;
  }
  RunningServer server_;
};

TEST_F(HttpServerTls, ChoosesHttp11AndNoOther) {
  EXPECT_EQ(Connect().tls()->Protocol(), "http/1.1");
  auto client = Connect();
  client.Send(kGet);
  EXPECT_EQ(client.Read()->body, "/x");
}

// poll does not report a record that OpenSSL has already read.
TEST_F(HttpServerTls, LosesNoRequestThatWaitsInsideARecord) {
  auto client = Connect();
  std::string all;
  constexpr int kRequests = 300;  // 16 kB of them: one record
  for (int i = 0; i < kRequests; ++i) {
    all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\nA: 123456789\r\n\r\n";
  }
  client.Send(all);
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body, "/" + std::to_string(i));
  }
}

TEST_F(HttpServerTls, ServesOthersWhileAHandshakeHangs) {
  std::vector<test::RawClient> silent;
  for (int i = 0; i < 50; ++i) {
    silent.emplace_back(server_.port());
    silent.back().Send(i % 2 == 0 ? "" : "\x16\x03\x01\x02");
  }
  auto client = Connect();
  client.Send(kGet);
  EXPECT_EQ(client.Read()->body, "/x");
  EXPECT_TRUE(Eventually([&] { return server_->in_flight() == 0; }));
}

class HttpServerTlsImpatient : public HttpServerTls {
 protected:
  HttpServerTlsImpatient() : HttpServerTls(Impatient()) {}
  static Limits Impatient() {
    Limits limits;
    limits.header_timeout = Duration(200);
    return limits;
  }
};

TEST_F(HttpServerTlsImpatient, GivesAHandshakeNoMoreTimeForEachOfItsBytes) {
  test::RawClient client(server_.port());
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  const auto begun = std::chrono::steady_clock::now();
  for (const char byte : hello) {
    if (!client.Send(std::string_view(&byte, 1)) || !client.Silent(Duration(50))) break;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(450));
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTls, TellsAPlainHttpClientWhatToDo) {
  test::RawClient client(server_.port());
  client.Send(kGet);
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_NE(answer->body.find("https://"), std::string::npos);
  EXPECT_TRUE(client.Closed());
}

TEST_F(HttpServerTls, ShowsANewCertificateToNewConnectionsOnly) {
  auto before = Connect();
  server_->UseTls(MakeIdentity("renewed"));
  auto after = Connect();
  EXPECT_EQ(before.tls()->PeerName(), "localhost");
  EXPECT_EQ(after.tls()->PeerName(), "renewed");
  before.Send(kGet);
  EXPECT_EQ(before.Read()->body, "/x");
  server_->UseTls(nullptr);
  test::RawClient plain(server_.port());
  plain.Send(kGet);
  EXPECT_EQ(plain.Read()->body, "/x");
  after.Send(kGet);
  EXPECT_EQ(after.Read()->body, "/x");
}

TEST_F(HttpServerTls, IsTrustedByAClientThatIsGivenItsCertificateAndByNoOther) {
  const Files files;
  server_->UseTls(*TlsIdentity::Load(files.tls));
  CurlTransport transport;
  OutgoingRequest request;
  request.method = "GET";
  const auto send = [&](const std::string& host, const std::string& certificate) {
    request.url = "https://" + host + ":" + std::to_string(server_.port()) + "/x";
    request.certificate = certificate;
    return transport.Send(request, NeverCancelled());
  };
  const std::string own = files.folder.Read("cert.pem");
  ASSERT_TRUE(send("127.0.0.1", own)) << send("127.0.0.1", own).error().message;
  EXPECT_TRUE(send("a.localhost", own)) << "under a name that it was not made for";
  for (const std::string& other : {std::string(), test::MakeCertificate().certificate}) {
    const auto refused = send("127.0.0.1", other);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("the certificate is not trusted"), std::string::npos)
        << refused.error().message;
  }
}

// Records of 16 kB, slices of 64 kB: neither side may wait for bytes that the other one holds back.
TEST(HttpServerTlsEcho, BodiesOfAnySizeGoBothWaysOverOneConnection) {
  const Files files;
  RunningServer server([](Request& request) {
    if (request.path == "/whole") return Text(request.body);
    return Stream([rest = request.body](std::string& out) mutable {
      out = rest.substr(0, 30'000);
      rest.erase(0, out.size());
      return !out.empty();
    });
  });
  server->UseTls(*TlsIdentity::Load(files.tls));
  CurlTransport transport;
  const std::string certificate = files.folder.Read("cert.pem");
  for (const std::size_t size : {0UL, 1UL, 16'383UL, 16'384UL, 16'385UL, 65'536UL, 5'000'000UL}) {
    const std::string sent(size, static_cast<char>('a' + size % 26));
    for (const std::string path : {"/whole", "/streamed"}) {
      OutgoingRequest request;
      request.url = "https://127.0.0.1:" + std::to_string(server.port()) + path;
      request.certificate = certificate;
      request.body = sent;
      auto answer = transport.Send(request, NeverCancelled());
      ASSERT_TRUE(answer) << answer.error().message;
      std::string body;
      Result<ReadState> state = ReadState::kData;
      while (state && *state == ReadState::kData) {
        state = (*answer)->Read(body, TimePoint::max(), NeverCancelled());
      }
      ASSERT_TRUE(state) << state.error().message;
      EXPECT_EQ(body, sent) << path << " " << size;
      EXPECT_EQ(transport.idle(), 1U);
    }
  }
}

TEST_F(HttpServerTls, EndsAConnectionInTlssOwnWay) {
  auto client = Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Read()->body, "/x");
  EXPECT_TRUE(client.Closed());
  EXPECT_TRUE(client.tls()->Ended());
}

}  // namespace
}  // namespace agm::http
