#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/protocol/shared/repair.h"

/// Upstream failures, classified by the reaction that they need. The table in trouble.cc states for
/// each class the client's error, whether to retry, and the owner and length of the cooldown.
namespace agm::upstream {

/// The content of a 2xx response instead of an answer (no_answer.h).
enum class NoAnswer;

/// The classes of upstream failure.
enum class Trouble {
  kMinuteQuota,      ///< 429, a quota id per minute
  kDayQuota,         ///< 429, a quota id per day; resets at midnight America/Los_Angeles
  kNoQuota,          ///< 429 with limit 0: the project's tier does not include the model
  kSharedLimit,      ///< 429 without details
  kSharedCapacity,   ///< 429 of Vertex without a quota failure
  kModelOverloaded,  ///< 429/503 that names the model's capacity
  kSpendCap,         ///< 429 that names billing or spend
  kNoCredit,         ///< 402, or prepaid credit used up
  kBadKey,           ///< 400 API_KEY_INVALID, key expired
  kUnauthenticated,  ///< 401
  kBlocked,          ///< 403: key leaked, consumer suspended or invalid
  kNotEnabled,       ///< 403: service disabled or blocked for the key, billing off
  kResourceDenied,   ///< 403 on a named file, cache or tuned model
  kLocation,         ///< 400 FAILED_PRECONDITION: not available in this location or tier
  kBadRequest,       ///< 400 INVALID_ARGUMENT: the request is invalid
  kUnknownModel,     ///< 404 on the model
  kNotServed,        ///< 404 that names the method, or does not say what was not found
  kUnknownResource,  ///< 404 on a file, a cache or a tuned model
  kAborted,          ///< 408, 409, 499
  kTooLarge,         ///< 413
  kInternal,         ///< 500
  kUnavailable,      ///< 502, 503
  kDeadline,         ///< 504
  kNetwork,          ///< no response: DNS, connect, TLS, reset
  kGarbage,          ///< a response that cannot be used
  kRedirect,         ///< 3xx
};

/// The owner of the cooldown.
enum class CooldownScope {
  kNobody,
  kModel,
  kAccountModel,
  kProjectModel,
  kAccount,
  kAccountDisabled
};

/// How the request continues.
enum class NextTry {
  kStop,    ///< the request is invalid: answer the client
  kRotate,  ///< try another account at once
  kSpaced,  ///< try the same account once more after a pause, then another one
};

/// One row of the table.
struct TroubleRow {
  Trouble trouble;
  std::string_view name;  ///< in logs, state and JSON: "minute_quota"
  ErrorCode code;         ///< the client's error code if no retry succeeds
  NextTry next;
  int tries;  ///< attempts that may fail like this for one model before giving up
  CooldownScope scope;
  Duration cooldown;  ///< if the upstream names no delay; kDayQuota: the maximum, because it
                      ///< ends at the next midnight in America/Los_Angeles
  int strikes;        ///< failures in a row that start a cooldown; 1: the first one does
};

const TroubleRow& RowOf(Trouble trouble);

/// The problem that a person must fix before the account can serve again, as in `error.code`:
/// "upstream_key_invalid", "upstream_blocked", "upstream_not_enabled", "upstream_location" or
/// "upstream_billing". Empty for a failure that ends by itself or that no account causes.
std::string_view MustFix(Trouble trouble);

/// Finds a class by name; nullopt if there is none (state files may come from other versions).
std::optional<Trouble> FindTrouble(std::string_view name);

/// A quota with the limit that a response names.
struct QuotaLimit {
  enum class Of { kRequests, kTokens };
  enum class Per { kMinute, kDay };
  Of of = Of::kRequests;
  Per per = Per::kMinute;
  std::int64_t limit = 0;
  friend bool operator==(const QuotaLimit&, const QuotaLimit&) = default;
};

/// A failed attempt.
struct Failure {
  Trouble trouble = Trouble::kInternal;
  Error error;                          ///< the client's error if no retry succeeds
  std::optional<Duration> retry_delay;  ///< the upstream's delay; never zero for kDayQuota, where
                                        ///< "0s" means nothing; none for kNoQuota, which no delay
                                        ///< of seconds ends
  std::vector<std::string> quotas;      ///< ids of the exceeded quotas; each once, at most eight
  std::string project;  ///< the consumer project named in the response, if any: an id or a
                        ///< number, without "projects/"
  std::vector<QuotaLimit> limits{};     ///< of the exceeded quotas, if the response names them
  std::optional<NoAnswer> no_answer{};  ///< of a response with a good status
  std::string said{};  ///< the upstream's own sentence and link, safe to show; may be empty
  /// The repair to make before the gateway sends the request once more; kNone if none helps.
  protocol::Repair repair = protocol::Repair::kNone;
  std::string refused_field{};  ///< for Repair::kOmitField
};

/// The failure for an Error of the transport (no response). kCancelled becomes kAborted with the
/// same code, for which no account is to blame.
Failure ClassifyTransport(const Error& error);

/// The account's upstream does not serve this kind of request; no account is to blame.
Failure NotServedFailure();

/// An unusable response: `what` names it briefly ("a web page", "JSON that is cut off").
Failure GarbageFailure(std::string_view what);

}  // namespace agm::upstream
