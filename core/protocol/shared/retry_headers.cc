#include "core/protocol/shared/retry_headers.h"

namespace agm::protocol {
namespace {

constexpr int kLongestSleep = 60'000;  // longer than the official SDKs sleep
constexpr int kLongestWait = 300'000;  // longer than any client should be kept in silence

// The same request fails again, however long the client waits.
bool IsInVain(const Error& error) {
  return error.code == ErrorCode::kNoAccount || error.code == ErrorCode::kUnauthenticated ||
         (error.code == ErrorCode::kQuotaExhausted && error.retry_after_ms < 0);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> RetryHeaders(const Error& error) {
  if (error.code == ErrorCode::kBudgetSpent && error.retry_after_ms >= 0) {
    return {{"Retry-After", std::to_string((error.retry_after_ms + 999LL) / 1000)},
            {"x-should-retry", "false"}};
  }
  if (IsInVain(error)) return {{"x-should-retry", "false"}};
  if (error.retry_after_ms < 0) return {};
  std::vector<std::pair<std::string, std::string>> headers;
  if (error.retry_after_ms <= kLongestWait) {
    headers.emplace_back("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  }
  if (error.retry_after_ms > kLongestSleep) {
    headers.emplace_back("x-should-retry", "false");
  } else {
    headers.emplace_back("retry-after-ms", std::to_string(error.retry_after_ms));
  }
  return headers;
}

}  // namespace agm::protocol
