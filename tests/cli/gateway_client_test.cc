#include "cli/gateway_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_file.h"
#include "core/base/file.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

std::vector<std::string> Urls(CommandTest& t) {
  std::vector<std::string> urls;
  auto gateways = FindGateways(t.context());
  EXPECT_TRUE(gateways);
  if (gateways) {
    for (const Gateway& gateway : *gateways) urls.push_back(gateway.url);
  }
  return urls;
}

TEST(FindGateways, TakesTheConfiguredAddressThenTheRunFile) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\napi_key = \"sk-one\"\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  ASSERT_TRUE(run);
  EXPECT_EQ(Urls(t), (std::vector<std::string>{"http://127.0.0.1:9001", "http://127.0.0.1:9002"}));
  const auto gateways = FindGateways(t.context());
  ASSERT_TRUE(gateways);
  for (const Gateway& gateway : *gateways) {
    EXPECT_EQ(gateway.key.Reveal(), "sk-one");
  }
}

TEST(FindGateways, LooksNowhereElseWhereTheEnvironmentSays) {
  CommandTest t;
  t.env["AGM_PORT"] = "9003";
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  ASSERT_TRUE(run);
  EXPECT_EQ(Urls(t), (std::vector<std::string>{"http://127.0.0.1:9003"}));
}

TEST(FindGateways, ReachesAllAddressesOverLoopback) {
  CommandTest t;
  t.WriteConfig("[proxy]\nallow_lan_access = true\napi_key = \"sk-one\"\n");
  EXPECT_EQ(Urls(t), (std::vector<std::string>{"http://127.0.0.1:8045"}));
}

TEST(FindGateways, KnowsPortZeroOnlyFromTheRunFile) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 0\n");
  EXPECT_TRUE(Urls(t).empty());
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  EXPECT_EQ(Urls(t), (std::vector<std::string>{"http://127.0.0.1:9002"}));
}

TEST(FindGateways, PutsIPv6AddressesInBrackets) {
  for (const auto& [host, url] : {std::pair{"::", "http://[::1]:8045"},
                                  {"[::]", "http://[::1]:8045"},
                                  {"::1", "http://[::1]:8045"},
                                  {"[::1]", "http://[::1]:8045"},
                                  {"fd00::7", "http://[fd00::7]:8045"},
                                  {"0.0.0.0", "http://127.0.0.1:8045"},
                                  {"localhost", "http://localhost:8045"}}) {
    CommandTest t;
    t.WriteConfig(fmt::format(
        "[proxy]\nhost = \"{}\"\nallow_lan_access = true\napi_key = \"sk-one\"\n", host));
    EXPECT_EQ(Urls(t), (std::vector<std::string>{url})) << host;
  }
}

TEST(FindGateways, NamesARunningGatewayOnce) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9001");
  EXPECT_EQ(Urls(t), (std::vector<std::string>{"http://127.0.0.1:9001"}));
}

TEST(FindGateways, TakesTheRunFilesKeyOnlyWhereTheConfigurationHasNone) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002", Secret("sk-run"));
  auto gateways = FindGateways(t.context());
  ASSERT_TRUE(gateways);
  ASSERT_EQ(gateways->size(), 2U);
  EXPECT_TRUE(gateways->front().key.empty());
  EXPECT_FALSE(gateways->front().operator_key);
  EXPECT_EQ(gateways->back().key.Reveal(), "sk-run");
  EXPECT_TRUE(gateways->back().operator_key);

  CommandTest own;
  own.WriteConfig("[proxy]\nport = 9001\napi_key = \"sk-one\"\n");
  auto other =
      RunFile::Write(*own.context().StateFolder(), "http://127.0.0.1:9001", Secret("sk-run"));
  gateways = FindGateways(own.context());
  ASSERT_TRUE(gateways);
  EXPECT_EQ(gateways->back().key.Reveal(), "sk-one");
  EXPECT_FALSE(gateways->back().operator_key);
}

// Certificates behind the first are those of authorities, which could have signed others.
TEST(FindGateways, TrustTheServersOwnCertificateAlone) {
  CommandTest t;
  const std::string own = "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n";
  const auto file = t.folder.path() / "cert.pem";
  ASSERT_TRUE(WriteFileAtomically(file, own + "-----BEGIN CERTIFICATE-----\nB\n"));
  t.WriteConfig(fmt::format("[proxy.tls]\ncertificate = \"{0}\"\nkey = \"{0}\"\n", file.string()));
  auto gateways = FindGateways(t.context());
  ASSERT_TRUE(gateways) << gateways.error().message;
  EXPECT_EQ(gateways->front().url, "https://127.0.0.1:8045");
  EXPECT_EQ(gateways->front().certificate, own);
}

