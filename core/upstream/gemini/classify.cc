#include "core/upstream/gemini/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <climits>
#include <initializer_list>

#include "core/base/ascii.h"
#include "core/upstream/gemini/error_body.h"
#include "core/upstream/gemini/repair.h"
#include "core/upstream/plain_words.h"

namespace agm::upstream {
namespace {

using enum Trouble;

// --- recognition ---------------------------------------------------------------------------------
// A reason that the upstream names has precedence over words in its message, and those over the
// status.

struct Known {
  std::string_view word;
  Trouble trouble;
};

constexpr std::array<Known, 19> kReasons = {{
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

bool Says(const ErrorBody& body, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return body.text.find(phrase) != std::string::npos;
  });
}

std::optional<Trouble> OfReason(const ErrorBody& body) {
  for (const Known& known : kReasons) {
    const auto& reasons = body.reasons;
    if (std::find(reasons.begin(), reasons.end(), known.word) != reasons.end()) {
      return known.trouble;
    }
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
  switch (status) {
    case 400:
      return OfBadRequest(body);
    case 401:
      return body.html ? kGarbage : kUnauthenticated;
    case 402:
      return kNoCredit;
    case 403:
      return OfForbidden(body);
    case 404:
      return OfNotFound(body);
    case 407:
      return kNetwork;
    case 408:
    case 409:
    case 499:
      return kAborted;
    case 413:
      return kTooLarge;
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

// --- description ---------------------------------------------------------------------------------

bool NamesContextLength(const ErrorBody& body) {
  const bool tokens = Says(body, {"input token count", "number of input tokens", "token limit"});
  const bool over = Says(body, {"exceed", "too many", "too long"});
  return (tokens && over) ||
         Says(body, {"context is too long", "context length", "context window", "input is too long",
                     "prompt is too long", "exceeds the maximum number of tokens"});
}

std::string_view Words(Trouble trouble) {
  switch (trouble) {
    case kMinuteQuota:
      return "the account's quota per minute for this model is used up";
    case kDayQuota:
      return "the account's quota per day for this model is used up";
    case kNoQuota:
      return "the account's tier has no quota for this model";
    case kSharedLimit:
      return "the upstream is limiting this account's requests";
    case kSharedCapacity:
      return "the upstream has no capacity to share at the moment";
    case kModelOverloaded:
      return "the model is overloaded at the moment";
    case kSpendCap:
      return "the account's spending limit is reached";
    case kNoCredit:
      return "the account's billing is off, or its prepaid credit is used up";
    case kBadKey:
      return "the account's key is not valid";
    case kUnauthenticated:
      return "the upstream does not accept the account's credential";
    case kBlocked:
      return "the upstream has blocked the account";
    case kNotEnabled:
      return "the account may not use this API: it is disabled, restricted or without billing";
    case kResourceDenied:
      return "the account has no access to the file, cache or tuned model that the request names";
    case kLocation:
      return "the upstream does not serve the account from this location or in its tier";
    case kBadRequest:
      return "the upstream refused the request";
    case kUnknownModel:
      return "the upstream does not serve this model to the account";
    case kNotServed:
      return "the upstream does not serve this model for this kind of request";
    case kUnknownResource:
      return "the upstream does not know the file or cache that the request names";
    case kAborted:
      return "the upstream gave the request up";
    case kTooLarge:
      return "the request is too large for the upstream";
    case kInternal:
      return "the upstream failed with an internal error";
    case kUnavailable:
      return "the upstream is not available at the moment";
    case kDeadline:
      return "the upstream did not finish in time";
    case kNetwork:
      return "the upstream could not be reached";
    case kGarbage:
      return "the upstream's answer is not one of the Gemini API; is base_url right?";
    case kRedirect:
      return "the upstream redirects, which is not followed; is base_url right?";
  }
  return "the upstream failed";
}

// The problem that the upstream found: the invalid fields if it names any, else its message.
std::string Findings(const ErrorBody& body) {
  constexpr std::size_t kLongest = 400;
  constexpr std::size_t kMostFields = 3;
  std::string found;
  for (std::size_t i = 0; i < std::min(body.fields.size(), kMostFields); ++i) {
    const FieldViolation& violation = body.fields[i];
    if (violation.description.empty()) continue;
    if (!found.empty()) found += "; ";
    // Google's descriptions usually name the field already.
    const bool named =
        violation.field.empty() || violation.description.find(violation.field) != std::string::npos;
    found += named ? violation.description : violation.field + ": " + violation.description;
  }
  return PlainWords(found.empty() ? body.message : found, kLongest);
}

// The upstream's own sentence with its link. Its "retry in 36.4s" is left out: the pool says when.
std::string Said(const ErrorBody& body) {
  constexpr std::size_t kLongest = 400;
  std::string text = body.message.substr(0, AsciiLower(body.message).find("please retry in"));
  if (body.project.size() > 2) {
    for (auto at = text.find(body.project); at != text.npos; at = text.find(body.project, at)) {
      text.replace(at, body.project.size(), "…");
    }
  }
  std::ranges::replace(text, '"', '\'');
  std::string said = PlainWords(text, kLongest);
  if (said.empty() || body.link.empty() || said.find("https://") != said.npos) return said;
  const std::string link = PlainWords(body.link, kLongest);
  return link.starts_with("https://") ? said + " " + link : said;
}

// A finer reason if somebody can act on it: clients shorten the context.
std::string_view WhatToMend(const ErrorBody& body) {
  if (NamesContextLength(body)) return "context_length_exceeded";
  if (Says(body, {"thought_signature", "thought signature", "thoughtsignature"})) {
    return "invalid_thought_signature";
  }
  return Says(body, {"schema"}) ? "invalid_schema" : "";
}

Error TellBadRequest(const ErrorBody& body) {
  Error error{ErrorCode::kInvalidRequest, std::string(Words(kBadRequest)), {}, {}, -1, {}};
  const std::string found = Findings(body);
  if (!found.empty()) error.message += ": " + found;
  error.reason = WhatToMend(body);
  if (!body.fields.empty()) error.param = PlainWords(body.fields.front().field, 120);
  return error;
}

// The delay after which a retry can succeed; -1 if none can, or if it is not known.
int RetryAfter(const TroubleRow& row, std::optional<Duration> asked) {
  constexpr Duration kOverloadPause{5'000};
  std::optional<Duration> wait = asked;
  if (row.code == ErrorCode::kOverloaded) wait = std::max(asked.value_or(kOverloadPause), row.rest);
  if (row.code == ErrorCode::kRateLimited && !wait) wait = row.rest;
  if (row.code == ErrorCode::kQuotaExhausted && !wait && row.trouble != kDayQuota) wait = row.rest;
  if (!wait) return -1;
  if (*wait == Duration(0)) wait = Duration(1'000);
  return static_cast<int>(std::min<Duration::rep>(wait->count(), INT_MAX));
}

std::string_view ReasonOf(Trouble trouble) {
  if (const std::string_view fix = MustFix(trouble); !fix.empty()) return fix;
  if (trouble == kUnknownModel || trouble == kNotServed) return "model_not_found";
  if (trouble == kTooLarge) return "request_too_large";
  return {};
}

Error Tell(Trouble trouble, const ErrorBody& body, std::string_view said,
           std::optional<Duration> asked) {
  if (trouble == kBadRequest) return TellBadRequest(body);
  const TroubleRow& row = RowOf(trouble);
  Error error{row.code, std::string(Words(trouble)), std::string(ReasonOf(trouble)),
              {},       RetryAfter(row, asked),      {}};
  if (!MustFix(trouble).empty() && !said.empty()) {
    error.message += fmt::format("; the upstream says: \"{}\"", said);
  }
  return error;
}

// True for an id made of the characters of Google's quota ids; other text is not passed on.
bool IsQuotaId(std::string_view id) {
  return !id.empty() && id.size() <= 120 && std::all_of(id.begin(), id.end(), [](char c) {
    return IsLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

std::string JoinIds(const std::vector<QuotaViolation>& quotas) {
  constexpr std::size_t kMostIds = 8;
  std::vector<std::string_view> ids;
  for (const QuotaViolation& quota : quotas) {
    const bool seen = std::find(ids.begin(), ids.end(), quota.id) != ids.end();
    if (!seen && IsQuotaId(quota.id) && ids.size() < kMostIds) ids.push_back(quota.id);
  }
  return fmt::format("{}", fmt::join(ids, ","));
}

// The limits that a response names, for the kinds of quotas that the pool counts.
std::vector<QuotaLimit> LimitsOf(const std::vector<QuotaViolation>& quotas) {
  std::vector<QuotaLimit> limits;
  for (const QuotaViolation& quota : quotas) {
    const auto names = [&](std::string_view word) { return quota.period.find(word) != word.npos; };
    if (quota.limit.value_or(0) <= 0 || names("perminute") == names("perday")) continue;
    limits.push_back({names("token") ? QuotaLimit::Of::kTokens : QuotaLimit::Of::kRequests,
                      names("perday") ? QuotaLimit::Per::kDay : QuotaLimit::Per::kMinute,
                      *quota.limit});
  }
  return limits;
}

}  // namespace

Failure Classify(int status, std::string_view body, bool vertex,
                 std::optional<Duration> retry_after) {
  const ErrorBody read = ReadErrorBody(body);
  const Trouble trouble = Recognise(status, read, vertex);
  std::optional<Duration> asked = read.retry_delay ? read.retry_delay : retry_after;
  const bool nonsense = asked == Duration(0) && trouble == kDayQuota;
  if (nonsense || trouble == kNoQuota) asked = std::nullopt;
  std::string said = Said(read);
  Failure failure{trouble,      Tell(trouble, read, said, asked),
                  asked,        JoinIds(read.quotas),
                  read.project, LimitsOf(read.quotas)};
  failure.said = std::move(said);
  if (trouble == kBadRequest) failure.repair = FindRepair(read.text);
  return failure;
}

}  // namespace agm::upstream
