#include "core/protocol/anthropic/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

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
    case ErrorCode::kBudgetSpent:
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
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return {500, "api_error"};
  }
  return {500, "api_error"};
}

// "messages[2].content[0]" as this API spells it: "messages.2.content.0".
std::string Dotted(std::string_view path) {
  std::string dotted;
  for (const char c : path) {
    if (c == '[') dotted += '.';
    if (c != '[' && c != ']') dotted += c;
  }
  return dotted;
}

// The two largest numbers of a text about tokens, the larger first; "1,048,999" is one number.
// Numbers below a thousand are versions and statuses. Nothing if there are fewer than two.
std::optional<std::pair<std::int64_t, std::int64_t>> TwoCounts(std::string_view text) {
  constexpr std::int64_t kLeast = 1000;
  constexpr std::int64_t kMost = 1'000'000'000'000;
  std::vector<std::int64_t> counts;
  std::int64_t count = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    if (c >= '0' && c <= '9') {
      count = std::min(count * 10 + (c - '0'), kMost);
    } else if (c != ',') {
      if (count >= kLeast && count < kMost) counts.push_back(count);
      count = 0;
    }
  }
  if (counts.size() < 2) return std::nullopt;
  std::sort(counts.begin(), counts.end(), std::greater<>());
  return std::pair(counts[0], counts[1]);
}

// Claude Code compacts the conversation at these words.
std::string TooLong(std::string_view message) {
  const auto counts = TwoCounts(message);
  if (!counts) return fmt::format("prompt is too long: {}", message);
  return fmt::format("prompt is too long: {} tokens > {} maximum", counts->first, counts->second);
}

// Clients send the conversation again without thinking at the words "thinking" and "signature".
std::string MessageOf(const Error& error) {
  if (error.reason == "context_length_exceeded") return TooLong(error.message);
  if (error.reason.ends_with("_thought_signature")) {
    return fmt::format("{} (the signature of a thinking block)", error.message);
  }
  const std::string& path = error.param;
  if (path.empty() || !error.message.starts_with(path)) return error.message;
  return Dotted(path) + error.message.substr(path.size());
}

// Codes for which SDKs have classes of their own, or at which clients do something else.
bool IsErrorCode(std::string_view reason) {
  return reason == "thread_unsupported_request" || reason == "compaction_unavailable" ||
         reason == "tool_name_conflict";
}

void WriteDetails(JsonWriter& json, const Error& error) {
  const bool for_a_person = error.code == ErrorCode::kNoAccount && !error.reason.empty();
  if (!for_a_person && !IsErrorCode(error.reason)) return;
  json.Key("details").Object().Key("error_code").String(error.reason);
  if (error.reason == "thread_unsupported_request") json.Key("unsupported").Null();
  json.EndObject();
}

std::string Body(const Error& error, std::string_view type, std::string_view request_id) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("type").String("error").Key("error").Object();
  json.Key("type").String(type).Key("message").String(ToUtf8(MessageOf(error)));
  WriteDetails(json, error);
  json.RawMembers(error.members).EndObject().Key("request_id");
  if (request_id.empty()) {
    json.Null();
  } else {
    json.String(request_id);
  }
  json.EndObject();
  return body;
}

bool MayBeBetterLater(ErrorCode code) {
  return code == ErrorCode::kRateLimited || code == ErrorCode::kOverloaded ||
         code == ErrorCode::kUpstreamUnavailable || code == ErrorCode::kTimeout;
}

}  // namespace

WireError WriteAnthropicError(const Error& error, std::string_view request_id) {
  const Shape shape = ShapeOf(error.code);
  return {shape.status, RetryHeaders(error), Body(error, shape.type, request_id)};
}

std::string AnthropicStreamError(const Error& error, std::string_view request_id) {
  const bool again = MayBeBetterLater(error.code);
  return Body(error, again ? "overloaded_error" : ShapeOf(error.code).type, request_id);
}

}  // namespace agm::protocol
