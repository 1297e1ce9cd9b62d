#include "core/upstream/trouble.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace agm::upstream {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using enum Trouble;
using enum NextTry;
using Scope = CooldownScope;
using Code = ErrorCode;

constexpr int kAny = 1'000;

// clang-format off
constexpr std::array<TroubleRow, 26> kTable = {{
    // class            its name             client's error               next     tries  cooldown of              how long    from the nth
    {kMinuteQuota,     "minute_quota",       Code::kRateLimited,          kRotate, kAny,  Scope::kProjectModel,    minutes(1),  1},
    {kDayQuota,        "day_quota",          Code::kQuotaExhausted,       kRotate, kAny,  Scope::kProjectModel,    hours(24),   1},
    {kNoQuota,         "no_quota",           Code::kQuotaExhausted,       kRotate, kAny,  Scope::kProjectModel,    hours(1),    1},
    {kSharedLimit,     "shared_limit",       Code::kRateLimited,          kRotate, kAny,  Scope::kAccountModel,    seconds(30), 1},
    {kSharedCapacity,  "shared_capacity",    Code::kRateLimited,          kRotate, kAny,  Scope::kAccountModel,    seconds(5),  1},
    {kModelOverloaded, "model_overloaded",   Code::kOverloaded,           kSpaced, 3,     Scope::kModel,           seconds(2),  1},
    {kSpendCap,        "spend_cap",          Code::kNoAccount,            kRotate, kAny,  Scope::kAccount,         hours(1),    1},
    {kNoCredit,        "no_credit",          Code::kNoAccount,            kRotate, kAny,  Scope::kAccount,         hours(1),    1},
    {kBadKey,          "bad_key",            Code::kNoAccount,            kRotate, kAny,  Scope::kAccountDisabled, seconds(0),  1},
    {kUnauthenticated, "unauthenticated",    Code::kNoAccount,            kRotate, kAny,  Scope::kAccountDisabled, seconds(0),  1},
    {kBlocked,         "blocked",            Code::kNoAccount,            kRotate, kAny,  Scope::kAccountDisabled, seconds(0),  1},
    {kNotEnabled,      "not_enabled",        Code::kNoAccount,            kRotate, kAny,  Scope::kAccount,         hours(1),    1},
    {kResourceDenied,  "resource_denied",    Code::kNotFound,             kStop,   1,     Scope::kNobody,          seconds(0),  1},
    {kLocation,        "location",           Code::kNoAccount,            kRotate, kAny,  Scope::kAccount,         hours(24),   1},
    {kBadRequest,      "bad_request",        Code::kInvalidRequest,       kStop,   1,     Scope::kNobody,          seconds(0),  1},
    {kUnknownModel,    "unknown_model",      Code::kUnknownModel,         kRotate, 2,     Scope::kAccountModel,    hours(1),    1},
    {kNotServed,       "not_served",         Code::kUnknownModel,         kRotate, 2,     Scope::kNobody,          seconds(0),  1},
    {kUnknownResource, "unknown_resource",   Code::kNotFound,             kStop,   1,     Scope::kNobody,          seconds(0),  1},
    {kAborted,         "aborted",            Code::kOverloaded,           kRotate, 2,     Scope::kNobody,          seconds(0),  1},
    {kTooLarge,        "too_large",          Code::kTooLarge,             kStop,   1,     Scope::kNobody,          seconds(0),  1},
    {kInternal,        "internal",           Code::kUpstreamRejected,     kSpaced, 3,     Scope::kAccountModel,    seconds(5),  3},
    {kUnavailable,     "unavailable",        Code::kOverloaded,           kSpaced, 3,     Scope::kModel,           seconds(2),  1},
    {kDeadline,        "deadline",           Code::kTimeout,              kRotate, 2,     Scope::kNobody,          seconds(0),  1},
    {kNetwork,         "network",            Code::kUpstreamUnavailable,  kRotate, kAny,  Scope::kAccount,         seconds(5),  2},
    {kGarbage,         "garbage",            Code::kUpstreamRejected,     kRotate, 2,     Scope::kAccountModel,    seconds(5),  3},
    {kRedirect,        "redirect",           Code::kUpstreamRejected,     kRotate, 2,     Scope::kNobody,          seconds(0),  1},
}};
// clang-format on

constexpr bool RowsStandInTheOrderOfTheEnum() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable.at(i).trouble != static_cast<Trouble>(i)) return false;
  }
  return true;
}
static_assert(RowsStandInTheOrderOfTheEnum());

// The transport's messages are safe to show; only the class must be derived from the code.
Trouble TroubleOfTransport(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled:
    case ErrorCode::kOverloaded:  // this machine's limit: no account answers for it
      return kAborted;
    case ErrorCode::kTimeout:
      return kDeadline;
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kTooLarge:
      return kGarbage;
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
    case ErrorCode::kUnknownRoute:
    case ErrorCode::kMethodNotAllowed:
    case ErrorCode::kUnknownModel:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnsupportedMedia:
    case ErrorCode::kRateLimited:
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kBudgetSpent:
    case ErrorCode::kNoAccount:
    case ErrorCode::kUpstreamUnavailable:
    case ErrorCode::kConfig:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return kNetwork;
  }
  return kNetwork;
}

}  // namespace

const TroubleRow& RowOf(Trouble trouble) { return kTable.at(static_cast<std::size_t>(trouble)); }

std::string_view MustFix(Trouble trouble) {
  switch (trouble) {
    case kBadKey:
    case kUnauthenticated:
      return "upstream_key_invalid";
    case kBlocked:
      return "upstream_blocked";
    case kNotEnabled:
      return "upstream_not_enabled";
    case kLocation:
      return "upstream_location";
    case kSpendCap:
    case kNoCredit:
      return "upstream_billing";
    case kMinuteQuota:
    case kDayQuota:
    case kNoQuota:
    case kSharedLimit:
    case kSharedCapacity:
    case kModelOverloaded:
    case kResourceDenied:
    case kBadRequest:
    case kUnknownModel:
    case kNotServed:
    case kUnknownResource:
    case kAborted:
    case kTooLarge:
    case kInternal:
    case kUnavailable:
    case kDeadline:
    case kNetwork:
    case kGarbage:
    case kRedirect:
      return {};
  }
  return {};
}

std::optional<Trouble> FindTrouble(std::string_view name) {
  for (const TroubleRow& row : kTable) {
    if (row.name == name) return row.trouble;
  }
  return std::nullopt;
}

Failure ClassifyTransport(const Error& error) {
  return {TroubleOfTransport(error.code), error, std::nullopt, {}, {}};
}

Failure NotServedFailure() {
  return {kNotServed,
          Fail(RowOf(kNotServed).code, "the upstream does not serve this kind of request"),
          std::nullopt,
          {},
          {}};
}

Failure GarbageFailure(std::string_view what) {
  return {
      kGarbage,
      Fail(RowOf(kGarbage).code, "the upstream answered with {} instead of a model's answer", what),
      std::nullopt,
      {},
      {}};
}

}  // namespace agm::upstream
