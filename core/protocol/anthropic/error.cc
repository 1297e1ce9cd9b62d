#include "core/protocol/anthropic/error.h"

#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/retry_headers.h"

namespace agm::protocol {
namespace {

struct Shape {
  int status;
  std::string_view type;
};

Shape ShapeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidRequest:
      return {400, "invalid_request_error"};
    case ErrorCode::kUnauthenticated:
      return {401, "authentication_error"};
    case ErrorCode::kForbidden:
    case ErrorCode::kNoAccount:
      return {403, "permission_error"};
    case ErrorCode::kUnknownRoute:
    case ErrorCode::kUnknownModel:
    case ErrorCode::kNotFound:
      return {404, "not_found_error"};
    case ErrorCode::kMethodNotAllowed:
      return {405, "invalid_request_error"};
    case ErrorCode::kTooLarge:
      return {413, "request_too_large"};
    case ErrorCode::kUnsupportedMedia:
      return {415, "invalid_request_error"};
    case ErrorCode::kRateLimited:
    case ErrorCode::kQuotaExhausted:
      return {429, "rate_limit_error"};
    case ErrorCode::kOverloaded:
      return {529, "overloaded_error"};
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kUpstreamUnavailable:
      return {502, "api_error"};
    case ErrorCode::kTimeout:
      return {504, "timeout_error"};
    case ErrorCode::kCancelled:
      return {499, "api_error"};
    case ErrorCode::kConfig:
    case ErrorCode::kIo:
    case ErrorCode::kInternal:
      return {500, "api_error"};
  }
  return {500, "api_error"};
}

}  // namespace

WireError WriteAnthropicError(const Error& error) {
  const Shape shape = ShapeOf(error.code);
  WireError wire{shape.status, RetryHeaders(error), {}};
  JsonWriter json(wire.body);
  json.Object().Key("type").String("error").Key("error").Object();
  json.Key("type").String(shape.type).Key("message").String(ToUtf8(error.message));
  if (error.code == ErrorCode::kNoAccount && !error.reason.empty()) {
    json.Key("details").Object().Key("error_code").String(error.reason).EndObject();
  }
  json.RawMembers(error.members).EndObject().EndObject();
  return wire;
}

}  // namespace agm::protocol
