#include "core/upstream/gemini/classify.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/base/ascii.h"
#include "core/upstream/describe.h"
#include "core/upstream/gemini/error_body.h"
#include "core/upstream/gemini/repair.h"
#include "core/upstream/recognise.h"

namespace agm::upstream {
namespace {

using enum Trouble;

// A reason that the upstream names has precedence over words in its message, and those over the
// status.

constexpr std::array<KnownReason, 19> kReasons = {{
    {"API_KEY_INVALID", kBadKey},
    {"API_KEY_EXPIRED", kBadKey},
    {"ACCESS_TOKEN_EXPIRED", kUnauthenticated},
    {"ACCESS_TOKEN_TYPE_UNSUPPORTED", kUnauthenticated},
    {"CREDENTIALS_MISSING", kUnauthenticated},
    {"ACCOUNT_STATE_INVALID", kUnauthenticated},
    {"CONSUMER_SUSPENDED", kBlocked},
    {"CONSUMER_INVALID", kBlocked},
    {"SERVICE_DISABLED", kNotEnabled},
    {"BILLING_DISABLED", kNoCredit},
    {"API_KEY_SERVICE_BLOCKED", kNotEnabled},
    {"API_KEY_HTTP_REFERRER_BLOCKED", kNotEnabled},
    {"API_KEY_IP_ADDRESS_BLOCKED", kNotEnabled},
    {"API_KEY_ANDROID_APP_BLOCKED", kNotEnabled},
    {"API_KEY_IOS_APP_BLOCKED", kNotEnabled},
    {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", kNotEnabled},
    {"IAM_PERMISSION_DENIED", kNotEnabled},
    {"MODEL_CAPACITY_EXHAUSTED", kModelOverloaded},
    {"MODEL_OVERLOADED", kModelOverloaded},
}};

std::optional<Trouble> OfReason(const ErrorBody& body) {
  for (const KnownReason& known : kReasons) {
    if (std::ranges::find(body.reasons, known.word) != body.reasons.end()) return known.trouble;
  }
  return std::nullopt;
}

bool NamesOverload(const ErrorBody& body) {
  return Says(body, {"overloaded", "high demand", "no capacity", "at capacity", "over capacity",
                     "capacity_exhausted"});
}

bool NamesCredit(const ErrorBody& body) {
  return Says(body, {"prepay", "prepaid", "credits are depleted", "credit balance", "out of credit",
                     "insufficient credit", "insufficient fund"});
}

// Every quota refusal says "check your plan and billing details", so those words do not count.
bool NamesSpending(const ErrorBody& body) {
  if (Says(body,
           {"spending cap", "spend cap", "spending limit", "spend limit", "monthly spend",
            "spend-based", "billing cap", "billing limit", "billing account", "tier limit"})) {
    return true;
  }
  return body.text.find("billing") != std::string::npos &&
         !Says(body, {"plan and billing details"});
}

// Finds "limit: 0" as a whole number; proto JSON omits quotaValue if it is 0.
bool NamesZeroLimit(std::string_view text) {
  constexpr std::string_view kLead = "limit: 0";
  for (auto at = text.find(kLead); at != text.npos; at = text.find(kLead, at + 1)) {
    const auto is_digit = [&](std::size_t i) {
      return i < text.size() && text[i] >= '0' && text[i] <= '9';
    };
    const std::size_t next = at + kLead.size();
    const bool decimal = next < text.size() && text[next] == '.' && is_digit(next + 1);
    if (!is_digit(next) && !decimal) return true;
  }
  return false;
}

bool AnyPeriod(const ErrorBody& body, std::initializer_list<std::string_view> periods) {
  return std::any_of(body.quotas.begin(), body.quotas.end(), [&](const QuotaViolation& quota) {
    return std::any_of(periods.begin(), periods.end(), [&](std::string_view period) {
      return quota.period.find(period) != std::string::npos;
    });
  });
}

// Classifies by all violated quotas: the one that lasts longest counts.
Trouble OfQuotas(const ErrorBody& body) {
  const bool zero = std::any_of(body.quotas.begin(), body.quotas.end(),
                                [](const QuotaViolation& quota) { return quota.limit == 0; });
  if (zero || NamesZeroLimit(body.text)) return kNoQuota;
  if (AnyPeriod(body, {"spend", "permonth"})) return kSpendCap;
  if (AnyPeriod(body, {"perday", "daily"})) return kDayQuota;
  if (AnyPeriod(body, {"perminute", "persecond", "perhour"})) return kMinuteQuota;
  return Says(body, {"per day", "perday", "per_day", "daily"}) ? kDayQuota : kMinuteQuota;
}

Trouble OfExhaustion(const ErrorBody& body, bool vertex) {
  if (NamesCredit(body)) return kNoCredit;
  if (!body.quotas.empty()) return OfQuotas(body);
  if (NamesOverload(body)) return kModelOverloaded;
  if (NamesZeroLimit(body.text)) return kNoQuota;
  if (NamesSpending(body)) return kSpendCap;
  if (Says(body, {"per day", "perday", "per_day", "daily"})) return kDayQuota;
  if (Says(body, {"per minute", "perminute", "per_minute", "quota exceeded for"})) {
    return kMinuteQuota;
  }
  const bool vertex_words = Says(body, {"error-code-429"});
  return vertex || vertex_words ? kSharedCapacity : kSharedLimit;
}

bool NamesResource(const ErrorBody& body) {
  return Says(body, {"cachedcontent", "cached content", "cached_content", "files/", "the file ",
                     "tunedmodel", "tuned model", "corpora/", "filesearchstore", "cache content",
                     "content cache"});
}

// A whole word: "file" in "the file is gone", not in "profile" or "models/my-file".
bool NamesWord(std::string_view text, std::string_view word) {
  const auto joins = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
  };
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !joins(text[at - 1]);
    const bool ends = end == text.size() || !joins(text[end]) ||
                      (text[end] == '.' && (end + 1 == text.size() || text[end + 1] == ' '));
    if (begins && ends) return true;
  }
  return false;
}

bool NamesAnyWord(const ErrorBody& body, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return NamesWord(body.text, word); });
}

