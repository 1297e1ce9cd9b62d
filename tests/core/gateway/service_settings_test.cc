// What the configuration sets for the whole gateway, at its start and at a reload.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "core/keys/key_text.h"
#include "core/ledger/entry_json.h"
#include "core/ledger/requests.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/packed.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kFine =
    R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}})";
const std::string kLacking =
    R"({"error":{"code":404,"status":"NOT_FOUND","message":"models/x is not found for API version )"
    R"(v1beta, or is not supported for generateContent."}})";

class ServiceSettings : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    config_.accounts.push_back(AccountOf("one", "key-one", "https://upstream.invalid"));
    Answers([](const SentRequest&) { return FakeAnswer::Json(kFine); });
  }

  void Answers(test::FakeTransport::Rule rule) { network_.AnswerBy(std::move(rule)); }

  void Reload() {
    const auto applied = service_->Apply(std::make_shared<const config::Config>(config_));
    ASSERT_TRUE(applied) << applied.error().message;
  }

  /// Starts with the files of `folder_`, as a gateway does that was started before.
  void StartFromFiles() {
    database_ = store::Database::Open(folder_.path() / "state", Duration(10));
    Start(LogIn(folder_.path() / "log"));
  }

  Json Rows() { return Ask("GET", "/agm/requests").json()["requests"]; }

  /// The name of the account that answers.
  std::string Server() {
    const Got got = Chat("question " + std::to_string(++questions_));
    EXPECT_EQ(got.status, 200) << got.body;
    const std::string label = got.header("x-account-email");
    return label.substr(0, label.find('@'));
  }

  test::TempDir folder_;
  test::FakeTransport network_;
  int questions_ = 0;  ///< of conversations that have no account yet
};

TEST_F(ServiceSettings, TheLimitOfBodiesFollowsAReload) {
  Start();
  const std::string body = ChatBody(std::string(2'000, 'x'));
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", body).status, 200);
  config_.proxy.max_body_size = 1'000;
  Reload();
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", body).status, 413);
  config_.proxy.max_body_size = 10'000;
  Reload();
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", body).status, 200);
}

TEST_F(ServiceSettings, AReloadAsksForTheModelsAnew) {
  std::atomic<bool> newer = false;
  Answers([&](const SentRequest&) {
    return FakeAnswer::Json(R"({"models":[{"name":"models/gemini-)" +
                            std::string(newer ? "new" : "old") +
                            R"(","supportedGenerationMethods":["generateContent"]}]})");
  });
  config_.proxy.list_aliases = false;
  Start();
  const auto listed = [&] { return Ask("GET", "/v1/models").json()["data"][0]["id"]; };
  EXPECT_EQ(listed(), "gemini-old");
  newer = true;
  EXPECT_EQ(listed(), "gemini-old") << "the list is fresh";
  Reload();
  EXPECT_EQ(listed(), "gemini-new");
}

TEST_F(ServiceSettings, AReloadForgetsWhichAccountLacksAModel) {
  config_.accounts.push_back(AccountOf("two", "key-two", "https://upstream.invalid"));
  config_.accounts[1].priority = 1;
  std::atomic<bool> lacks = true;
  Answers([&](const SentRequest& request) {
    return lacks && request.credential == "key-one" ? FakeAnswer::Json(kLacking, 404)
                                                    : FakeAnswer::Json(kFine);
  });
  Start();
  EXPECT_EQ(Server(), "two");
  lacks = false;
  EXPECT_EQ(Server(), "two");
  Reload();
  EXPECT_EQ(Server(), "one");
}

TEST_F(ServiceSettings, RequestsAreLoggedWhereTheConfigurationSaysSo) {
  config_.log.requests = false;
  Start();
  Chat("hi");
  service_->FlushLog();
  EXPECT_EQ(Rows().size(), 0U);
  config_.log.requests = true;
  Reload();
  Chat("hi");
  service_->FlushLog();
  ASSERT_EQ(Rows().size(), 1U);
  config_.log.requests = false;
  Reload();
  Chat("hi");
  service_->FlushLog();
  EXPECT_EQ(Rows().size(), 1U);
}

