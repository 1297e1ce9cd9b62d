// The client's error if no account can serve: for each kind of trouble the status, the code,
// the headers and the message, in the shapes of OpenAI (chat and responses), Anthropic and Google.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "core/accounts/pool.h"
#include "core/base/json.h"
#include "core/protocol/anthropic/error.h"
#include "core/protocol/gemini/error.h"
#include "core/protocol/openai/chat.h"
#include "core/protocol/responses/responses.h"
#include "core/upstream/gemini/classify.h"
#include "tests/core/accounts/pool_fixture.h"
#include "tests/support/source_dir.h"

namespace agm::accounts {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct Row {
  std::string_view answer;  ///< a file of tests/fuzz/corpus/classify
  int status;               ///< of the OpenAI and the Google shape
  int anthropic_status;
  std::string_view type;     ///< OpenAI's
  std::string_view code;     ///< OpenAI's
  std::string_view google;   ///< the word in Google's status
  int least_wait;            ///< Retry-After in seconds; -1: none
  std::string_view final;    ///< x-should-retry
  std::string_view message;  ///< a pattern for the whole of it
};

// clang-format off
const Row kRows[] = {
    // A person must act:
    {"bad_key.invalid", 403, 403, "permission_error", "upstream_key_invalid", "PERMISSION_DENIED", -1, "false",
     "no account can serve gemini-2.5-flash: the upstream refuses the account's API key; .*agm accounts add NAME.*"
     "the upstream says: \"API key not valid. Please pass a valid API key.\""},
    {"unauthenticated.token", 403, 403, "permission_error", "upstream_key_invalid", "PERMISSION_DENIED", -1, "false",
     "does not accept the account's key or login.*the upstream says: \""},
    {"blocked.leaked", 403, 403, "permission_error", "upstream_blocked", "PERMISSION_DENIED", -1, "false",
     "has blocked the account's key or project.*the upstream says: \".*leaked"},
    {"not_enabled.service", 403, 403, "permission_error", "upstream_not_enabled", "PERMISSION_DENIED", -1, "false",
     "the API is not enabled.*agm accounts check.*"
     "Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview then"},
    {"not_enabled.address", 403, 403, "permission_error", "upstream_not_enabled", "PERMISSION_DENIED", -1, "false",
     "lift the key's restriction.*the upstream says: \""},
    {"location.user", 403, 403, "permission_error", "upstream_location", "PERMISSION_DENIED", -1, "false",
     "does not serve this location \\(country or region\\); set proxy.upstream_proxy.*location is not supported"},
    {"spend_cap.monthly", 403, 403, "permission_error", "upstream_billing", "PERMISSION_DENIED", -1, "false",
     "spending limit is reached.*agm accounts check.*the upstream says: \""},
    {"no_credit.prepay", 403, 403, "permission_error", "upstream_billing", "PERMISSION_DENIED", -1, "false",
     "billing is off, or its prepaid credit is used up.*the upstream says: \""},
    // It ends by itself:
    {"minute_quota.requests", 429, 429, "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED", 37, "",
     "^the rate limit of gemini-2.5-flash is reached on every account; try again in 3[678]s; "
     "the upstream says: \"You exceeded your current quota.*rate-limits"},
    {"day_quota.short_delay", 429, 429, "insufficient_quota", "insufficient_quota", "RESOURCE_EXHAUSTED", 37, "",
     "^every account is out of today's quota for gemini-2.5-flash; it returns in 3. s \\(12:00 UTC\\), "
     "try again in 3[678]s; add another project: agm accounts add"},
    {"day_quota.long_delay", 429, 429, "insufficient_quota", "insufficient_quota", "RESOURCE_EXHAUSTED", -1, "false",
     "it returns in [0-9]+ h .*UTC\\), try again in [0-9][0-9][0-9][0-9]+s"},
    {"shared_capacity.vertex", 429, 429, "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED", 6, "",
     "no free capacity for gemini-2.5-flash at the moment; try again in [56]s"},
    {"model_overloaded.unavailable", 503, 529, "service_unavailable_error", "server_is_overloaded", "UNAVAILABLE", 2, "",
     "^gemini-2.5-flash is overloaded at the moment; try again in [23]s"},
    {"unavailable.json", 503, 529, "service_unavailable_error", "server_is_overloaded", "UNAVAILABLE", 2, "",
     "the upstream is not available for gemini-2.5-flash at the moment; try again in [23]s"},
    // The model is at fault:
    {"unknown_model.retired", 404, 404, "invalid_request_error", "model_not_found", "NOT_FOUND", -1, "",
     "^no account has access to the model \"gemini-2.5-flash\"; "
     "the upstream says: \"This model models/gemini-9-old is no longer available"},
    {"no_quota.quota_value", 404, 404, "invalid_request_error", "model_not_found", "NOT_FOUND", -1, "",
     "its quota is 0 in the project's tier: enable billing"},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.answer; }

std::string Header(const protocol::WireError& wire, std::string_view name) {
  for (const auto& [key, value] : wire.headers) {
    if (key == name) return value;
  }
  return {};
}

class ActionableErrors : public PoolTest, public testing::WithParamInterface<Row> {
 protected:
  /// Of a pool whose only account has met the row's answer.
  Error Told() {
    std::ifstream file(test::SourceDir() / "tests/fuzz/corpus/classify" / GetParam().answer);
    int status = 0;
    std::string kind;
    file >> status >> kind;
    file.get();
    std::ostringstream body;
    body << file.rdbuf();
    Pool pool = Make({Named("secret-name", "my-project-1234")});
    Break(pool, "secret-name", upstream::Classify(status, body.str(), kind == "vertex"));
    auto error = pool.WhyNobody(kModel);
    EXPECT_TRUE(error);
    return error.value_or(Error{});
  }

