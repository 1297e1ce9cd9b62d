#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "core/config/config.h"
#include "core/ledger/entry.h"

namespace agm::gateway {

/// Knows which accounts cost nothing. With `billing = "auto"` an account of the Gemini API counts
/// as free once a refusal has named a quota of the free tier, else as paid; the mock is free.
///
/// Thread safety: any thread.
class Billing {
 public:
  /// Notes the quotas that a refusal named (upstream::Failure::quotas).
  void Note(const config::Account& account, const std::vector<std::string>& quotas);
  ledger::Billing Of(const config::Account& account) const;

 private:
  mutable Guarded<std::set<std::string>> free_;  ///< names of accounts
};

}  // namespace agm::gateway
