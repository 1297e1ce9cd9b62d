// The lists of models in the forms of the three APIs.

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"
#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

const http::Header kAnthropic = {"anthropic-version", "2023-06-01"};
const http::Header kGoogle = {"x-goog-api-key", "any"};

class ModelPagesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    network_.AnswerBy([](const test::SentRequest& request) {
      if (request.url.starts_with("http://127.0.0.1:1/")) {
        return test::FakeAnswer::Json(R"({"object":"list","data":[{"id":"llama"}]})");
      }
      return test::FakeAnswer::Json(
          R"({"models":[{"name":"models/gemini-a","version":"001","inputTokenLimit":1000,)"
          R"("outputTokenLimit":64,"supportedGenerationMethods":["generateContent"]},)"
          R"({"name":"models/gemini-b","supportedGenerationMethods":["generateContent"]}]})");
    });
    Add("work", "AIza-work");
    config_.mapping = {{"mine", {"gemini-a"}}, {"odd", {"gemini-z"}}};
    config_.proxy.list_aliases = false;
  }

  /// An account whose upstream has OpenAI's API only.
  void AddOpenAi() {
    Add("local", "sk-local");
    config_.accounts.back().kind = config::AccountKind::kOpenAi;
    config_.accounts.back().base_url = "http://127.0.0.1:1";
    config_.accounts.back().models = {"llama"};
  }

  Json Get(const std::string& path, const http::Header& header = {"Accept", "*/*"}) {
    return Ask("GET", path, "", {header}).json();
  }

  test::FakeTransport network_;
};

TEST_F(ModelPagesTest, OpenAisListNamesLimitsWhereTheyAreKnown) {
  Start();
  const Json list = Get("/v1/models");
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(DumpJson(list["data"]),
            R"([{"id":"gemini-a","object":"model","created":1735689600,"owned_by":"google",)"
            R"("context_window":1000,"max_output_tokens":64},)"
            R"({"id":"gemini-b","object":"model","created":1735689600,"owned_by":"google"},)"
            R"({"id":"mine","object":"model","created":1735689600,"owned_by":"agm",)"
            R"("context_window":1000,"max_output_tokens":64},)"
            R"({"id":"odd","object":"model","created":1735689600,"owned_by":"agm"}])");
  EXPECT_EQ(Get("/v1/models/mine"), list["data"][2]);
}

TEST_F(ModelPagesTest, AnthropicsListHasNullForWhatIsUnknown) {
  Start();
  const Json list = Get("/v1/models", kAnthropic);
  EXPECT_EQ(DumpJson(list["data"][0]),
            R"({"type":"model","id":"gemini-a","display_name":"gemini-a",)"
            R"("created_at":"2025-01-01T00:00:00Z","max_input_tokens":1000,"max_tokens":64,)"
            R"("capabilities":null,"lifecycle":"active","line":null,"deprecated_at":null,)"
            R"("retires_at":null})");
  EXPECT_TRUE(list["data"][1]["max_input_tokens"].is_null());
  EXPECT_TRUE(list["data"][1]["max_tokens"].is_null());
  EXPECT_EQ(list["first_id"], "gemini-a");
  EXPECT_EQ(list["last_id"], "odd");
  EXPECT_EQ(list["has_more"], false);
  EXPECT_EQ(Get("/v1/models/gemini-b", kAnthropic), list["data"][1]);
}

TEST_F(ModelPagesTest, AnthropicsListForAKeyWithoutModelsHasNoIds) {
  const keys::NewKey made = keys::MakeKey();
  config::ClientKey& key = config_.keys.emplace_back();
  key.name = "ci";
  key.id = made.id;
  key.hash = made.hash;
  key.models = {"no-model"};
  Start();
  const Json list = Ask("GET", "/v1/models", "",
                        {kAnthropic, {"Authorization", "Bearer " + std::string(made.key.Reveal())}})
                        .json();
  EXPECT_EQ(list["data"].size(), 0U);
  EXPECT_TRUE(list["first_id"].is_null());
  EXPECT_TRUE(list["last_id"].is_null());
}

