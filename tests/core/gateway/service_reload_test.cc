// Prices, proxies, certificates and telemetry: what a start and a reload do with them.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/guarded.h"
#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_transport.h"
#include "tests/support/packed.h"
#include "tests/support/service_account_key.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kFine =
    R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}})";
const std::string kCollector = "http://collector.test:4318";

class ServiceReload : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    config_.accounts.push_back(AccountOf("work", "key-work", "https://upstream.invalid"));
    network_.AnswerBy([this](const SentRequest& request) {
      if (request.url.starts_with(kCollector)) {
        auto all = reports_.Lock();
        all->push_back(test::Unpacked(request.body));
      }
      if (request.url.ends_with("/token")) {
        auto proxies = token_proxies_.Lock();
        proxies->push_back(request.proxy);
        return FakeAnswer::Json(R"({"access_token":"t","expires_in":3600})");
      }
      return FakeAnswer::Json(kFine);
    });
  }

  Result<void> Apply() { return service_->Apply(std::make_shared<const config::Config>(config_)); }

  void AddKey() {
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    const keys::NewKey made = keys::MakeKey();
    config::ClientKey& key = config_.keys.emplace_back();
    key.name = "ci";
    key.id = made.id;
    key.hash = made.hash;
    as_ci_ = {{"Authorization", "Bearer " + made.key.Reveal()}};
  }
  Json Spent() { return Ask("GET", "/agm/me", "", as_ci_).json()["spent"]["month"]; }

  void AddRobot(const std::string& name) {
    config_.accounts.push_back(AccountOf(name, "", "https://upstream.invalid"));
    config::Account& account = config_.accounts.back();
    account.kind = config::AccountKind::kVertex;
    account.location = "global";
    account.service_account =
        folder_
            .Write(name + ".json", test::ServiceAccountFile("https://" + name + ".invalid/token"))
            .string();
  }

  /// The attribute of the first call of a model that the collector was told of.
  std::string CallAttribute(const std::string& name) {
    for (const std::string& text : reports_.Copy()) {
      const Json report = Json::parse(text);
      if (!report.contains("resourceSpans")) continue;
      for (const Json& span : report["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
        for (const Json& each : span["attributes"]) {
          if (each["key"] == name) return each["value"].front().get<std::string>();
        }
      }
    }
    return "(none)";
  }

  test::TempDir folder_;
  test::FakeTransport network_;
  Guarded<std::vector<std::string>> reports_;
  Guarded<std::vector<std::string>> token_proxies_;
  std::vector<http::Header> as_ci_;
};

TEST_F(ServiceReload, APriceThatChangedWhileTheGatewayWasDownCorrectsTheMonth) {
  AddKey();
  config::OwnPrice price;
  price.match = "gemini-2.5-flash";
  price.input = price.output = 1'000'000;
  config_.prices = {price};
  Start(LogIn(folder_.path() / "log"));
  ASSERT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi"), as_ci_).status, 200);
  const double before = Spent()["list_usd"];
  EXPECT_GT(before, 0);
  End();
  config_.prices.front().input = config_.prices.front().output = 3'000'000;
  Start(LogIn(folder_.path() / "log"));
  EXPECT_DOUBLE_EQ(Spent()["list_usd"].get<double>(), 3 * before);
  EXPECT_EQ(Spent()["tokens"], 5);
}

TEST_F(ServiceReload, AKeyThatComesBackHasItsSpendAgain) {
  AddKey();
  Start(LogIn(folder_.path() / "log"));
  ASSERT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi"), as_ci_).status, 200);
  ASSERT_TRUE(service_->FlushLog());
  const Json before = Spent();
  const auto keys = std::exchange(config_.keys, {});
  End();
  Start(LogIn(folder_.path() / "log"));
  config_.keys = keys;
  ASSERT_TRUE(Apply());
  EXPECT_EQ(Spent(), before);
}

TEST_F(ServiceReload, ReloadsAreCountedByTheirOutcome) {
  Start();
  ASSERT_TRUE(Apply());
  config_.proxy.tls.certificate = (folder_.path() / "none.pem").string();
  config_.proxy.tls.key = (folder_.path() / "none.key").string();
  EXPECT_FALSE(Apply());
  service_->CountRefusedReload();
  const std::string metrics = Ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("agm_config_reloads_total{outcome=\"applied\"} 1\n"), std::string::npos);
  EXPECT_NE(metrics.find("agm_config_reloads_total{outcome=\"refused\"} 2\n"), std::string::npos);
}

TEST_F(ServiceReload, TokensAreFetchedInAdvanceThroughTheConfiguredProxy) {
  config_.proxy.upstream_proxy = "http://proxy-1:3128";
  AddRobot("first");
  Start();
  EXPECT_TRUE(test::Eventually([&] { return token_proxies_.Copy().size() == 1; }));
  config_.proxy.upstream_proxy = "http://proxy-2:3128";
  AddRobot("second");
  ASSERT_TRUE(Apply());
  EXPECT_TRUE(test::Eventually([&] { return token_proxies_.Copy().size() >= 2; }));
  EXPECT_EQ(token_proxies_.Copy().front(), "http://proxy-1:3128");
  EXPECT_EQ(token_proxies_.Copy().back(), "http://proxy-2:3128");
}

TEST_F(ServiceReload, TokensOfUnusedAccountsAreNotFetched) {
  AddRobot("off");
  config_.accounts.back().enabled = false;
  Start();
  EXPECT_EQ(Chat("hi").status, 200);
  EXPECT_TRUE(token_proxies_.Copy().empty());
}

TEST_F(ServiceReload, TelemetryBeginsWithAReload) {
  Start();
  Chat("hi");
  config_.telemetry.endpoint = kCollector;
  ASSERT_TRUE(Apply());
  Chat("hi");
  End();
  EXPECT_EQ(CallAttribute("gen_ai.provider.name"), "gcp.gemini");
}

TEST_F(ServiceReload, TheCollectorIsToldOfTheUpstreamsKind) {
  config_.telemetry.endpoint = kCollector;
  config_.accounts.front().kind = config::AccountKind::kOpenAi;
  network_.AnswerBy([this](const SentRequest& request) {
    if (request.url.starts_with(kCollector)) {
      auto all = reports_.Lock();
      all->push_back(test::Unpacked(request.body));
    }
    return request.url.ends_with("/chat/completions")
               ? FakeAnswer::Json(
                     R"({"choices":[{"index":0,"message":{"role":"assistant","content":"Fine."},)"
                     R"("finish_reason":"stop"}]})")
               : FakeAnswer::Json(R"({"data":[{"id":"gpt-oss"}]})");
  });
  Start();
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi", false, "gpt-oss")).status, 200);
  End();
  EXPECT_EQ(CallAttribute("gen_ai.provider.name"), "openai");
}

TEST_F(ServiceReload, NoTraceOfItsOwnIsReportedWhereNoneIsSampled) {
  config_.telemetry.endpoint = kCollector;
  config_.telemetry.sample = 0;
  Start();
  Chat("hi");
  End();
  EXPECT_FALSE(reports_.Copy().empty()) << "the metrics count every request";
  EXPECT_EQ(CallAttribute("gen_ai.provider.name"), "(none)");
}

}  // namespace
}  // namespace agm::gateway
