#include "core/gateway/replies.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/ledger/journal.h"
#include "core/ledger/schema.h"
#include "tests/support/fake_clock.h"

namespace agm::gateway {
namespace {

class Replies : public ::testing::Test {
 protected:
  static std::string HeaderOf(const http::Reply& reply, std::string_view name) {
    for (const auto& [each, value] : reply.headers) {
      if (each == name) return value;
    }
    return {};
  }
  http::Reply RefuseWith(Error error) {
    return Refuse(Surface::kOpenAi, std::move(error), record_, config_);
  }

  test::FakeClock clock_;
  std::unique_ptr<Log> log_ = Log::Silent();
  std::unique_ptr<store::Database> database_ =
      store::Database::OpenInMemory(ledger::RequestsFile());
  ledger::Journal journal_{*database_, clock_, [](const ledger::Entry&) {},
                           [](const std::string&) {}};
  config::Config config_;
  Record record_{clock_, *log_, journal_};
};

TEST_F(Replies, ARefusalIsNotedAsItIsSent) {
  const http::Reply reply = RefuseWith(Fail(ErrorCode::kNotFound, "there is no such file"));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(HeaderOf(reply, "x-request-id"), record_.id);
  EXPECT_EQ(HeaderOf(reply, "Content-Type"), "application/json");
  EXPECT_EQ(HeaderOf(reply, "WWW-Authenticate"), "");
  EXPECT_EQ(record_.status, 404);
  EXPECT_EQ(record_.error, "not_found");
  EXPECT_EQ(record_.why, "there is no such file");
  EXPECT_EQ(record_.end, EndedBy::kGateway);
}

TEST_F(Replies, ARefusedCredentialIsAskedForAgain) {
  const http::Reply reply = RefuseWith(Fail(ErrorCode::kUnauthenticated, "which key?"));
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(HeaderOf(reply, "WWW-Authenticate"), "Bearer");
}

TEST_F(Replies, ACancelledRequestIsEndedByTheClient) {
  RefuseWith(Fail(ErrorCode::kCancelled, "the client went away"));
  EXPECT_EQ(record_.end, EndedBy::kClient);
}

TEST_F(Replies, AnErrorNamesTheTraceBesideTheAccounts) {
  record_.trace.trace_id = "0af7651916cd43dd8448eb211c80319c";
  Error error = Fail(ErrorCode::kRateLimited, "slow down");
  const std::string alone = RefuseWith(error).body;
  EXPECT_NE(alone.find(R"("trace_id":"0af7651916cd43dd8448eb211c80319c"})"), std::string::npos)
      << alone;
  error.members = R"("accounts":[])";
  const std::string both = RefuseWith(error).body;
  EXPECT_NE(both.find(R"("accounts":[],"trace_id":"0af7)"), std::string::npos) << both;
  config_.proxy.expose_account = false;
  const std::string hidden = RefuseWith(error).body;
  EXPECT_EQ(hidden.find("accounts"), std::string::npos) << hidden;
  EXPECT_NE(hidden.find("trace_id"), std::string::npos) << hidden;
}

TEST_F(Replies, TheHeadersOfAModelAreOneLineEach) {
  record_.target = "a\r\nb\x7f";
  record_.account = "work\x1f home";
  record_.limit_headers = {{"x-ratelimit-limit-requests", "5"}};
  http::Reply reply;
  reply.headers = ModelHeaders(record_, config_);
  EXPECT_EQ(HeaderOf(reply, "X-Mapped-Model"), "a  b ");
  EXPECT_EQ(HeaderOf(reply, "X-Account-Email"), "work  home");
  EXPECT_EQ(HeaderOf(reply, "x-ratelimit-limit-requests"), "5");
  config_.proxy.expose_account = false;
  reply.headers = ModelHeaders(record_, config_);
  EXPECT_EQ(HeaderOf(reply, "X-Account-Email"), "");
  record_.target.clear();
  record_.account.clear();
  config_.proxy.expose_account = true;
  record_.limit_headers.clear();
  EXPECT_EQ(ModelHeaders(record_, config_).size(), 1U);
}

TEST_F(Replies, APageIsNotedAsDone) {
  const http::Reply reply = PageReply(503, "text/plain", "no", record_);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "no");
  EXPECT_EQ(HeaderOf(reply, "Content-Type"), "text/plain");
  EXPECT_EQ(HeaderOf(reply, "x-request-id"), record_.id);
  EXPECT_EQ(record_.status, 503);
  EXPECT_EQ(record_.phase, Phase::kDone);
}

TEST_F(Replies, OnlyAnUnknownPathTellsTheBaseUrl) {
  http::Request request;
  request.headers = {{"host", "localhost:8045"}};
  const Error unknown = Fail(ErrorCode::kUnknownRoute, "unknown path");
  const auto told = [&](const Error& error) {
    return WithBaseUrl(error, Surface::kOpenAi, request, config_.proxy).message;
  };
  EXPECT_EQ(told(unknown), "unknown path; the base URL is http://localhost:8045/v1");
  EXPECT_EQ(told(Fail(ErrorCode::kNotFound, "no file")), "no file");
  config_.proxy.tls.certificate = "cert.pem";
  EXPECT_EQ(told(unknown), "unknown path; the base URL is https://localhost:8045/v1");
  request.headers.clear();
  EXPECT_EQ(told(unknown), "unknown path");
}

TEST_F(Replies, AGatewayThatStopsAsksForAnotherTry) {
  class Ending : public Cancellation {
   public:
    bool Cancelled() const override { return true; }
    bool Stopping() const override { return stops; }
    bool stops = false;
  };
  Ending client;
  EXPECT_EQ(WhyCancelled(client).code, ErrorCode::kCancelled);
  client.stops = true;
  const Error stops = WhyCancelled(client);
  EXPECT_EQ(stops.code, ErrorCode::kOverloaded);
  EXPECT_EQ(HeaderOf(RefuseWith(stops), "Retry-After"), "1");
}

}  // namespace
}  // namespace agm::gateway