TEST(Complete, AddsKeyAndCertificateOnlyWhereTheyBelong) {
  CommandTest t;
  const std::string own = "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n";
  const auto file = t.folder.path() / "cert.pem";
  ASSERT_TRUE(WriteFileAtomically(file, own));
  t.WriteConfig(
      fmt::format("[proxy]\napi_key = \"sk-one\"\n"
                  "[proxy.tls]\ncertificate = \"{0}\"\nkey = \"{0}\"\n",
                  file.string()));
  Gateway configured{"https://127.0.0.1:8045", {}, {}};
  Complete(t.context(), configured);
  EXPECT_EQ(configured.key.Reveal(), "sk-one");
  EXPECT_EQ(configured.certificate, own);
  Gateway other{"https://gw.example", Secret("sk-own"), {}};
  Complete(t.context(), other);
  EXPECT_EQ(other.key.Reveal(), "sk-own");
  EXPECT_EQ(other.certificate, "");
}

TEST(Complete, TakesTheRunFilesKeyForTheRunningGateway) {
  CommandTest t;
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002", Secret("sk-run"));
  Gateway running{"http://127.0.0.1:9002", {}, {}};
  Complete(t.context(), running);
  EXPECT_EQ(running.key.Reveal(), "sk-run");
  Gateway other{"http://127.0.0.1:9003", {}, {}};
  Complete(t.context(), other);
  EXPECT_TRUE(other.key.empty());
}

