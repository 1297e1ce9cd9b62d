// Each class of upstream failures, from the upstream's socket to the client's: the client's error
// if no other account can help, the failover if another can, and the effect on the account.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "core/upstream/trouble.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/source_dir.h"

namespace agm::gateway {
namespace {

constexpr int kNone = -1;  ///< no Retry-After

/// The expected effects of one upstream response.
struct Row {
  std::string_view answer;  ///< a file of tests/fuzz/corpus/classify, named by its class
  // With a single account that always gets this response:
  int status;
  std::string_view code;
  int least_wait;  ///< Retry-After, in seconds
  int most_wait;
  int tries;  ///< number of requests to the upstream
  std::string_view state;
  std::string_view until;  ///< when the cooldown ends: "never", "later", or empty: no cooldown
  // With a second account that works:
  bool rotates;  ///< the second account answers
};

// clang-format off
constexpr Row kRows[] = {
    // answer                     status code                    Retry-After    tries state          until    rotates
    {"minute_quota.requests",        429, "rate_limit_exceeded",   36,    38,     1, "ready",       "later", true},
    {"day_quota.short_delay",        429, "insufficient_quota",    36,    38,     1, "ready",       "later", true},
    {"no_quota.quota_value",         404, "model_not_found",    kNone, kNone,     1, "ready",       "later", true},
    {"shared_limit.bare",            429, "rate_limit_exceeded",   30,    32,     1, "ready",       "later", true},
    {"shared_capacity.vertex",       429, "rate_limit_exceeded",    5,     6,     1, "ready",       "later", true},
    {"model_overloaded.capacity",    503, "server_is_overloaded",   1,     5,     1, "ready",       "later", true},
    {"spend_cap.monthly",            403, "upstream_billing",    kNone, kNone,    1, "cooling",     "later", true},
    {"no_credit.prepay",             403, "upstream_billing",    kNone, kNone,    1, "cooling",     "later", true},
    {"bad_key.invalid",              403, "upstream_key_invalid", kNone, kNone,   1, "quarantined", "never", true},
    {"unauthenticated.token",        403, "upstream_key_invalid", kNone, kNone,   1, "quarantined", "never", true},
    {"blocked.leaked",               403, "upstream_blocked",    kNone, kNone,    1, "quarantined", "never", true},
    {"not_enabled.service",          403, "upstream_not_enabled", kNone, kNone,   1, "quarantined", "later", true},
    {"resource_denied.file",         404, "",                    kNone, kNone,    1, "ready",       "",      false},
    {"location.user",                403, "upstream_location",   kNone, kNone,    1, "cooling",     "later", true},
    {"bad_request.unknown_name",     400, "",                    kNone, kNone,    1, "ready",       "",      false},
    {"unknown_model.vertex",         404, "model_not_found",     kNone, kNone,    1, "ready",       "later", true},
    {"not_served.gemini",            404, "model_not_found",     kNone, kNone,    1, "ready",       "",      true},
    {"unknown_resource.cache",       404, "",                    kNone, kNone,    1, "ready",       "",      false},
    {"aborted.conflict",             503, "server_is_overloaded",   1,     5,     1, "ready",       "",      true},
    {"too_large.payload",            413, "request_too_large",   kNone, kNone,    1, "ready",       "",      false},
    {"internal.error",               502, "upstream_error",      kNone, kNone,    2, "ready",       "",      true},
    {"unavailable.json",             503, "server_is_overloaded",   1,     5,     1, "ready",       "later", true},
    {"deadline.json",                504, "upstream_timeout",    kNone, kNone,    1, "ready",       "",      true},
    {"network.proxy_auth",           503, "server_is_overloaded",    1,     5,    1, "ready",       "",      true},
    {"garbage.web_page",             502, "upstream_garbage",    kNone, kNone,    2, "ready",       "",      true},
    {"redirect.found",               502, "upstream_error",      kNone, kNone,    1, "ready",       "",      true},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.answer; }

class Troubles : public GatewayTest, public testing::WithParamInterface<Row> {
 protected:
  /// Requests with this key always get the row's response.
  void Break(const std::string& key) {
    std::ifstream file(test::SourceDir() / "tests/fuzz/corpus/classify" / GetParam().answer);
    int status = 0;
    std::string kind;
    file >> status >> kind;
    file.get();
    std::ostringstream body;
    body << file.rdbuf();
    const Json doing{{"status", status},
                     {"body", body.str()},
                     {"content_type", "application/json"},
                     {"headers", {{"Location", mock_->base_url() + "/elsewhere"}}}};
    const Json script{{"steps", {{{"match", {{"key", key}}}, {"do", doing}}}}};
    const auto set = mock_->SetScript(DumpJson(script));
    ASSERT_TRUE(set) << set.error().message;
  }

