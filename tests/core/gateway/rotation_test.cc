// The rotation over accounts, projects and models, over real sockets.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/accounts/pacific.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/service_account_key.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

/// The upstream's error for a quota per minute, which names the project.
std::string QuotaBody(const std::string& quota, const std::string& limit,
                      const std::string& project = "") {
  Json details =
      Json::array({{{"@type", "type.googleapis.com/google.rpc.QuotaFailure"},
                    {"violations", {{{"quotaId", quota}, {"quotaValue", limit}}}}},
                   {{"@type", "type.googleapis.com/google.rpc.RetryInfo"}, {"retryDelay", "30s"}}});
  if (!project.empty()) {
    details.push_back({{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                       {"reason", "RATE_LIMIT_EXCEEDED"},
                       {"metadata", {{"consumer", "projects/" + project}}}});
  }
  return DumpJson(Json{{"error",
                        {{"code", 429},
                         {"status", "RESOURCE_EXHAUSTED"},
                         {"message", "You exceeded your current quota."},
                         {"details", details}}}});
}

constexpr const char* kRequests = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
constexpr const char* kTokens = "GenerateContentInputTokensPerModelPerMinute-FreeTier";

class RotationTest : public GatewayTest {
 protected:
  void Script(const std::vector<Json>& steps) {
    const auto set = mock_->SetScript(DumpJson(Json{{"steps", steps}}));
    ASSERT_TRUE(set) << set.error().message;
  }

  static Json Step(const Json& match, const Json& doing, int times = -1) {
    Json step{{"match", match}, {"do", doing}};
    if (times >= 0) step["times"] = times;
    return step;
  }

  static Json Refusal(const std::string& body) { return {{"status", 429}, {"body", body}}; }

  void AddOf(const std::string& project, const std::string& name) {
    Add(name, name + "-key");
    config_.accounts.back().project = project;
  }

  Got ChatWith(const std::string& model, const std::string& text = "hi") {
    return Ask("POST", "/v1/chat/completions", ChatBody(text, false, model));
  }

  /// Calls of models; a look at the list of models is none.
  long Calls() {
    long calls = 0;
    for (const auto& [model, count] : mock_->stats().by_model) calls += count;
    return calls;
  }

  Json StateOf(const std::string& name) {
    const Json page = Ask("GET", "/agm/accounts").json();
    for (const Json& account : page["accounts"]) {
      if (account["name"] == name) return account;
    }
    ADD_FAILURE() << "no account " << name;
    return Json::object();
  }

  void Restart() {
    TearDown();
    Start();
  }

  void Apply() {
    const auto applied = service_->Apply(std::make_shared<const config::Config>(config_));
    ASSERT_TRUE(applied) << applied.error().message;
  }

  /// A Vertex account whose tokens come from the mock.
  void AddRobot(const std::string& name) {
    Add(name, "");
    config::Account& account = config_.accounts.back();
    account.kind = config::AccountKind::kVertex;
    account.location = "global";
    account.service_account =
        folder_.Write(name + ".json", test::ServiceAccountFile(mock_->base_url() + "/token"))
            .string();
  }

  long TokensFetched() {
    long fetched = 0;
    for (const auto& request : mock_->TakeRequests()) fetched += request.path == "/token" ? 1 : 0;
    return fetched;
  }

  test::TempDir folder_;
};

TEST_F(RotationTest, AQuotaOfOneModelLeavesTheOthersAlone) {
  Add("one", "one-key");
  Script({Step({{"model", "gemini-2.5-flash"}}, Refusal(QuotaBody(kRequests, "10")))});
  Start();
  EXPECT_EQ(ChatWith("gemini-2.5-flash").status, 429);
  EXPECT_EQ(ChatWith("gemini-2.5-pro").status, 200);
  EXPECT_EQ(StateOf("one")["model"], "gemini-2.5-flash");
}

TEST_F(RotationTest, KeysOfADeclaredProjectAreNotTriedOneAfterTheOther) {
  AddOf("shared", "one");
  AddOf("shared", "two");
  AddOf("other", "three");
  Script({Step({{"key", "one-key"}}, Refusal(QuotaBody(kRequests, "10")))});
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("x-account-email"), "three@example.com");
  EXPECT_EQ(RequestsOf("two-key"), 0);
}

