#include "core/protocol/gemini/error.h"

#include "core/base/ascii.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/retry_headers.h"

namespace agm::protocol {
namespace {

struct Shape {
  int status;
  std::string_view word;
};

Shape ShapeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidRequest:
      return {400, "INVALID_ARGUMENT"};
    case ErrorCode::kUnauthenticated:
      return {401, "UNAUTHENTICATED"};
    case ErrorCode::kForbidden:
    case ErrorCode::kNoAccount:
      return {403, "PERMISSION_DENIED"};
    case ErrorCode::kUnknownRoute:
    case ErrorCode::kUnknownModel:
    case ErrorCode::kNotFound:
      return {404, "NOT_FOUND"};
    case ErrorCode::kMethodNotAllowed:
      return {405, "INVALID_ARGUMENT"};
    case ErrorCode::kTooLarge:
      return {413, "INVALID_ARGUMENT"};
    case ErrorCode::kUnsupportedMedia:
      return {415, "INVALID_ARGUMENT"};
    case ErrorCode::kRateLimited:
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kBudgetSpent:
      return {429, "RESOURCE_EXHAUSTED"};
    case ErrorCode::kOverloaded:
      return {503, "UNAVAILABLE"};
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kUpstreamUnavailable:
      return {502, "UNAVAILABLE"};
    case ErrorCode::kTimeout:
      return {504, "DEADLINE_EXCEEDED"};
    case ErrorCode::kCancelled:
      return {499, "CANCELLED"};
    case ErrorCode::kConfig:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return {500, "INTERNAL"};
  }
  return {500, "INTERNAL"};
}

constexpr std::string_view kTypes = "type.googleapis.com/google.rpc.";

JsonWriter& Detail(JsonWriter& json, std::string_view type) {
  return json.Object().Key("@type").String(std::string(kTypes).append(type));
}

void WriteRetryInfo(JsonWriter& json, const std::string& delay) {
  Detail(json, "RetryInfo").Key("retryDelay").String(delay).EndObject();
}

// The quota's name says whether it returns with the minute or with the day.
void WriteQuotaFailure(JsonWriter& json, const Error& error) {
  const bool day = error.code == ErrorCode::kQuotaExhausted;
  Detail(json, "QuotaFailure").Key("violations").Array().Object().Key("quotaId");
  const std::string_view own = day ? "GenerateRequestsPerDayPerProjectPerModel"
                                   : "GenerateRequestsPerMinutePerProjectPerModel";
  json.String(error.quota.empty() ? own : error.quota);
  json.EndObject().EndArray().EndObject();
}

// In capitals, as Google writes reasons.
void WriteErrorInfo(JsonWriter& json, std::string_view reason) {
  Detail(json, "ErrorInfo").Key("reason").String(AsciiUpper(reason));
  json.Key("domain").String("googleapis.com").EndObject();
}

void WriteDetails(JsonWriter& json, const Error& error, int status, const std::string& delay) {
  json.Key("details").Array();
  if (error.code == ErrorCode::kUnauthenticated) WriteErrorInfo(json, "API_KEY_INVALID");
  if (error.code == ErrorCode::kNoAccount) WriteErrorInfo(json, error.reason);
  if (status == 429) WriteQuotaFailure(json, error);
  if (!delay.empty()) WriteRetryInfo(json, delay);
  json.EndArray();
}

bool HasDetails(const Error& error, int status) {
  return error.code == ErrorCode::kUnauthenticated || error.code == ErrorCode::kNoAccount ||
         status == 429 || (status == 503 && error.retry_after_ms >= 0);
}

}  // namespace

WireError WriteGeminiError(const Error& error) {
  const Shape shape = ShapeOf(error.code);
  const bool waits = error.retry_after_ms >= 0 && (shape.status == 429 || shape.status == 503);
  const std::string delay =
      waits ? std::to_string((error.retry_after_ms + 999LL) / 1000) + "s" : std::string();
  std::string message = ToUtf8(error.message);
  if (waits) message += ". Please retry in " + delay + ".";
  WireError wire{shape.status, RetryHeaders(error), {}};
  JsonWriter json(wire.body);
  json.Object().Key("error").Object();
  json.Key("code").Int(shape.status).Key("message").String(message);
  json.Key("status").String(shape.word);
  if (HasDetails(error, shape.status)) WriteDetails(json, error, shape.status, delay);
  json.RawMembers(error.members).EndObject().EndObject();
  return wire;
}

}  // namespace agm::protocol
