#include "core/protocol/shared/retry_headers.h"

namespace agm::protocol {

std::vector<std::pair<std::string, std::string>> RetryHeaders(const Error& error) {
  constexpr int kLongestSleep = 60'000;
  if (error.retry_after_ms < 0) return {};
  const int seconds = (error.retry_after_ms + 999) / 1000;
  std::vector<std::pair<std::string, std::string>> headers;
  headers.emplace_back("Retry-After", std::to_string(seconds));
  if (error.retry_after_ms > kLongestSleep) {
    headers.emplace_back("x-should-retry", "false");
  } else {
    headers.emplace_back("retry-after-ms", std::to_string(error.retry_after_ms));
  }
  return headers;
}

}  // namespace agm::protocol