TEST_F(RotationTest, KeysOfALearnedProjectCoolDownTogether) {
  AddOf("", "one");
  AddOf("", "two");
  const auto body = QuotaBody(kRequests, "10", "424242");
  Script({Step({{"model", "gemini-2.5-flash"}}, Refusal(body), 2),
          Step({{"model", "gemini-2.5-pro"}}, Refusal(body), 1)});
  Start();
  EXPECT_EQ(Chat("hi").status, 429);  // the pool learns the project of both accounts
  EXPECT_EQ(ChatWith("gemini-2.5-pro").status, 429);
  EXPECT_EQ(mock_->stats().requests, 3);
  EXPECT_EQ(StateOf("two")["project"], "424242");
}

TEST_F(RotationTest, LowerPriorityNumbersServeFirst) {
  Add("paid", "paid-key");
  Add("free", "free-key");
  config_.accounts[0].priority = 10;
  Script({Step({{"key", "free-key"}}, Refusal(QuotaBody(kRequests, "10")), 1)});
  Start();
  EXPECT_EQ(Chat("one").header("x-account-email"), "paid@example.com");  // free was refused
  Script({});
  EXPECT_EQ(Chat("two").header("x-account-email"), "paid@example.com");  // free is cooling down
  EXPECT_EQ(RequestsOf("free-key"), 1);
}

TEST_F(RotationTest, OnlyAccountsThatListTheModelAreAsked) {
  Add("flash", "flash-key");
  Add("pro", "pro-key");
  config_.accounts[0].models = {"gemini-2.5-flash*"};
  config_.accounts[1].models = {"gemini-2.5-pro"};
  Start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ChatWith("gemini-2.5-pro").header("x-account-email"), "pro@example.com");
    EXPECT_EQ(ChatWith("gemini-2.5-flash-lite").header("x-account-email"), "flash@example.com");
  }
  const Got got = ChatWith("gemini-2.5-computer");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(got.json()["error"]["code"], "model_not_found");
}

