#include "core/ledger/request_id.h"

#include <algorithm>

#include "core/base/random.h"

namespace agm::ledger {
namespace {

constexpr std::string_view kPrefix = "req_";
/// Crockford's digits, whose order is also the order of the characters.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kTimeDigits = 9;  // enough until the year 3084
constexpr std::size_t kRandom = 15;

}  // namespace

std::string NewRequestId(WallTime at) {
  auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
  std::string id;
  id.reserve(kPrefix.size() + kTimeDigits + kRandom);
  id.append(kPrefix).resize(kPrefix.size() + kTimeDigits);
  for (std::size_t i = id.size(); i > kPrefix.size(); --i, left >>= 5U) {
    id[i - 1] = kDigits[left & 31U];
  }
  return id += RandomId(kRandom);
}

std::optional<WallTime> TimeOf(std::string_view id) {
  if (id.starts_with(kPrefix)) id.remove_prefix(kPrefix.size());
  if (id.size() != kTimeDigits + kRandom) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (const char c : id.substr(0, kTimeDigits)) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    milliseconds = milliseconds * 32 + static_cast<std::int64_t>(digit);
  }
  return WallTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace agm::ledger
