// What a client is told when no account can serve its request.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/accounts/survey.h"
#include "tests/support/fake_clock.h"

namespace agm::accounts {
namespace {

using namespace std::chrono_literals;
using upstream::Trouble;

constexpr TimePoint kNow{1000h};
constexpr Moment kMoment{kNow, test::FakeClock::kStart};

/// Three accounts that list the model; these have a trouble that ends in a minute.
Survey With(std::vector<Survey::Case> cases, Duration left = 60s) {
  Survey survey;
  survey.model = "m";
  survey.listing = 3;
  survey.cases = std::move(cases);
  survey.first = left.count() == 0 ? TimePoint::max() : kNow + left;
  return survey;
}

std::string Message(const Survey& survey) { return Tell(survey, kMoment).message; }

TEST(SurveyWords, SayWhichLimitIsReachedAndWhenToTryAgain) {
  struct Case {
    Trouble trouble;
    ErrorCode code;
    std::string words;
  };
  const std::vector<Case> cases = {
      {Trouble::kMinuteQuota, ErrorCode::kRateLimited,
       "the rate limit of m is reached on every account"},
      {Trouble::kSharedLimit, ErrorCode::kRateLimited,
       "the rate limit of m is reached on every account"},
      {Trouble::kSharedCapacity, ErrorCode::kRateLimited,
       "the upstream has no free capacity for m at the moment"},
      {Trouble::kModelOverloaded, ErrorCode::kOverloaded, "m is overloaded at the moment"},
      {Trouble::kUnavailable, ErrorCode::kOverloaded,
       "the upstream is not available for m at the moment"},
      {Trouble::kNetwork, ErrorCode::kOverloaded, "the upstream cannot be reached"},
      {Trouble::kInternal, ErrorCode::kOverloaded, "the upstream keeps failing for m"},
      {Trouble::kGarbage, ErrorCode::kOverloaded, "the upstream keeps failing for m"},
      {Trouble::kDeadline, ErrorCode::kOverloaded, "the upstream keeps failing for m"},
  };
  for (const Case& each : cases) {
    const Error error = Tell(With({{each.trouble, 3, "Wait."}}, 59'001ms), kMoment);
    EXPECT_EQ(error.code, each.code) << each.words;
    EXPECT_EQ(error.message, each.words + "; try again in 60s; the upstream says: \"Wait.\"");
    EXPECT_EQ(error.retry_after_ms, 59'001);
    EXPECT_EQ(Message(With({{each.trouble, 3, ""}}, 0s)), each.words);
    EXPECT_EQ(Tell(With({{each.trouble, 3, ""}}, 0s), kMoment).retry_after_ms, -1);
    EXPECT_EQ(Message(With({{each.trouble, 3, ""}}, -1ms)), each.words) << "it has just ended";
  }
}

TEST(SurveyWords, SpeakOfTheLongestDelayThatANumberHolds) {
  const Survey survey = With({{Trouble::kMinuteQuota, 1, ""}}, 24h * 1000);
  EXPECT_EQ(Tell(survey, kMoment).retry_after_ms, 2'147'483'647);
}

TEST(SurveyWords, SayWhenADaysQuotaReturns) {
  struct Case {
    Duration left;
    std::string words;
  };
  const std::vector<Case> cases = {
      {36s, "36 s (12:00 UTC), try again in 36s"},
      {59s, "59 s (12:00 UTC), try again in 59s"},
      {60s, "1 min (12:01 UTC), try again in 60s"},
      {200s, "3 min 20 s (12:03 UTC), try again in 200s"},
      {3599s, "59 min 59 s (12:59 UTC), try again in 3599s"},
      {3600s, "1 h (13:00 UTC), try again in 3600s"},
      {3659s, "1 h (13:00 UTC), try again in 3659s"},
      {5h + 12min, "5 h 12 min (17:12 UTC), try again in 18720s"},
  };
  for (const Case& each : cases) {
    const Error error = Tell(With({{Trouble::kDayQuota, 3, "Enough."}}, each.left), kMoment);
    EXPECT_EQ(error.code, ErrorCode::kQuotaExhausted);
    EXPECT_EQ(error.message,
              "every account is out of today's quota for m; it returns in " + each.words +
                  "; add another project: agm accounts add; the upstream says: \"Enough.\"");
    EXPECT_EQ(error.retry_after_ms, each.left.count());
  }
  EXPECT_EQ(Message(With({{Trouble::kDayQuota, 3, ""}}, 0s)),
            "every account is out of today's quota for m; add another project: agm accounts add");
}

TEST(SurveyWords, PreferWhatEndsFirst) {
  const auto code = [](std::vector<Survey::Case> cases) {
    return Tell(With(std::move(cases)), kMoment).code;
  };
  const Survey::Case minute{Trouble::kMinuteQuota, 1, ""};
  const Survey::Case day{Trouble::kDayQuota, 5, ""};
  const Survey::Case overload{Trouble::kModelOverloaded, 5, ""};
  const Survey::Case missing{Trouble::kUnknownModel, 5, ""};
  const Survey::Case key{Trouble::kBadKey, 5, ""};
  EXPECT_EQ(code({day, overload, missing, key, minute}), ErrorCode::kRateLimited);
  EXPECT_EQ(code({day, overload}), ErrorCode::kRateLimited);
  EXPECT_EQ(code({key, missing, day}), ErrorCode::kQuotaExhausted);
  EXPECT_EQ(code({key, missing, overload}), ErrorCode::kOverloaded);
  EXPECT_EQ(code({key, missing}), ErrorCode::kUnknownModel);
  EXPECT_EQ(code({key}), ErrorCode::kNoAccount);
  EXPECT_EQ(code({{Trouble::kBadRequest, 1, ""}}), ErrorCode::kOverloaded);
  EXPECT_EQ(Message(With({{Trouble::kBadRequest, 1, ""}})),
            "every account that could serve this request was tried");
  EXPECT_EQ(Message(With({day, overload})),
            "the rate limit of m is reached on every account; try again in 60s");
}

TEST(SurveyWords, SpeakForMostAccounts) {
  EXPECT_EQ(Message(With({{Trouble::kModelOverloaded, 1, ""}, {Trouble::kNetwork, 2, ""}})),
            "the upstream cannot be reached; try again in 60s");
  EXPECT_EQ(Message(With({{Trouble::kModelOverloaded, 2, ""}, {Trouble::kNetwork, 2, ""}})),
            "m is overloaded at the moment; try again in 60s")
      << "the first of the configuration";
  EXPECT_EQ(Message(With({{Trouble::kSharedCapacity, 1, ""}, {Trouble::kMinuteQuota, 2, ""}})),
            "the rate limit of m is reached on every account; try again in 60s");
}

TEST(SurveyWords, SayThatTheModelIsMissing) {
  Survey survey = With({});
  survey.listing = 0;
  const Error unlisted = Tell(survey, kMoment);
  EXPECT_EQ(unlisted.code, ErrorCode::kUnknownModel);
  EXPECT_EQ(unlisted.message, "no account has access to the model \"m\"");
  EXPECT_EQ(unlisted.reason, "model_not_found");
  EXPECT_EQ(unlisted.param, "model");
  EXPECT_EQ(Message(With({{Trouble::kUnknownModel, 3, "No m."}})),
            "no account has access to the model \"m\"; the upstream says: \"No m.\"");
  EXPECT_EQ(
      Message(With({{Trouble::kNoQuota, 3, "No m."}})),
      "no account has access to the model \"m\"; its quota is 0 in the project's tier: enable "
      "billing for the project, or use another model; the upstream says: \"No m.\"");
}

TEST(SurveyWords, SayWhatAPersonMustDo) {
  struct Case {
    Trouble trouble;
    std::string failure;
    std::string action;
    std::string reason;
  };
  const std::string replace =
      "replace the key with `agm accounts add NAME` (`agm accounts list` shows which account; keys "
      "are made at https://keys.test)";
  const std::vector<Case> cases = {
      {Trouble::kBadKey, "the upstream refuses the account's API key", replace,
       "upstream_key_invalid"},
      {Trouble::kUnauthenticated, "the upstream does not accept the account's key or login",
       replace, "upstream_key_invalid"},
      {Trouble::kBlocked, "the upstream has blocked the account's key or project", replace,
       "upstream_blocked"},
      {Trouble::kNotEnabled, "the API is not enabled for the account's project or key",
       "enable the API there, or lift the key's restriction, then run `agm accounts check`",
       "upstream_not_enabled"},
      {Trouble::kLocation, "the upstream does not serve this location (country or region)",
       "set proxy.upstream_proxy, use a project with billing, or add a Vertex AI account",
       "upstream_location"},
      {Trouble::kSpendCap, "the project's spending limit is reached",
       "raise the limit in the project's billing settings, then run `agm accounts check`",
       "upstream_billing"},
      {Trouble::kNoCredit, "the project's billing is off, or its prepaid credit is used up",
       "see to the project's billing, then run `agm accounts check`", "upstream_billing"},
  };
  for (const Case& each : cases) {
    Survey survey = With({{each.trouble, 2, "Pay.", "https://keys.test"}});
    const Error error = Tell(survey, kMoment);
    EXPECT_EQ(error.code, ErrorCode::kNoAccount);
    EXPECT_EQ(error.message, "no account can serve m: " + each.failure + " (2 of 3 accounts); " +
                                 each.action + "; the upstream says: \"Pay.\"");
    EXPECT_EQ(error.reason, each.reason);
    EXPECT_EQ(error.retry_after_ms, -1);
    survey.listing = 2;
    EXPECT_NE(Message(survey).find(" (2 of 2 accounts); "), std::string::npos);
    survey.listing = 1;
    EXPECT_EQ(Message(survey).find("accounts); "), std::string::npos);
  }
}

TEST(SurveyWords, SayThatThereIsNoAccountOrNoneEnabled) {
  Survey survey = With({{Trouble::kMinuteQuota, 1, ""}});
  survey.disabled = 2;
  EXPECT_EQ(Tell(survey, kMoment).code, ErrorCode::kRateLimited);
  survey.disabled = 3;
  const Error disabled = Tell(survey, kMoment);
  EXPECT_EQ(disabled.code, ErrorCode::kNoAccount);
  EXPECT_EQ(disabled.message,
            "every account that serves m is disabled; `agm accounts list` says why, `agm accounts "
            "enable NAME` enables one");
  EXPECT_EQ(disabled.reason, "no_account");
  survey.configured = false;
  const Error none = Tell(survey, kMoment);
  EXPECT_EQ(none.message, "no account is configured; add one with `agm accounts add`");
  EXPECT_EQ(none.reason, "no_account");
}

TEST(SurveyWords, SayThatAnAccountIsBeingTried) {
  Survey survey = With({{Trouble::kBadKey, 2, ""}}, 1s);
  survey.being_tried = 1;
  const Error error = Tell(survey, kMoment);
  EXPECT_EQ(error.code, ErrorCode::kOverloaded);
  EXPECT_EQ(error.message,
            "an account is being tried after a long cooldown, to see whether it works again; try "
            "again in 1s");
  EXPECT_EQ(error.retry_after_ms, 1000);
}

}  // namespace
}  // namespace agm::accounts