TEST_F(ServiceSettings, AddressesAreLoggedOnlyOnDemand) {
  StartFromFiles();
  Chat("hi");
  service_->FlushLog();
  config_.log.addresses = true;
  Reload();
  Chat("hi");
  End();
  std::vector<std::string> addresses;
  const auto file =
      store::Database::Open(folder_.path() / "log", Duration(10), ledger::RequestsFile());
  const auto read = file->Read([&](store::Connection& connection) -> Result<void> {
    const auto rows = ledger::ReadRequests(connection, {});
    if (!rows) return rows.error();
    for (const auto& row : *rows) addresses.push_back(row.entry.address);
    return {};
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(addresses, (std::vector<std::string>{"127.0.0.1", ""}));
}

TEST_F(ServiceSettings, TheStatusTellsWhenTheGatewayWasStarted) {
  const std::string before = ledger::WriteTimestamp(SystemClock().Wall());
  Start();
  const Json status = Ask("GET", "/agm/status").json();
  EXPECT_GE(status["started"].get<std::string>(), before) << status;
  EXPECT_LE(status["started"].get<std::string>(), status["now"].get<std::string>());
  EXPECT_GE(status["uptime_seconds"].get<int>(), 0);
  EXPECT_LE(status["uptime_seconds"].get<int>(), 60);
}

TEST_F(ServiceSettings, TheCollectorIsToldWhoReports) {
  config_.telemetry.endpoint = "http://collector.test:4318";
  config_.telemetry.service_name = "edge-7";
  config_.telemetry.resource = {{"deployment.environment.name", "staging"}};
  config_.telemetry.headers = {{"x-team", Secret("blue")}};
  config_.telemetry.detail = config::TelemetryDetail::kTries;
  Guarded<std::vector<SentRequest>> reports;
  Answers([&](const SentRequest& request) {
    if (!request.url.starts_with("http://collector.test:4318")) return FakeAnswer::Json(kFine);
    auto all = reports.Lock();
    all->push_back(request);
    return FakeAnswer::Json("{}");
  });
  Start();
  Chat("hi");
  End();
  bool spans = false;
  for (const SentRequest& report : reports.Copy()) {
    EXPECT_EQ(http::FindHeader(report.headers, "x-team"), "blue") << report.url;
    const std::string text = test::Unpacked(report.body);
    for (const char* part :
         {R"("service.name")", R"("edge-7")", R"("deployment.environment.name")", R"("staging")"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << text;
    }
    if (!report.url.ends_with("/v1/traces")) continue;
    spans = true;
    EXPECT_EQ(Json::parse(text)["resourceSpans"][0]["scopeSpans"][0]["spans"].size(), 3U)
        << "the request, the call of the model and its only try: " << text;
  }
  EXPECT_TRUE(spans);
}

TEST_F(ServiceSettings, TheCollectorIsToldWithTheNamesAndTheDetailOfTheConfiguration) {
  config_.telemetry.endpoint = "http://collector.test:4318";
  config_.telemetry.semconv = config::Semconv::kSemconv136;
  Guarded<std::string> spans;
  Answers([&](const SentRequest& request) {
    if (request.url.ends_with("/v1/traces")) spans.Set(test::Unpacked(request.body));
    return FakeAnswer::Json(kFine);
  });
  Start();
  Chat("hi");
  End();
  const std::string text = spans.Copy();
  EXPECT_NE(text.find(R"("gen_ai.system")"), std::string::npos) << text;
  EXPECT_EQ(text.find(R"("gen_ai.provider.name")"), std::string::npos) << text;
  EXPECT_EQ(Json::parse(text)["resourceSpans"][0]["scopeSpans"][0]["spans"].size(), 2U) << text;
}

TEST_F(ServiceSettings, WhatAKeyHasSpentOutlivesARestart) {
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  const keys::NewKey made = keys::MakeKey();
  config::ClientKey& key = config_.keys.emplace_back();
  key.name = "ci";
  key.id = made.id;
  key.hash = made.hash;
  key.tokens.month = 1'000;
  const std::vector<http::Header> headers = {{"Authorization", "Bearer " + made.key.Reveal()}};
  StartFromFiles();
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi"), headers).status, 200);
  const Json before = Ask("GET", "/agm/me", "", headers).json();
  EXPECT_EQ(before["spent"]["month"]["tokens"], 5);
  End();
  StartFromFiles();
  const Json after = Ask("GET", "/agm/me", "", headers).json();
  EXPECT_EQ(after["spent"], before["spent"]);
  EXPECT_EQ(after["tokens"], before["tokens"]);
}

}  // namespace
}  // namespace agm::gateway