TEST_F(RotationTest, AChainGoesOnWhereTheModelIsOverloadedAndBlamesNoAccount) {
  Add("one", "one-key");
  Add("two", "two-key");
  config_.mapping = {{"smart", {"gemini-2.5-pro", "gemini-2.5-flash"}}};
  Script({Step({{"model", "gemini-2.5-pro"}}, {{"error", "overloaded"}})});
  Start();
  const Got got = ChatWith("smart");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
  EXPECT_EQ(Calls(), 2);  // no second account was tried
  EXPECT_EQ(ChatWith("smart").status, 200);
  EXPECT_EQ(Calls(), 3);  // the model's circuit breaker is open
  EXPECT_EQ(ChatWith("gemini-2.5-flash").status, 200);
  const Got ready = Ask("GET", "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.json()["status"], "ready");
}

TEST_F(RotationTest, AChainGoesOnWhereAllAccountsHaveUsedTheFirstModelUp) {
  Add("one", "one-key");
  Add("two", "two-key");
  config_.mapping = {{"smart", {"gemini-2.5-pro", "gemini-2.5-flash"}}};
  Script({Step({{"model", "gemini-2.5-pro"}}, Refusal(QuotaBody(kRequests, "5")))});
  Start();
  EXPECT_EQ(ChatWith("smart").header("x-mapped-model"), "gemini-2.5-flash");
  EXPECT_EQ(ChatWith("smart").header("x-mapped-model"), "gemini-2.5-flash");
  EXPECT_EQ(Calls(), 4);  // two refusals, two answers
}

TEST_F(RotationTest, AChainSkipsTargetsThatNoAccountListsWithoutATry) {
  Add("one", "one-key");
  Add("two", "two-key");
  config_.proxy.max_attempts = 1;
  config_.mapping = {{"pair", {"gemini-9-nope", "gemini-9-nothing", "gemini-2.5-flash"}}};
  Start();
  const Got got = ChatWith("pair");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
  EXPECT_EQ(Calls(), 1);
}

TEST_F(RotationTest, AChainSkipsTargetsThatTheConfigurationListsForNoAccount) {
  Add("one", "one-key");
  config_.accounts[0].models = {"gemini-2.5-flash"};
  config_.mapping = {{"pair", {"gemini-2.5-pro", "gemini-2.5-flash"}}};
  Start();
  EXPECT_EQ(ChatWith("pair").header("x-mapped-model"), "gemini-2.5-flash");
  config_.mapping = {{"pair", {"gemini-2.5-flash", "gemini-2.5-pro"}}};
  Apply();
  EXPECT_EQ(ChatWith("pair").header("x-mapped-model"), "gemini-2.5-flash");
}

TEST_F(RotationTest, AChainOfTargetsThatNobodyListsStillAsksForTheLast) {
  Add("one", "one-key");
  config_.mapping = {{"pair", {"gemini-9-nope", "gemini-9-nothing"}}};
  Start();
  const Got got = ChatWith("pair");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-9-nothing");
  EXPECT_EQ(Calls(), 1);
}

TEST_F(RotationTest, ARequestForAMethodThatTheModelLacksTouchesNoAccount) {
  for (const char* name : {"one", "two", "three"}) Add(name, std::string(name) + "-key");
  Start();
  for (int i = 0; i < 2; ++i) {
    const Got got = Ask("POST", "/v1/embeddings", R"({"model":"gemini-2.5-flash","input":"x"})");
    EXPECT_EQ(got.status, 404) << got.body;
    EXPECT_EQ(got.json()["error"]["type"], "invalid_request_error");
    EXPECT_EQ(got.json()["error"]["code"], "model_not_found");
    EXPECT_NE(got.body.find("does not serve embeddings; its methods are"), std::string::npos);
  }
  EXPECT_EQ(Calls(), 0);
  const Got chat = ChatWith("gemini-embedding-2");  // the list is known by now
  EXPECT_EQ(chat.status, 404);
  EXPECT_NE(chat.body.find("does not serve chat; its methods are"), std::string::npos) << chat.body;
  EXPECT_EQ(Calls(), 0);
  for (const char* name : {"one", "two", "three"}) EXPECT_EQ(StateOf(name)["state"], "ready");
  EXPECT_EQ(ChatWith("gemini-2.5-flash").status, 200);
}

// The upstream says of a model that an account lacks what it says of a wrong method.
TEST_F(RotationTest, OneOfManyAccountsServesAModelThatTheOthersLack) {
  std::vector<Json> steps;
  for (const std::string name : {"one", "two", "three", "four", "five"}) {
    Add(name, name + "-key");
    if (name == "five") continue;
    steps.push_back(
        Step({{"key", name + "-key"}, {"model", "gemini-2.5-pro"}}, {{"error", "not-found"}}));
  }
  Script(steps);
  Start();
  for (int i = 0; i < 5; ++i) {
    const Got got = ChatWith("gemini-2.5-pro");
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.header("x-account-email"), "five@example.com");
    EXPECT_LE(Calls(), 5 + i) << "an account that lacks the model is asked once";
  }
  for (const char* name : {"one", "four"}) EXPECT_EQ(StateOf(name)["state"], "ready");
  EXPECT_EQ(ChatWith("gemini-2.5-flash").status, 200);
}

