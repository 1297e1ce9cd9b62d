#include "core/upstream/openai/classify.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/duration.h"
#include "core/upstream/describe.h"
#include "core/upstream/openai/error_body.h"
#include "core/upstream/openai/repair.h"
#include "core/upstream/recognise.h"
#include "core/upstream/retry_delay.h"

namespace agm::upstream {
namespace {

using enum Trouble;

// A code that the server names has precedence over its words, and those over the status.
constexpr std::array<KnownReason, 14> kCodes = {{
    {"billing_hard_limit_reached", kSpendCap},
    {"billing_not_active", kNoCredit},
    {"insufficient_balance", kNoCredit},
    {"invalid_api_key", kBadKey},
    {"account_deactivated", kBlocked},
    {"access_terminated", kBlocked},
    {"unsupported_country_region_territory", kLocation},
    {"model_not_found", kUnknownModel},
    {"model_not_available", kUnknownModel},
    {"deployment_not_found", kUnknownModel},
    {"request_too_large", kTooLarge},
    {"overloaded_error", kModelOverloaded},
    {"slow_down", kModelOverloaded},
    {"server_overloaded", kModelOverloaded},
}};

bool NamesMissingModel(const ErrorBody& body) {
  return Says(body, {"model"}) &&
         Says(body, {"not found", "does not exist", "not a valid model", "unknown model",
                     "no such model", "is not available", "not loaded", "no endpoints found",
                     "try pulling it", "not served"});
}

// A refusal that says when to come back is about a rate, even if it speaks of quotas and billing.
Trouble OfLimit(const OpenAiErrorBody& read, bool ends) {
  const ErrorBody& body = read.body;
  const bool rate = ends || read.code.starts_with("rate_limit");
  if (!rate && Says(body, {"exceeded your current quota", "insufficient", "credit", "billing",
                           "balance", "payment"})) {
    return kNoCredit;
  }
  if (read.code == "insufficient_quota") return ends ? kDayQuota : kNoCredit;
  if (Says(body, {"per day", "(rpd)", "(tpd)", "daily"})) return kDayQuota;
  if (Says(body, {"per min", "(rpm)", "(tpm)", "per-min"})) return kMinuteQuota;
  if (Says(body, {"overloaded", "capacity", "high demand"})) return kModelOverloaded;
  return kSharedLimit;
}

Trouble OfForbidden(const ErrorBody& body) {
  if (body.html) return kGarbage;
  if (Says(body, {"country", "region", "territory"})) return kLocation;
  if (Says(body, {"banned", "suspended", "deactivated", "terms of"})) return kBlocked;
  if (Says(body, {"credit", "balance", "billing"})) return kNoCredit;
  if (NamesMissingModel(body)) return kUnknownModel;
  return kNotEnabled;
}

Trouble OfBadRequest(const ErrorBody& body) {
  if (body.html) return kGarbage;
  if (Says(body, {"api key"}) && Says(body, {"invalid", "incorrect", "not valid"})) return kBadKey;
  if (NamesMissingModel(body)) return kUnknownModel;
  if (Says(body, {"request entity too large", "payload too large"})) return kTooLarge;
  return kBadRequest;
}

Trouble OfServerError(int status, const ErrorBody& body) {
  if (Says(body, {"loading", "warming up", "starting up"})) return kUnavailable;
  if (Says(body, {"overloaded", "no capacity", "at capacity", "queue full"})) {
    return kModelOverloaded;
  }
  if (status == 502 || status == 503) return kUnavailable;
  if (status == 504 || status == 524) return kDeadline;
  return status == 529 ? kModelOverloaded : kInternal;
}

Trouble OfClientError(int status, const OpenAiErrorBody& read, bool ends) {
  const ErrorBody& body = read.body;
  if (const auto plain = OfPlainStatus(status, body)) return *plain;
  switch (status) {
    case 403:
      return OfForbidden(body);
    case 404:
      if (body.html) return kGarbage;
      return NamesMissingModel(body) ? kUnknownModel : kNotServed;
    case 429:
      return OfLimit(read, ends);
    default:
      return OfBadRequest(body);
  }
}

// `ends`: the refusal says when to come back.
Trouble Recognise(int status, const OpenAiErrorBody& read, bool ends) {
  if (const auto known = FindReason(kCodes, read.code)) return *known;
  // An error inside a good response has its own status; without one the server failed.
  if (status / 100 == 2) status = read.body.code == 0 ? 500 : read.body.code;
  if (read.code == "context_length_exceeded") return kBadRequest;
  if (status / 100 == 3) return kRedirect;
  if (status / 100 == 4) return OfClientError(status, read, ends);
  return status / 100 == 5 ? OfServerError(status, read.body) : kGarbage;
}

std::optional<Duration> Milliseconds(std::string_view header) {
  const bool digits = !header.empty() && header.size() < 12 &&
                      std::ranges::all_of(header, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  return Duration(std::stoll(std::string(header)));
}

// The delay in the headers. A limit of requests or tokens says when it resets; the one of which
// nothing remains counts.
std::optional<Duration> DelayIn(const Refusal& refusal) {
  if (!refusal.header) return std::nullopt;
  if (const auto delay = Milliseconds(refusal.header("retry-after-ms"))) return delay;
  if (const auto delay = ReadDuration(refusal.header("retry-after"))) return delay;
  std::optional<Duration> longest;
  for (const std::string_view limit : {"requests", "tokens"}) {
    const std::string name(limit);
    if (refusal.header("x-ratelimit-remaining-" + name) != "0") continue;
    const auto delay = ReadDuration(refusal.header("x-ratelimit-reset-" + name));
    if (delay && (!longest || *delay > *longest)) longest = delay;
  }
  return longest;
}

}  // namespace

Failure ClassifyOpenAi(const Refusal& refusal) {
  const OpenAiErrorBody read = ReadOpenAiErrorBody(refusal.body);
  const auto in_header = DelayIn(refusal);
  const Trouble trouble = Recognise(refusal.status, read, in_header || read.body.retry_delay);
  Failure failure = Describe(trouble, read.body, in_header ? in_header : read.body.retry_delay);
  // A server without the images API may draw in a chat; other requests are not changed by this.
  if (trouble == kNotServed) failure.repair = protocol::Repair::kDrawInChat;
  if (trouble != kBadRequest) return failure;
  if (read.code == "context_length_exceeded") failure.error.reason = "context_length_exceeded";
  if (failure.error.reason.empty()) {
    failure.repair = FindOpenAiRepair(read);
    failure.refused_field = read.param;
  }
  return failure;
}

}  // namespace agm::upstream
