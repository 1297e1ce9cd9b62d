#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

/// What can go wrong upstream, told apart by what must be done about it. One table, in trouble.cc,
/// says for each kind how it is answered, whether another try helps, and who rests how long.
namespace agm::upstream {

/// The classes of upstream failure.
enum class Trouble {
  kMinuteQuota,      ///< 429, a quota id per minute
  kDayQuota,         ///< 429, a quota id per day; turns at midnight America/Los_Angeles
  kNoQuota,          ///< 429 with limit 0: this project's tier has none of the model
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
  kLocation,         ///< 400 FAILED_PRECONDITION: not served from here or in this tier
  kBadRequest,       ///< 400 INVALID_ARGUMENT: the request is at fault
  kUnknownModel,     ///< 404 on the model or its method
  kUnknownResource,  ///< 404 on a file or cache
  kAborted,          ///< 408, 409, 499
  kTooLarge,         ///< 413
  kInternal,         ///< 500
  kUnavailable,      ///< 502, 503
  kDeadline,         ///< 504
  kNetwork,          ///< no answer: name, connect, TLS, reset
  kGarbage,          ///< an answer that is none
  kRedirect,         ///< 3xx
};

/// Who rests after it.
enum class RestScope { kNobody, kModel, kAccountModel, kProjectModel, kAccount, kAccountDisabled };

/// What the request does next.
enum class NextTry {
  kStop,    ///< the request is at fault: answer the client
  kRotate,  ///< another account, at once
  kSpaced,  ///< the same account once more after a pause, then another
};

/// One row of the table.
struct TroubleRow {
  Trouble trouble;
  std::string_view name;  ///< as in logs, state and JSON: "minute_quota"
  ErrorCode code;         ///< what the client is told if it is final
  NextTry next;
  int tries;  ///< so many that meet it, for one model, and no more are made
  RestScope scope;
  Duration rest;  ///< where the upstream names no delay; kDayQuota: at most so long, for it
                  ///< ends at the next midnight in America/Los_Angeles
  int strikes;    ///< so many in a row before anybody rests; 1: the first one counts
};

const TroubleRow& RowOf(Trouble trouble);

/// The trouble of that name; nothing if there is none (state files outlive versions).
std::optional<Trouble> FindTrouble(std::string_view name);

/// A quota whose limit an answer names.
struct QuotaLimit {
  enum class Of { kRequests, kTokens };
  enum class Per { kMinute, kDay };
  Of of = Of::kRequests;
  Per per = Per::kMinute;
  std::int64_t limit = 0;
  friend bool operator==(const QuotaLimit&, const QuotaLimit&) = default;
};

/// A failed try.
struct Failure {
  Trouble trouble = Trouble::kInternal;
  Error error;                          ///< what the client is told if it is final
  std::optional<Duration> retry_delay;  ///< what the upstream asked for; never zero for kDayQuota
                                        ///< and kNoQuota, where "0s" means nothing
  std::string quota;                 ///< quota ids seen, joined with ","; for people and learning
  std::string project;               ///< the consumer project that the answer names, if any: an
                                     ///< id or a number, without "projects/"
  std::vector<QuotaLimit> limits{};  ///< of the quotas that were hit, where it names them
};

/// Reads an upstream's error answer. `body` may be JSON (an object, or wrapped in an array), cut
/// off, HTML or nothing. `vertex`: the answer came from Vertex AI. A `status` of 2xx stands for an
/// error that came inside a good answer: then the body's own code counts.
///
/// Failure::error is in our words. Only a request that is itself at fault is told what upstream
/// found, shortened and with everything cut out that could be a key, a project or a mail address.
/// `retry_after` is the delay of a header, which counts where the body names none.
Failure Classify(int status, std::string_view body, bool vertex,
                 std::optional<Duration> retry_after = std::nullopt);

/// The failure for an Error of the transport (no answer at all). kCancelled becomes kAborted with
/// the code kept, which no account answers for.
Failure ClassifyTransport(const Error& error);

/// An answer that is none: `what` in a few words ("a web page", "JSON that is cut off").
Failure GarbageFailure(std::string_view what);

}  // namespace agm::upstream