TEST_F(ModelPagesTest, GooglesListHasItsObjectsUnderTheNamesOfClients) {
  Start();
  const Json list = Get("/v1beta/models", kGoogle);
  ASSERT_EQ(list["models"].size(), 4U) << list.dump();
  EXPECT_EQ(DumpJson(list["models"][0]),
            R"({"name":"models/gemini-a","version":"001","inputTokenLimit":1000,)"
            R"("outputTokenLimit":64,"supportedGenerationMethods":["generateContent"]})");
  EXPECT_EQ(DumpJson(list["models"][2]),
            R"({"name":"models/mine","version":"001","inputTokenLimit":1000,)"
            R"("outputTokenLimit":64,"supportedGenerationMethods":["generateContent"]})");
  EXPECT_EQ(DumpJson(list["models"][3]), R"({"name":"models/odd","displayName":"odd",)"
                                         R"("supportedGenerationMethods":["generateContent"]})");
  EXPECT_EQ(Get("/v1beta/models/mine", kGoogle), list["models"][2]);
}

TEST_F(ModelPagesTest, VertexAisListNamesPublishedModels) {
  Start();
  Json list = Get("/v1beta1/publishers/google/models?pageSize=2", kGoogle);
  EXPECT_EQ(DumpJson(list["publisherModels"]), R"([{"name":"publishers/google/models/gemini-a"},)"
                                               R"({"name":"publishers/google/models/gemini-b"}])");
  EXPECT_EQ(list["nextPageToken"], "gemini-b");
  EXPECT_FALSE(list.contains("models"));
}

TEST_F(ModelPagesTest, GooglesListLeavesOutModelsOfOtherUpstreams) {
  AddOpenAi();
  config_.mapping.push_back({"animal", {"llama"}});
  Start();
  const std::string all = DumpJson(Get("/v1/models"));
  EXPECT_NE(all.find("\"llama\""), std::string::npos) << all;
  EXPECT_NE(all.find("\"animal\""), std::string::npos) << all;
  const std::string google = DumpJson(Get("/v1beta/models", kGoogle));
  EXPECT_EQ(google.find("llama"), std::string::npos) << google;
  EXPECT_EQ(google.find("animal"), std::string::npos) << google;
  EXPECT_NE(google.find("models/gemini-a"), std::string::npos) << google;
  const Got got = Ask("GET", "/v1beta/models/llama", "", {kGoogle});
  EXPECT_EQ(got.status, 404);
  EXPECT_TRUE(got.json()["error"]["message"].get<std::string>().starts_with(
      "models/llama is not found: there is no model"))
      << got.body;
}

TEST_F(ModelPagesTest, GooglesListHasTheKnownLimitsWhereNoAccountTellsIts) {
  config_.accounts.clear();
  config_.mapping.clear();
  Start();
  const Json list = Get("/v1beta/models", kGoogle);
  bool known = false;
  for (const Json& model : list["models"]) {
    if (model["name"] != "models/gemini-2.5-flash") continue;
    known = true;
    EXPECT_GT(model["inputTokenLimit"], 0) << model.dump();
    EXPECT_GT(model["outputTokenLimit"], 0) << model.dump();
    EXPECT_EQ(model["displayName"], "gemini-2.5-flash");
  }
  EXPECT_TRUE(known) << list.dump();
}

TEST_F(ModelPagesTest, AnAliasOfTheBuiltInTableIsOwnedByTheGateway) {
  network_.AnswerBy([](const auto&) {
    return test::FakeAnswer::Json(R"({"models":[{"name":"models/gemini-3.8-flash"}]})");
  });
  config_.mapping.clear();
  config_.proxy.list_aliases = true;
  Start();
  Json model = Get("/v1/models/gpt-4o");
  EXPECT_EQ(model["id"], "gpt-4o");
  EXPECT_EQ(model["owned_by"], "agm");
}

/// Health and the accounts' states, as monitoring and `agm accounts list` read them.
class AccountPagesTest : public GatewayTest {};

