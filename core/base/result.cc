#include "core/base/result.h"

namespace agm {

std::string_view CodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidRequest:
      return "invalid_request";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kUnknownRoute:
      return "unknown_route";
    case ErrorCode::kMethodNotAllowed:
      return "method_not_allowed";
    case ErrorCode::kUnknownModel:
      return "unknown_model";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kUnsupportedMedia:
      return "unsupported_media";
    case ErrorCode::kRateLimited:
      return "rate_limited";
    case ErrorCode::kQuotaExhausted:
      return "quota_exhausted";
    case ErrorCode::kBudgetSpent:
      return "budget_spent";
    case ErrorCode::kNoAccount:
      return "no_account";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kUpstreamRejected:
      return "upstream_rejected";
    case ErrorCode::kUpstreamUnavailable:
      return "upstream_unavailable";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kConfig:
      return "config";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kDamaged:
      return "damaged";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace agm
