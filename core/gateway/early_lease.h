#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/guarded.h"

namespace agm::gateway {

/// A lease that the pool gave at the admission of a request, because the server of the cluster was
/// asked about the key and about the account at once. The first attempt uses it, if it fits;
/// otherwise it is given back.
///
/// Thread safety: any thread.
class EarlyLease {
 public:
  EarlyLease(std::string target, accounts::Lease lease)
      : target_(std::move(target)), lease_(std::move(lease)) {}
  ~EarlyLease();
  EarlyLease(const EarlyLease&) = delete;
  EarlyLease& operator=(const EarlyLease&) = delete;

  /// The lease for an attempt of the target, by the account `only` (empty: any) and none of those
  /// in `without`. nullopt if it does not fit, or was used already.
  std::optional<accounts::Lease> Use(const std::string& target, const std::string& only,
                                     const std::vector<std::string>& without);

 private:
  const std::string target_;
  Guarded<std::optional<accounts::Lease>> lease_;
};

}  // namespace agm::gateway