TEST_F(RotationTest, AModelThatEveryAccountLacksIsNotFound) {
  for (const std::string name : {"one", "two", "three", "four", "five"}) Add(name, name + "-key");
  Script({Step({{"model", "gemini-2.5-pro"}}, {{"error", "not-found"}})});
  Start();
  EXPECT_EQ(ChatWith("gemini-2.5-pro").status, 404);
  EXPECT_EQ(Calls(), 5);
  EXPECT_EQ(ChatWith("gemini-2.5-pro").status, 404);
  EXPECT_EQ(Calls(), 7) << "accounts that are known to lack the model use up attempts";
}

TEST_F(RotationTest, AModelWithoutQuotaOnAnyAccountIsNotFound) {
  Add("one", "one-key");
  Add("two", "two-key");
  Script({Step({{"model", "gemini-2.5-pro"}}, {{"error", "quota-zero"}})});
  Start();
  for (int i = 0; i < 2; ++i) {
    const Got got = ChatWith("gemini-2.5-pro");
    EXPECT_EQ(got.status, 404) << got.body;
    EXPECT_EQ(got.json()["error"]["code"], "model_not_found");
    EXPECT_EQ(got.header("retry-after"), "");
  }
  EXPECT_EQ(mock_->stats().requests, 2);  // each was tried once
  EXPECT_EQ(ChatWith("gemini-2.5-flash").status, 200);
}

TEST_F(RotationTest, AModelThatManyAccountsDoNotKnowIsNotLookedForAtAllOfThem) {
  for (int i = 0; i < 20; ++i) {
    const std::string name = "a" + std::to_string(i);
    Add(name, name + "-key");
  }
  config_.proxy.max_attempts = 10;
  Script({Step({{"model", "gemini-2.5-pro"}}, {{"error", "not-found"}})});
  Start();
  const Got got = ChatWith("gemini-2.5-pro");
  EXPECT_EQ(got.status, 404);
  EXPECT_NE(got.body.find(R"(the upstream does not serve the model \"gemini-2.5-pro\")"),
            std::string::npos)
      << got.body;
  EXPECT_EQ(mock_->stats().requests, 10);
}

TEST_F(RotationTest, WhatGoesWrongEverywhereIsTriedAFewTimesOnly) {
  for (const char* name : {"one", "two", "three", "four"}) Add(name, std::string(name) + "-key");
  config_.proxy.max_attempts = 10;
  Start();
  const std::pair<const char*, long> most[] = {{"internal", 3}, {"deadline", 2}, {"cancelled", 2}};
  for (const auto& [error, tries] : most) {
    Script({Step({{"model", "*"}}, {{"error", error}})});
    const long before = mock_->stats().requests;
    EXPECT_GE(Chat("hi").status, 500) << error;
    EXPECT_EQ(mock_->stats().requests - before, tries) << error;
  }
}

TEST_F(RotationTest, AModelThatIsOnlyUsedUpElsewhereIsNoUnknownOne) {
  Add("one", "one-key");
  Add("two", "two-key");
  Script({Step({{"key", "one-key"}}, {{"error", "quota-zero"}}),
          Step({{"key", "two-key"}}, Refusal(QuotaBody(kRequests, "5")))});
  Start();
  EXPECT_EQ(Chat("hi").status, 429);
}