  void ExpectHeaders(const protocol::WireError& wire) {
    const std::string wait = Header(wire, "Retry-After");
    EXPECT_EQ(Header(wire, "x-should-retry"), GetParam().final);
    if (GetParam().least_wait < 0) {
      EXPECT_EQ(wait, "");
      return;
    }
    ASSERT_NE(wait, "");
    EXPECT_NEAR(std::stoi(wait), GetParam().least_wait, 1);
  }
};

TEST_P(ActionableErrors, NameTheFailureTheModelAndTheRemedyButNoAccount) {
  const Error error = Told();
  EXPECT_THAT(error.message, ContainsRegex(std::string(GetParam().message)));
  EXPECT_THAT(error.message, HasSubstr("gemini-2.5-flash"));
  for (const char* secret : {"secret-name", "my-project-1234", "123456789012", "AIza", "@"}) {
    EXPECT_THAT(error.message, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(error.members, HasSubstr("\"label\":\"secret-name\""));
}

TEST_P(ActionableErrors, HaveOpenAisShapeForChatAndForResponses) {
  const Error error = Told();
  const protocol::Responses responses;
  const protocol::Dialect* const dialects[] = {&protocol::OpenAiChat(), &responses};
  for (const protocol::Dialect* dialect : dialects) {
    const protocol::WireError wire = dialect->WriteError(error);
    EXPECT_EQ(wire.status, GetParam().status);
    const Json body = Json::parse(wire.body)["error"];
    EXPECT_EQ(body["type"], GetParam().type);
    EXPECT_EQ(body["code"], GetParam().code);
    EXPECT_EQ(body["message"], error.message);
    EXPECT_EQ(body["accounts"].size(), 1U);
    ExpectHeaders(wire);
  }
}

TEST_P(ActionableErrors, HaveAnthropicsShape) {
  const Error error = Told();
  const protocol::WireError wire = protocol::WriteAnthropicError(error, "req_1");
  EXPECT_EQ(wire.status, GetParam().anthropic_status);
  const Json body = Json::parse(wire.body);
  EXPECT_EQ(body["type"], "error");
  EXPECT_EQ(body["error"]["message"], error.message);
  if (wire.status == 403) {
    EXPECT_EQ(body["error"]["type"], "permission_error");
    EXPECT_EQ(body["error"]["details"]["error_code"], GetParam().code);
  }
  ExpectHeaders(wire);
}

TEST_P(ActionableErrors, HaveGooglesShapeWithItsDetails) {
  const Error error = Told();
  const protocol::WireError wire = protocol::WriteGeminiError(error);
  EXPECT_EQ(wire.status, GetParam().status);
  const Json body = Json::parse(wire.body)["error"];
  EXPECT_EQ(body["code"], GetParam().status);
  EXPECT_EQ(body["status"], GetParam().google);
  ExpectHeaders(wire);
  const std::string details = body.value("details", Json::array()).dump();
  if (wire.status == 403) {
    EXPECT_THAT(details, HasSubstr("\"reason\":\"UPSTREAM_"));
  }
  if (wire.status != 429) return;
  const bool day = error.code == ErrorCode::kQuotaExhausted;
  EXPECT_THAT(details, HasSubstr(day ? "PerDay" : "PerMinute"));
  EXPECT_THAT(details, ContainsRegex("\"retryDelay\":\"[0-9]+s\""));
  EXPECT_THAT(body["message"], ContainsRegex("Please retry in [0-9]+s\\.$"));
}

INSTANTIATE_TEST_SUITE_P(Each, ActionableErrors, testing::ValuesIn(kRows), [](const auto& row) {
  std::string name(row.param.answer);
  std::ranges::replace(name, '.', '_');
  return name;
});

class Exhaustion : public PoolTest {};

TEST_F(Exhaustion, SaysHowManyAccountsShareTheTroubleOfMost) {
  Pool pool = Make({Named("a"), Named("b"), Named("c")});
  Break(pool, "a", Of(Trouble::kLocation));
  Break(pool, "b", Of(Trouble::kBadKey));
  Break(pool, "c", Of(Trouble::kBadKey));
  const Error error = *pool.WhyNobody(kModel);
  EXPECT_EQ(error.reason, "upstream_key_invalid");
  EXPECT_THAT(error.message, HasSubstr("refuses the account's API key (2 of 3 accounts)"));
}

TEST_F(Exhaustion, WaitsForWhatEndsByItselfBeforeItAsksAPerson) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kNotEnabled));
  Break(pool, "b", Of(Trouble::kMinuteQuota, 20s));
  const Error error = *pool.WhyNobody(kModel);
  EXPECT_EQ(error.code, ErrorCode::kRateLimited);
  EXPECT_NEAR(error.retry_after_ms, 20'500, 600);
}

TEST_F(Exhaustion, DoesNotCountAnHourOfAMissingModelAsTheDaysEnd) {
  Pool pool = Make({Named("a"), Named("b")});
  Break(pool, "a", Of(Trouble::kUnknownModel));
  Break(pool, "b", Of(Trouble::kDayQuota));
  EXPECT_GT(pool.WhyNobody(kModel)->retry_after_ms, 10 * 3'600'000);
}

TEST_F(Exhaustion, TellsApartNoAccountAndDisabledOnes) {
  Pool none = Make({});
  EXPECT_EQ(none.WhyNobody(kModel)->code, ErrorCode::kNoAccount);
  EXPECT_EQ(none.WhyNobody(kModel)->reason, "no_account");
  EXPECT_THAT(none.WhyNobody(kModel)->message, HasSubstr("agm accounts add"));
  auto disabled = Named("a");
  disabled.enabled = false;
  Pool off = Make({disabled});
  EXPECT_EQ(off.WhyNobody(kModel)->reason, "no_account");
  EXPECT_THAT(off.WhyNobody(kModel)->message, HasSubstr("agm accounts enable"));
}

}  // namespace
}  // namespace agm::accounts
