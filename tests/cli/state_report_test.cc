#include "cli/state_report.h"

#include <gtest/gtest.h>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kTwoAccounts = R"([[accounts]]
name = "a"
api_key = "key-of-a"

[[accounts]]
name = "b"
api_key = "key-of-b"
)";

struct StateReport : testing::Test {
  StateReport() { t.gateway.up = false; }
  void GatewayRuns(const std::string& readyz) {
    t.gateway.up = true;
    t.gateway.answers["GET /readyz"] = {200, readyz};
  }

  CommandTest t;
};

TEST_F(StateReport, WithoutAccountsNamesTheMockAndAKey) {
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, "No account yet.")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm serve --mock")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm accounts add")) << t.io.out;
}

TEST_F(StateReport, WithAccountsAndNoGatewayNamesServe) {
  t.WriteConfig(kTwoAccounts);
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, "2 accounts, no gateway runs.")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "\n  agm serve ")) << t.io.out;
}

TEST_F(StateReport, CountsTheRunningGatewaysAccounts) {
  t.WriteConfig(kTwoAccounts);
  GatewayRuns(R"({"status":"ready","accounts":{"total":3,"ready":1}})");
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, " runs: http://127.0.0.1:8045/v1   1 of 3 accounts ready\n"))
      << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm clients")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "agm accounts add")) << t.io.out;
}

TEST_F(StateReport, ARunningGatewayOfAnotherConfigurationHasItsOwnAccounts) {
  GatewayRuns(R"({"status":"ready","accounts":{"total":1,"ready":1}})");
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_TRUE(Has(t.io.out, "   1 of 1 account ready\n")) << t.io.out;
  EXPECT_FALSE(Has(t.io.out, "agm accounts add")) << t.io.out;
}

TEST_F(StateReport, ARunningGatewayWithoutAccountsAsksForAKey) {
  GatewayRuns(R"({"status":"unavailable","accounts":{"total":0,"ready":0}})");
  EXPECT_EQ(t.Agm({}), 0);
  EXPECT_FALSE(Has(t.io.out, "ready")) << t.io.out;
  EXPECT_TRUE(Has(t.io.out, "agm accounts add")) << t.io.out;
}

TEST_F(StateReport, AStrangersAnswerOnThePortIsReadWithoutTrust) {
  for (const char* answer : {"[]", "\"accounts\"", R"({"accounts":[1]})",
                             R"({"accounts":{"total":"3","ready":null}})", "<html>"}) {
    GatewayRuns(answer);
    EXPECT_EQ(t.Agm({}), 0) << answer;
    EXPECT_FALSE(Has(t.io.out, " of ")) << t.io.out;
  }
}

TEST_F(StateReport, JsonNamesTheUrlOfTheRunningGateway) {
  t.WriteConfig(kTwoAccounts);
  EXPECT_EQ(t.Agm({"--json"}), 0);
  EXPECT_EQ(t.Document()["accounts"], 2);
  EXPECT_TRUE(t.Document()["url"].is_null());
  GatewayRuns("{}");
  EXPECT_EQ(t.Agm({"--json"}), 0);
  EXPECT_EQ(t.Document()["url"], "http://127.0.0.1:8045");
}

}  // namespace
}  // namespace agm::cli