TEST_F(RotationTest, APromptTooLargeForTwoProjectsStartsNoCooldown) {
  for (const char* name : {"one", "two", "three"}) Add(name, std::string(name) + "-key");
  Script({Step({{"text", "a very long story"}}, Refusal(QuotaBody(kTokens, "1000")))});
  Start();
  const Got got = Chat("a very long story" + std::string(10'000, '.'));
  EXPECT_EQ(got.status, 413) << got.body;
  EXPECT_EQ(got.json()["error"]["code"], "request_too_large");
  EXPECT_EQ(mock_->stats().requests, 2);
  for (const char* name : {"one", "two", "three"}) EXPECT_EQ(StateOf(name)["state"], "ready");
  EXPECT_EQ(Chat("short").status, 200);
}

TEST_F(RotationTest, ANativePromptTooLargeForTwoProjectsIsRefusedInGooglesForm) {
  for (const char* name : {"one", "two"}) Add(name, std::string(name) + "-key");
  Script({Step(Json::object(), Refusal(QuotaBody(kTokens, "1000")))});
  Start();
  const std::string story(10'000, '.');
  const Got got = Ask("POST", "/v1beta/models/gemini-2.5-flash:generateContent",
                      R"({"contents":[{"parts":[{"text":")" + story + R"("}]}]})");
  EXPECT_EQ(got.status, 413) << got.body;
  EXPECT_EQ(got.json()["error"]["code"], 413);
}

TEST_F(RotationTest, ALongPromptThatOneProjectAloneRefusesStartsItsCooldown) {
  AddOf("same", "one");
  AddOf("same", "two");
  Script({Step(Json::object(), Refusal(QuotaBody(kTokens, "1000")))});
  Start();
  const Got got = Chat(std::string(10'000, '.'));
  EXPECT_EQ(got.status, 429) << got.body;
  EXPECT_EQ(StateOf("one")["reason"], "minute_quota");
  EXPECT_EQ(StateOf("one")["errors"], 1);
  EXPECT_EQ(StateOf("two")["errors"], 1);
}

TEST_F(RotationTest, APromptThatAnotherProjectAcceptsStartsACooldownOfTheFirst) {
  Add("one", "one-key");
  Add("two", "two-key");
  config_.accounts[1].priority = 1;
  Script({Step({{"key", "one-key"}}, Refusal(QuotaBody(kTokens, "1000")))});
  Start();
  EXPECT_EQ(Chat(std::string(10'000, '.')).status, 200);
  EXPECT_EQ(StateOf("one")["reason"], "minute_quota");
}

TEST_F(RotationTest, AShortPromptIsNotAtFaultHoweverManyRefuseIt) {
  for (const char* name : {"one", "two", "three"}) Add(name, std::string(name) + "-key");
  Script({Step({{"key", "one-key"}}, Refusal(QuotaBody(kTokens, "250000"))),
          Step({{"key", "two-key"}}, Refusal(QuotaBody(kTokens, "250000")))});
  Start();
  EXPECT_EQ(Chat("hi").status, 200);
}

TEST_F(RotationTest, SharedCapacityOfOneRegionSendsToTheProjectsOtherRegions) {
  AddRobot("america");
  AddRobot("europe");
  config_.accounts[0].location = "us-central1";
  config_.accounts[1].location = "europe-west4";
  config_.accounts[1].project = config_.accounts[0].project;
  Script({Step({{"model", "gemini-2.5-flash"}}, {{"error", "quota-shared"}}, 1)});
  Start();
  EXPECT_EQ(Chat("hi").header("x-account-email"), "europe@example.com");
  EXPECT_EQ(StateOf("america")["reason"], "shared_capacity");
  EXPECT_EQ(StateOf("europe")["state"], "ready");
  std::vector<std::string> asked;
  for (const auto& request : mock_->TakeRequests()) {
    if (request.path != "/token") asked.push_back(request.path);
  }
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_NE(asked[0].find("/locations/us-central1/"), std::string::npos) << asked[0];
  EXPECT_NE(asked[1].find("/locations/europe-west4/"), std::string::npos) << asked[1];
}

TEST_F(RotationTest, WaitsForAShortOverloadIfNoOtherAccountCanHelp) {
  Add("one", "one-key");
  config_.proxy.max_wait = Duration(5'000);
  Script({Step({{"key", "one-key"}}, {{"error", "overloaded"}}, 1)});
  Start();
  const TimePoint begun = SystemClock().Now();
  EXPECT_EQ(Chat("hi").status, 200);
  EXPECT_GE(SystemClock().Now() - begun, std::chrono::seconds(2));
  EXPECT_LE(SystemClock().Now() - begun, std::chrono::seconds(4));
}

TEST_F(RotationTest, AnAccountWhoseUpstreamHangsUpIsLeftForAnother) {
  Add("broken", "broken-key");
  Add("good", "good-key");
  config_.accounts[1].priority = 1;
  Script({Step({{"key", "broken-key"}}, {{"close", true}})});
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Chat("hi").header("x-account-email"), "good@example.com");
  EXPECT_EQ(StateOf("broken")["reason"], "network");  // only it fails: the second time counts
  EXPECT_LE(RequestsOf("broken-key"), 4);
}

TEST_F(RotationTest, ADeclaredQuotaIsKeptBeforeUpstreamHasToRefuse) {
  Add("free", "free-key");
  Add("paid", "paid-key");
  config_.accounts[0].requests_per_minute = 2;
  config_.accounts[1].priority = 1;
  Start();
  std::multiset<std::string> served;
  for (int i = 0; i < 5; ++i) served.insert(Chat("hi").header("x-account-email"));
  EXPECT_EQ(served.count("free@example.com"), 2U);
  EXPECT_EQ(served.count("paid@example.com"), 3U);
}

TEST_F(RotationTest, ATokenThatUpstreamNoLongerTakesIsFetchedAnew) {
  AddRobot("robot");
  Script({Step({{"key", "mock-token"}}, {{"error", "unauthenticated"}}, 1)});
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.header("x-account-email"), "robot@example.com");
  EXPECT_EQ(TokensFetched(), 2);
  EXPECT_EQ(StateOf("robot")["state"], "ready");
}

TEST_F(RotationTest, ATokenIsFetchedBeforeTheFirstRequest) {
  AddRobot("robot");
  Start();
  long fetched = 0;
  for (int i = 0; i < 100 && fetched == 0; ++i) {
    SystemClock().Sleep(Duration(20));
    fetched += TokensFetched();
  }
  EXPECT_EQ(fetched, 1);
  EXPECT_EQ(Chat("hi").status, 200);
  EXPECT_EQ(TokensFetched(), 0);
}

TEST_F(RotationTest, ATokenThatUpstreamNeverTakesQuarantinesAfterOneRefresh) {
  AddRobot("robot");
  Add("good", "good-key");
  config_.accounts[1].priority = 1;
  Script({Step({{"key", "mock-token"}}, {{"error", "unauthenticated"}})});
  Start();
  EXPECT_EQ(Chat("hi").header("x-account-email"), "good@example.com");
  EXPECT_EQ(TokensFetched(), 2);
  EXPECT_EQ(StateOf("robot")["state"], "quarantined");
  EXPECT_EQ(StateOf("robot")["reason"], "unauthenticated");
}

TEST_F(RotationTest, ATokenIsFetchedOnceForAllWaitingRequests) {
  AddRobot("robot");
  Script({Step({{"method", "token"}}, {{"hang_ms", 100}})});
  Start();
  std::vector<std::jthread> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back([this] {
      http::CurlTransport client;
      http::OutgoingRequest request;
      request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/v1/chat/completions";
      request.headers = {{"Content-Type", "application/json"}};
      const std::string body = ChatBody("hi");
      request.body = body;
      auto got = client.Send(request, NeverCancelled());
      ASSERT_TRUE(got);
      EXPECT_EQ((*got)->status(), 200);
    });
  }
  clients.clear();
  EXPECT_EQ(TokensFetched(), 1);
}

TEST_F(RotationTest, ARevokedGrantQuarantinesAndSaysSo) {
  AddRobot("robot");
  Script(
      {Step({{"method", "token"}}, {{"status", 400}, {"body", R"({"error":"invalid_grant"})"}})});
  Start();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(got.json()["error"]["code"], "upstream_key_invalid");
  EXPECT_NE(got.json()["error"]["message"].get<std::string>().find("invalid_grant"),
            std::string::npos);
  EXPECT_EQ(got.json()["error"]["accounts"][0]["state"], "quarantined");
  EXPECT_EQ(StateOf("robot")["reason"], "unauthenticated");
  EXPECT_NE(StateOf("robot")["why"].get<std::string>().find("invalid_grant"), std::string::npos);
  mock_->TakeRequests();
  Chat("again");
  EXPECT_EQ(TokensFetched(), 0);  // the gateway does not retry for ever
}

TEST_F(RotationTest, CooldownsAndQuarantinesSurviveARestart) {
  Add("limited", "limited-key");
  Add("bad", "bad-key");
  Script({Step({{"key", "limited-key"}}, {{"error", "quota-day"}, {"retry", "0"}}),
          Step({{"key", "bad-key"}}, {{"error", "key-invalid"}})});
  Start();
  EXPECT_EQ(Chat("hi").status, 429);
  Restart();
  Script({});
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(got.header("x-should-retry"), "false");
  const auto left = accounts::NextPacificMidnight(SystemClock().Wall()) - SystemClock().Wall();
  EXPECT_EQ(got.header("retry-after"), "");
  const std::string message = got.json()["error"]["message"];
  const auto at = message.find("try again in ");
  ASSERT_NE(at, std::string::npos) << message;
  EXPECT_LE(std::abs(std::stol(message.substr(at + 13)) - left.count() / 1000), 2) << message;
  EXPECT_EQ(RequestsOf("limited-key"), 1);
  EXPECT_EQ(StateOf("limited")["reason"], "day_quota");
  EXPECT_EQ(StateOf("bad")["state"], "quarantined");
}

TEST_F(RotationTest, AQuarantineCanBeEndedWhileTheGatewayRuns) {
  Add("work", "work-key");
  Script({Step({{"key", "work-key"}}, {{"error", "service-disabled"}}, 1)});
  Start();
  EXPECT_EQ(Chat("hi").status, 403);
  EXPECT_EQ(StateOf("work")["state"], "quarantined");
  const Got recovered = Ask("POST", "/agm/accounts", R"({"heal":"work"})", {{"X-Agm", "1"}});
  EXPECT_EQ(recovered.status, 200) << recovered.body;
  EXPECT_EQ(recovered.json()["accounts"][0]["state"], "ready");
  EXPECT_EQ(Chat("hi").status, 200);
  Restart();
  EXPECT_EQ(Chat("hi").status, 200);
}

TEST_F(RotationTest, EndingTheQuarantineOfAnUnknownAccountFails) {
  Add("work", "work-key");
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  config_.proxy.api_keys = {{"default", Secret("sk-mine")}};
  Start();
  const auto recover = [&](const std::string& body, const std::string& key = "sk-mine") {
    return Ask("POST", "/agm/accounts", body, {{"Authorization", "Bearer " + key}, {"X-Agm", "1"}})
        .status;
  };
  EXPECT_EQ(recover(R"({"heal":"work"})"), 200);
  EXPECT_EQ(recover(R"({"heal":"wrok"})"), 404);
  EXPECT_EQ(recover(R"({"heal":7})"), 400);
  EXPECT_EQ(recover("work"), 400);
  EXPECT_EQ(recover(R"({"heal":"work"})", "sk-other"), 401);
}

TEST_F(RotationTest, TheQuotasThatWereHitAreTold) {
  Add("one", "one-key");
  Script({Step({{"key", "one-key"}}, Refusal(QuotaBody(kRequests, "10")))});
  Start();
  Chat("hi");
  EXPECT_EQ(StateOf("one")["quotas"], Json::parse(R"([{"model":"gemini-2.5-flash","name":")" +
                                                  std::string(kRequests) + R"("}])"));
}

TEST_F(RotationTest, AccountsAreEnabledAndDisabledWhileItRuns) {
  Add("one", "one-key");
  Start();
  EXPECT_EQ(Chat("hi").status, 200);
  config_.accounts[0].enabled = false;
  Apply();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 403);
  EXPECT_NE(got.body.find("agm accounts enable"), std::string::npos) << got.body;
  config_.accounts[0].enabled = true;
  Apply();
  EXPECT_EQ(Chat("hi").status, 200);
}

}  // namespace
}  // namespace agm::gateway
