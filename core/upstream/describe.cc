#include "core/upstream/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/upstream/plain_words.h"

namespace agm::upstream {
namespace {

using enum Trouble;

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
      return "the upstream's answer is not one of its API; is base_url right?";
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
  if (row.code == ErrorCode::kOverloaded)
    wait = std::max(asked.value_or(kOverloadPause), row.cooldown);
  if (row.code == ErrorCode::kRateLimited && !wait) wait = row.cooldown;
  if (row.code == ErrorCode::kQuotaExhausted && !wait && row.trouble != kDayQuota)
    wait = row.cooldown;
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

std::vector<std::string> IdsOf(const std::vector<QuotaViolation>& quotas) {
  constexpr std::size_t kMostIds = 8;
  std::vector<std::string> ids;
  for (const QuotaViolation& quota : quotas) {
    const bool seen = std::find(ids.begin(), ids.end(), quota.id) != ids.end();
    if (!seen && IsQuotaId(quota.id) && ids.size() < kMostIds) ids.push_back(quota.id);
  }
  return ids;
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

bool Says(const ErrorBody& body, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return body.text.find(phrase) != std::string::npos;
  });
}

Failure Describe(Trouble trouble, const ErrorBody& body, std::optional<Duration> asked) {
  const bool nonsense = asked == Duration(0) && trouble == kDayQuota;
  if (nonsense || trouble == kNoQuota) asked = std::nullopt;
  std::string said = Said(body);
  Failure failure{trouble,      Tell(trouble, body, said, asked),
                  asked,        IdsOf(body.quotas),
                  body.project, LimitsOf(body.quotas)};
  failure.said = std::move(said);
  return failure;
}

}  // namespace agm::upstream