TEST_F(AccountPagesTest, ReadinessCountsTheStatesOfAccounts) {
  Add("limited", "quota-minute-1");
  Add("wrong", "key-invalid-1");
  Add("off", "AIza-off");
  Add("work", "AIza-work");
  for (int i = 0; i < 4; ++i) config_.accounts[static_cast<std::size_t>(i)].priority = i;
  config_.accounts[2].enabled = false;
  Start();
  ASSERT_EQ(Chat("hello").status, 200);
  const Got got = Ask("GET", "/readyz");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(DumpJson(got.json()["accounts"]),
            R"({"total":4,"ready":2,"cooling":0,"disabled":1,"quarantined":1,"models_cooling":1})");
  EXPECT_FALSE(got.json().contains("message"));
  const std::string metrics = Ask("GET", "/metrics").body;
  for (const char* line :
       {"agm_accounts{state=\"ready\"} 2", "agm_accounts{state=\"quarantined\"} 1",
        "agm_account_models_cooling{account=\"limited\"} 1",
        "agm_account_models_cooling{account=\"work\"} 0",
        "agm_account_requests_total{account=\"work\"} 1",
        "agm_account_errors_total{account=\"work\"} 0",
        "agm_account_errors_total{account=\"limited\"} 1",
        "# TYPE agm_account_requests_total counter", "# TYPE agm_account_errors_total counter"}) {
    EXPECT_NE(metrics.find("\n" + std::string(line) + "\n"), std::string::npos) << line;
  }
}

TEST_F(AccountPagesTest, ReadinessSaysWhereToLookWhenNoAccountCanServe) {
  Add("off", "AIza-off");
  config_.accounts.front().enabled = false;
  Start();
  const Got got = Ask("GET", "/readyz");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.json()["status"], "unavailable");
  EXPECT_EQ(got.json()["message"], "no account can serve now; `agm accounts list` says why");
}

TEST_F(AccountPagesTest, AnAccountIsShownWithItsCooldownsAndQuotas) {
  Add("limited", "quota-minute-1");
  Add("wrong", "key-invalid-1");
  Add("work", "AIza-work");
  for (int i = 0; i < 3; ++i) config_.accounts[static_cast<std::size_t>(i)].priority = i;
  Start();
  ASSERT_EQ(Chat("hello").status, 200);
  const Json accounts = Ask("GET", "/agm/accounts").json()["accounts"];
  const Json& limited = accounts[0];
  EXPECT_EQ(limited["name"], "limited");
  EXPECT_EQ(limited["label"], "limited@example.com");
  EXPECT_EQ(limited["kind"], "gemini");
  EXPECT_EQ(limited["project"], "project-limited");
  EXPECT_EQ(limited["key_page"], "https://aistudio.google.com/apikey");
  EXPECT_EQ(limited["requests"], 1);
  EXPECT_EQ(limited["errors"], 1);
  ASSERT_EQ(limited["cooldowns"].size(), 1U);
  EXPECT_EQ(limited["cooldowns"][0]["model"], "gemini-2.5-flash");
  EXPECT_EQ(limited["cooldowns"][0]["reason"], "minute_quota");
  EXPECT_TRUE(limited["cooldowns"][0]["until"].is_string());
  ASSERT_EQ(limited["quotas"].size(), 1U) << limited.dump();
  EXPECT_EQ(limited["quotas"][0]["model"], "gemini-2.5-flash");
  const Json& wrong = accounts[1];
  EXPECT_EQ(wrong["state"], "quarantined");
  EXPECT_NE(wrong["why"], "");
  EXPECT_TRUE(wrong["until"].is_null());
  ASSERT_EQ(wrong["cooldowns"].size(), 1U);
  EXPECT_TRUE(wrong["cooldowns"][0]["until"].is_null());
  const Json& work = accounts[2];
  EXPECT_EQ(work["state"], "ready");
  EXPECT_EQ(work["requests"], 1);
  EXPECT_EQ(work["errors"], 0);
  EXPECT_GT(work["tokens"], 0);
  EXPECT_TRUE(work["last_used"].is_string());
}

}  // namespace
}  // namespace agm::gateway