// Google says the same of a model that does not exist and of one that lacks the method: "models/x
// is not found for API version v1beta, or is not supported for embedContent."
bool NamesMethod(const ErrorBody& body) {
  return Says(body, {"not supported for", "does not support", "not support method",
                     "supported methods", "unsupported method"});
}

// The text decides what a 404 is about. Only one that is about the model, and about nothing else,
// takes the model from the account.
Trouble OfNotFound(const ErrorBody& body) {
  if (body.html) return kGarbage;
  if (NamesResource(body)) return kUnknownResource;
  if (NamesMethod(body)) return kNotServed;
  if (NamesAnyWord(body, {"cache", "caches", "file", "files", "bucket", "object", "corpus",
                          "document", "operation", "interaction"})) {
    return kUnknownResource;
  }
  return NamesAnyWord(body, {"model", "models", "publisher model"}) ? kUnknownModel : kNotServed;
}

Trouble OfBadRequest(const ErrorBody& body) {
  if (Says(body, {"api key not valid", "api_key_invalid", "api key expired", "api key is invalid",
                  "invalid api key"})) {
    return kBadKey;
  }
  if (Says(body, {"location is not supported", "not available in your country", "enable billing",
                  "not supported in your country", "region is not supported"})) {
    return kLocation;
  }
  if (Says(body, {"payload size exceeds", "request entity too large"})) return kTooLarge;
  if (Says(body, {"is not allowed to use publisher model", "unexpected model name format"})) {
    return kUnknownModel;
  }
  return body.html ? kGarbage : kBadRequest;
}

Trouble OfForbidden(const ErrorBody& body) {
  if (body.html) return kGarbage;
  if (Says(body, {"leaked", "suspended", "denied access", "terms of service", "has been banned"})) {
    return kBlocked;
  }
  if (Says(body, {"unregistered callers"})) return kUnauthenticated;
  if (Says(body, {"location is not supported", "not available in your country"})) return kLocation;
  if (Says(body, {"requires billing", "billing to be enabled", "billing is disabled"})) {
    return kNoCredit;
  }
  return NamesResource(body) ? kResourceDenied : kNotEnabled;
}

Trouble OfServerError(int status, const ErrorBody& body) {
  if (status == 502 || status == 503) return NamesOverload(body) ? kModelOverloaded : kUnavailable;
  if (status == 504) return kDeadline;
  if (status == 529) return kModelOverloaded;
  return kInternal;
}

Trouble OfClientError(int status, const ErrorBody& body, bool vertex) {
  if (const auto plain = OfPlainStatus(status, body)) return *plain;
  switch (status) {
    case 400:
      return OfBadRequest(body);
    case 403:
      return OfForbidden(body);
    case 404:
      return OfNotFound(body);
    case 429:
      return OfExhaustion(body, vertex);
    default:
      return body.json ? kBadRequest : kGarbage;
  }
}

// The status for an error inside a 2xx response that has a status name but no number.
int StatusOfWord(std::string_view word) {
  struct Word {
    std::string_view name;
    int status;
  };
  static constexpr std::array<Word, 12> kWords = {{{"INVALID_ARGUMENT", 400},
                                                   {"FAILED_PRECONDITION", 400},
                                                   {"OUT_OF_RANGE", 400},
                                                   {"UNAUTHENTICATED", 401},
                                                   {"PERMISSION_DENIED", 403},
                                                   {"NOT_FOUND", 404},
                                                   {"ABORTED", 409},
                                                   {"RESOURCE_EXHAUSTED", 429},
                                                   {"CANCELLED", 499},
                                                   {"INTERNAL", 500},
                                                   {"UNAVAILABLE", 503},
                                                   {"DEADLINE_EXCEEDED", 504}}};
  for (const Word& known : kWords) {
    if (known.name == word) return known.status;
  }
  return 0;
}

Trouble Recognise(int status, const ErrorBody& body, bool vertex) {
  if (status >= 200 && status < 300) {
    status = body.code != 0 ? body.code : StatusOfWord(body.status);
    if (status < 400) return body.json ? kInternal : kGarbage;
  }
  if (const auto trouble = OfReason(body)) return *trouble;
  if (status >= 300 && status < 400) return kRedirect;
  if (status >= 400 && status < 500) return OfClientError(status, body, vertex);
  return status >= 500 ? OfServerError(status, body) : kGarbage;
}

}  // namespace

Failure Classify(int status, std::string_view body, bool vertex,
                 std::optional<Duration> retry_after) {
  const ErrorBody read = ReadErrorBody(body);
  const Trouble trouble = Recognise(status, read, vertex);
  Failure failure = Describe(trouble, read, read.retry_delay ? read.retry_delay : retry_after);
  if (trouble == kBadRequest) failure.repair = FindRepair(read.text);
  return failure;
}

}  // namespace agm::upstream
