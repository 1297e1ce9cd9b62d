#include "core/protocol/openai/error.h"

#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/retry_headers.h"

namespace agm::protocol {
namespace {

/// The form of an ErrorCode for OpenAI clients. An Error's own reason replaces `code`.
struct Shape {
  int status;
  std::string_view type;
  std::string_view code;  ///< empty: null
};

Shape ShapeOf(ErrorCode code) {
  constexpr std::string_view kRequest = "invalid_request_error";
  constexpr std::string_view kServer = "server_error";
  constexpr std::string_view kService = "service_unavailable_error";
  switch (code) {
    case ErrorCode::kInvalidRequest:
      return {400, kRequest, ""};
    case ErrorCode::kUnauthenticated:
      return {401, kRequest, "invalid_api_key"};
    case ErrorCode::kForbidden:
      return {403, "permission_error", "forbidden"};
    case ErrorCode::kUnknownRoute:
      return {404, kRequest, "unknown_url"};
    case ErrorCode::kMethodNotAllowed:
      return {405, kRequest, "method_not_supported"};
    case ErrorCode::kUnknownModel:
      return {404, kRequest, "model_not_found"};
    case ErrorCode::kNotFound:
      return {404, kRequest, ""};
    case ErrorCode::kTooLarge:
      return {413, kRequest, "request_too_large"};
    case ErrorCode::kUnsupportedMedia:
      return {415, kRequest, "unsupported_media_type"};
    case ErrorCode::kRateLimited:
      return {429, "rate_limit_error", "rate_limit_exceeded"};
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kBudgetSpent:
      return {429, "insufficient_quota", "insufficient_quota"};
    case ErrorCode::kNoAccount:
      return {403, "permission_error", "no_account"};
    case ErrorCode::kOverloaded:
      return {503, kService, "server_is_overloaded"};
    case ErrorCode::kUpstreamRejected:
      return {502, kServer, "upstream_error"};
    case ErrorCode::kUpstreamUnavailable:
      return {502, kServer, "bad_gateway"};
    case ErrorCode::kTimeout:
      return {504, kServer, "upstream_timeout"};
    case ErrorCode::kCancelled:
      return {499, kRequest, "cancelled"};
    case ErrorCode::kConfig:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return {500, kServer, "internal_error"};
  }
  return {500, kServer, "internal_error"};
}

void StringOrNull(JsonWriter& json, std::string_view text) {
  if (text.empty()) {
    json.Null();
  } else {
    json.String(ToUtf8(text));
  }
}

}  // namespace

std::string OpenAiErrorBody(const Error& error) {
  const Shape shape = ShapeOf(error.code);
  std::string body;
  JsonWriter json(body);
  json.Object().Key("error").Object();
  json.Key("message").String(ToUtf8(error.message)).Key("type").String(shape.type);
  StringOrNull(json.Key("param"), error.param);
  StringOrNull(json.Key("code"), error.reason.empty() ? shape.code : error.reason);
  json.RawMembers(error.members).EndObject().EndObject();
  return body;
}

WireError WriteOpenAiError(const Error& error) {
  return {ShapeOf(error.code).status, RetryHeaders(error), OpenAiErrorBody(error)};
}

}  // namespace agm::protocol