  Json StateOf(const std::string& name) {
    const Json page = Ask("GET", "/agm/accounts").json();
    for (const Json& account : page["accounts"]) {
      if (account["name"] == name) return account;
    }
    ADD_FAILURE() << "no account " << name;
    return {};
  }

  std::string TroubleName() const {
    return std::string(GetParam().answer.substr(0, GetParam().answer.find('.')));
  }

  void ExpectState() {
    const Json account = StateOf("broken");
    EXPECT_EQ(account["state"], GetParam().state) << account;
    if (GetParam().state == "ready") return;
    EXPECT_EQ(account["reason"], TroubleName());
    EXPECT_EQ(account["until"].is_null(), GetParam().until == "never") << account;
  }
};

void ExpectWait(const Got& got, int least, int most) {
  const std::string wait = got.header("retry-after");
  if (least == kNone) {
    EXPECT_EQ(wait, "");
    return;
  }
  ASSERT_FALSE(wait.empty());
  EXPECT_GE(std::stoi(wait), least);
  EXPECT_LE(std::stoi(wait), most);
  EXPECT_EQ(got.header("x-should-retry"), std::stoi(wait) > 60 ? "false" : "");
}

TEST_P(Troubles, ReachesTheClientIfNoOtherAccountCanHelp) {
  Add("broken", "broken-key");
  Break("broken-key");
  Start();
  const Row& row = GetParam();
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, row.status) << got.body;
  const Json error = got.json()["error"];
  EXPECT_EQ(error["code"], row.code.empty() ? Json() : Json(row.code)) << got.body;
  ExpectWait(got, row.least_wait, row.most_wait);
  if (row.status == 403) {
    EXPECT_EQ(error["type"], "permission_error");
    EXPECT_EQ(got.header("x-should-retry"), "false");
  }
  EXPECT_EQ(RequestsOf("broken-key"), row.tries);
  EXPECT_EQ(got.header("x-account-email"), "broken@example.com");
  ExpectState();
}

TEST_P(Troubles, IsNotSeenWhereAnotherAccountAnswers) {
  Add("broken", "broken-key");
  Add("good", "good-key");
  config_.accounts[1].priority = 1;
  Break("broken-key");
  Start();
  const Got got = Chat("hi");
  if (GetParam().rotates) {
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.header("x-account-email"), "good@example.com");
    EXPECT_EQ(RequestsOf("good-key"), 1);
  } else {
    EXPECT_EQ(got.status, GetParam().status) << got.body;
    EXPECT_EQ(RequestsOf("good-key"), 0);
  }
  EXPECT_EQ(RequestsOf("broken-key"), 1);
  ExpectState();
  EXPECT_EQ(StateOf("good")["requests"], GetParam().rotates ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Each, Troubles, testing::ValuesIn(kRows), [](const auto& row) {
  return std::string(row.param.answer.substr(0, row.param.answer.find('.')));
});

TEST(TroublesTable, HasARowForEach) {
  std::size_t rows = 0;
  for (const Row& row : kRows) {
    const auto trouble = upstream::FindTrouble(row.answer.substr(0, row.answer.find('.')));
    ASSERT_TRUE(trouble) << row.answer;
    EXPECT_EQ(static_cast<std::size_t>(*trouble), rows++);
  }
  EXPECT_EQ(rows, 26U);
}

}  // namespace
}  // namespace agm::gateway