TEST(Ask, SendsTheRequestAndItsHeaders) {
  CommandTest t;
  const Gateway gateway{"http://gw.example", Secret("sk-1"), "PEM"};
  ASSERT_TRUE(Ask(t.context(), gateway, {"POST", "/v1/x", "{}", {{"X-Odd", "1"}}}, Duration(900)));
  ASSERT_TRUE(Ask(t.context(), {"http://gw.example", {}, {}}, {}, Duration(9'000)));
  ASSERT_EQ(t.gateway.asked.size(), 2U);
  const auto& first = t.gateway.asked[0];
  EXPECT_EQ(first.method, "POST");
  EXPECT_EQ(first.url, "http://gw.example/v1/x");
  EXPECT_EQ(first.body, "{}");
  EXPECT_EQ(first.credential, "Bearer sk-1");
  EXPECT_EQ(first.certificate, "PEM");
  EXPECT_THAT(first.headers,
              testing::ElementsAre(testing::Pair("X-Odd", "1"),
                                   testing::Pair("Content-Type", "application/json")));
  EXPECT_EQ(first.connect_timeout, Duration(900));
  EXPECT_EQ(first.deadline, t.clock.Now() + Duration(900));
  const auto& second = t.gateway.asked[1];
  EXPECT_EQ(second.credential, "");
  EXPECT_THAT(second.headers, testing::IsEmpty());
  EXPECT_EQ(second.connect_timeout, Duration(3'000));
}

TEST(Ask, ReadsWhatTheAnswerTells) {
  CommandTest t;
  t.gateway.answers["GET /x"] = {418,
                                 "body",
                                 {{"content-type", "text/event-stream"},
                                  {"x-mapped-model", "gemini-2.5-flash"},
                                  {"x-account-email", "work"}},
                                 [&] { t.clock.Advance(std::chrono::milliseconds(7)); }};
  const auto answer = Ask(t.context(), {"http://gw", {}, {}}, {"GET", "/x", {}, {}}, Duration(900));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->body, "body");
  EXPECT_EQ(answer->content_type, "text/event-stream");
  EXPECT_EQ(answer->mapped_model, "gemini-2.5-flash");
  EXPECT_EQ(answer->account, "work");
  EXPECT_EQ(answer->first_byte, std::chrono::milliseconds(7));
  EXPECT_EQ(answer->latency, std::chrono::milliseconds(7));
}

TEST(Ask, GivesUpOnAnAnswerThatIsNotCompleteInTime) {
  CommandTest t;
  t.gateway.answers["GET /x"] = {
      200, "body", {}, [&] { t.clock.Advance(std::chrono::milliseconds(900)); }};
  const auto answer = Ask(t.context(), {"http://gw", {}, {}}, {"GET", "/x", {}, {}}, Duration(900));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
}

TEST(ErrorText, IsTheMessageOfAnyDialectOrTheStatus) {
  const auto text = [](const char* body) {
    GatewayAnswer answer;
    answer.status = 429;
    answer.body = body;
    return ErrorText(answer);
  };
  EXPECT_EQ(text(R"({"error":{"message":"slow down"}})"), "429: slow down");
  EXPECT_EQ(text(R"({"error":{"message":""}})"), "status 429");
  EXPECT_EQ(text(R"({"error":"slow down"})"), "status 429");
  EXPECT_EQ(text(R"({"message":"slow down"})"), "status 429");
  EXPECT_EQ(text("[]"), "status 429");
  EXPECT_EQ(text("<html>"), "status 429");
}

TEST(RunFile, GoesWithItsProcess) {
  test::TempDir folder;
  {
    auto run = RunFile::Write(folder.path(), "http://127.0.0.1:1");
    ASSERT_TRUE(run);
    EXPECT_EQ(RunFile::FindUrl(folder.path()), "http://127.0.0.1:1");
  }
  EXPECT_FALSE(RunFile::FindUrl(folder.path()));
}

TEST(RunFile, IsNotBelievedOfADeadProcessOrWhenBroken) {
  test::TempDir folder;
  for (const char* text :
       {R"({"pid": 2147483000, "url": "http://x"})", "", "{", "[]", R"({"pid": "1", "url": 2})"}) {
    ASSERT_TRUE(WriteFileAtomically(folder.path() / "run.json", text));
    EXPECT_FALSE(RunFile::FindUrl(folder.path())) << text;
  }
}

TEST(GatewayUrl, TakesWhatPeoplePaste) {
  EXPECT_EQ(GatewayUrl("http://127.0.0.1:8045"), "http://127.0.0.1:8045");
  EXPECT_EQ(GatewayUrl("http://127.0.0.1:8045/v1/"), "http://127.0.0.1:8045");
  EXPECT_EQ(GatewayUrl("https://gw.example/v1"), "https://gw.example");
  EXPECT_EQ(GatewayUrl("localhost:8045/"), "http://localhost:8045");
}

TEST(GetJson, SendsTheKeyAndFallsBackToTheRunFile) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\napi_key = \"sk-one\"\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  t.gateway.host = "127.0.0.1:9002";
  t.gateway.answers["GET /x"] = {200, R"({"a":1})"};
  auto json = GetJson(t.context(), "/x", Duration(1'000));
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["a"], 1);
  EXPECT_EQ(t.gateway.asked.at(0).credential, "Bearer sk-one");
}

TEST(GetJson, TellsAWrongKeyFromAnAbsentGateway) {
  CommandTest t;
  t.gateway.answers["GET /x"] = {401, R"({"error":{"message":"wrong key"}})"};
  EXPECT_EQ(GetJson(t.context(), "/x", Duration(1'000)).error().code, ErrorCode::kUnauthenticated);
  t.gateway.answers["GET /x"] = {403, "{}"};
  EXPECT_EQ(GetJson(t.context(), "/x", Duration(1'000)).error().code, ErrorCode::kUnauthenticated);
  t.gateway.up = false;
  auto gone = GetJson(t.context(), "/x", Duration(1'000));
  EXPECT_EQ(gone.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_EQ(gone.error().reason, "gateway_unreachable");
}

TEST(GetJson, TriesTheNextAddressIfAnotherProgramHasThePort) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9001\n");
  auto run = RunFile::Write(*t.context().StateFolder(), "http://127.0.0.1:9002");
  t.gateway.answers["GET /x"] = {200, "<html>"};
  EXPECT_EQ(GetJson(t.context(), "/x", Duration(1'000)).error().code, ErrorCode::kUpstreamRejected);
  ASSERT_EQ(t.gateway.asked.size(), 2U);
  EXPECT_EQ(t.gateway.asked[1].url, "http://127.0.0.1:9002/x");
}

TEST(GetJson, RefusesWhatIsNoJson) {
  CommandTest t;
  t.gateway.answers["GET /x"] = {200, "<html>"};
  EXPECT_EQ(GetJson(t.context(), "/x", Duration(1'000)).error().code, ErrorCode::kUpstreamRejected);
}

}  // namespace
}  // namespace agm::cli
