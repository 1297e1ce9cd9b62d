// The page's state of the gateway at a glance, and what it warns of.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "core/ledger/recording.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls.h"

namespace agm::gateway {
namespace {

class StatusPageTest : public GatewayTest {
 protected:
  Json Status() { return Ask("GET", "/agm/status").json(); }

  /// The warnings as "KIND: TEXT", with a semicolon behind each.
  static std::string WarningsOf(const Json& status) {
    std::string all;
    for (const Json& each : status["warnings"]) {
      all += each["kind"].get<std::string>() + ": " + each["text"].get<std::string>() + ";";
    }
    return all;
  }

  /// The warnings of a gateway with TLS whose certificate ends after `days`.
  std::string WarningsWithCertificate(int days) {
    const test::Certificate made = test::MakeCertificate("localhost", days);
    config_.proxy.tls = {folder_.Write("cert.pem", made.certificate),
                         folder_.Write("key.pem", made.key)};
    Start();
    test::RawClient client(service_->port());
    EXPECT_TRUE(client.SpeakTls());
    client.Send("GET /agm/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.Read();
    EXPECT_TRUE(answer);
    return answer ? WarningsOf(Json::parse(answer->body, nullptr, false)) : "no answer";
  }

  test::TempDir folder_;
};

TEST_F(StatusPageTest, AHealthyGatewayWarnsOfNothing) {
  Add("work", "AIza-work");
  Start();
  const Json status = Status();
  EXPECT_EQ(WarningsOf(status), "");
  EXPECT_EQ(status["in_flight"], 0);
  EXPECT_FALSE(status.contains("cluster"));
}

TEST_F(StatusPageTest, SaysWhoTheVisitorIs) {
  Start();
  EXPECT_EQ(Status()["visitor"]["signed_in"], false);
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  config_.proxy.api_keys = {{"default", Secret("sk-page")}};
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  const Json visitor =
      Ask("GET", "/agm/status", "", {{"Authorization", "Bearer sk-page"}}).json()["visitor"];
  EXPECT_EQ(visitor["signed_in"], true);
  EXPECT_EQ(visitor["admin"], true);
  EXPECT_EQ(visitor["name"], "default");
}

TEST_F(StatusPageTest, CountsAccountsAndThoseThatAreTheMock) {
  Add("work", "AIza-work");
  Add("spare", "AIza-spare");
  for (const char* name : {"mock-1", "mock-2", "mock-3"}) {
    Add(name, name);
    config_.accounts.back().kind = config::AccountKind::kMock;
  }
  config_.accounts[1].enabled = false;
  Start();
  const Json accounts = Status()["accounts"];
  EXPECT_EQ(accounts["total"], 5);
  EXPECT_EQ(accounts["ready"], 4);
  EXPECT_EQ(accounts["mock"], 3);
}

TEST_F(StatusPageTest, CountsTheRequestsAtUpstreams) {
  ASSERT_TRUE(mock_->SetScript(
      R"({"steps": [{"do": {"words": 5, "stall_after_events": 1, "stall_ms": 60000}}]})"));
  Add("work", "AIza-work");
  Start();
  const std::string body = ChatBody("hello", true);
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1/chat/completions";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = body;
  auto stream = client_.Send(request, NeverCancelled());
  ASSERT_TRUE(stream);
  std::string text;
  ASSERT_TRUE((*stream)->Read(text, TimePoint::max(), NeverCancelled()));
  const Json status = Status();
  EXPECT_EQ(status["in_flight"], 1);
  EXPECT_EQ(status["accounts"]["in_flight"], 1);
  stream->reset();
}

TEST_F(StatusPageTest, WarnsWhileTheLogOfRequestsCannotBeWritten) {
  auto requests = store::Database::OpenInMemory(ledger::RequestsFile());
  store::Database& file = *requests;
  const auto allow_writing = [&](bool yes) {
    EXPECT_TRUE(file.Read([&](store::Connection& connection) {
      return connection.Query(yes ? "PRAGMA query_only = OFF" : "PRAGMA query_only = ON", {},
                              [](const store::Row&) {});
    }));
  };
  Add("work", "AIza-work");
  Start(std::move(requests));
  allow_writing(false);
  Chat("hi");
  EXPECT_FALSE(service_->FlushLog());
  EXPECT_EQ(WarningsOf(Status()), "log: the request log cannot be written; totals wait in memory;");
  allow_writing(true);
  EXPECT_TRUE(service_->FlushLog());
  EXPECT_EQ(WarningsOf(Status()), "");
}

TEST_F(StatusPageTest, WarnsWhileTheLogOfRequestsIsOff) {
  config_.log.requests = false;
  Start();
  EXPECT_EQ(WarningsOf(Status()), "log: log.requests is off: the page shows totals only;");
}

TEST_F(StatusPageTest, WarnsWhileBodiesAreRecorded) {
  ASSERT_TRUE(
      ledger::Recording::Start(folder_.path(), SystemClock().Wall() + std::chrono::hours(1)));
  Start(LogIn(folder_.path()));
  const std::string warnings = WarningsOf(Status());
  EXPECT_TRUE(warnings.starts_with("recording: ")) << warnings;
  EXPECT_NE(warnings.find("`agm logs record off`"), std::string::npos) << warnings;
}

TEST_F(StatusPageTest, WarnsOfACertificateThatEndsSoon) {
  EXPECT_TRUE(
      WarningsWithCertificate(1).starts_with("certificate: the TLS certificate ends on 20"));
}

TEST_F(StatusPageTest, AcceptsACertificateOfAYear) { EXPECT_EQ(WarningsWithCertificate(365), ""); }

}  // namespace
}  // namespace agm::gateway
