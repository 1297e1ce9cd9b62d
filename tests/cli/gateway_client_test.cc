#include "cli/gateway_client.h"

#include <gtest/gtest.h>

#include "cli/run_file.h"
#include "tests/cli/command_test.h"

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
