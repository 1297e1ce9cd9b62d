#include "core/gateway/early_lease.h"

#include <algorithm>

namespace agm::gateway {

EarlyLease::~EarlyLease() {
  auto lease = lease_.Lock();
  if (*lease) (*lease)->GiveBack();
}

std::optional<accounts::Lease> EarlyLease::Use(const std::string& target, const std::string& only,
                                               const std::vector<std::string>& without) {
  auto held = lease_.Lock();
  if (!*held) return std::nullopt;
  std::optional<accounts::Lease> lease = std::exchange(*held, std::nullopt);
  const std::string& account = lease->account().name;
  const bool fits = target == target_ && (only.empty() || only == account) &&
                    std::ranges::find(without, account) == without.end();
  if (fits) return lease;
  lease->GiveBack();
  return std::nullopt;
}

}  // namespace agm::gateway
