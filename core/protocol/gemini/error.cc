#include "core/protocol/gemini/error.h"

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
      return {429, "RESOURCE_EXHAUSTED"};
    case ErrorCode::kNoAccount:
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
    case ErrorCode::kInternal:
      return {500, "INTERNAL"};
  }
  return {500, "INTERNAL"};
}

}  // namespace

WireError WriteGeminiError(const Error& error) {
  const Shape shape = ShapeOf(error.code);
  WireError wire{shape.status, RetryHeaders(error), {}};
  JsonWriter json(wire.body);
  json.Object().Key("error").Object();
  json.Key("code").Int(shape.status).Key("message").String(ToUtf8(error.message));
  json.Key("status").String(shape.word).RawMembers(error.members);
  json.EndObject().EndObject();
  return wire;
}

}  // namespace agm::protocol
