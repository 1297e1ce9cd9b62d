#include "core/gateway/billing.h"

#include <algorithm>

namespace agm::gateway {

void Billing::Note(const config::Account& account, const std::vector<std::string>& quotas) {
  const auto of_free_tier = [](const std::string& quota) {
    return quota.find("FreeTier") != std::string::npos;
  };
  if (std::ranges::none_of(quotas, of_free_tier)) return;
  auto free = free_.Lock();
  free->insert(account.name);
}

ledger::Billing Billing::Of(const config::Account& account) const {
  switch (account.billing) {
    case config::Billing::kFree:
      return ledger::Billing::kFree;
    case config::Billing::kPaid:
      return ledger::Billing::kPaid;
    case config::Billing::kAuto:
      break;
  }
  if (account.kind == config::AccountKind::kMock) return ledger::Billing::kFree;
  // A server that asks for no key sends no bill.
  if (account.kind == config::AccountKind::kOpenAi && account.api_key.empty()) {
    return ledger::Billing::kFree;
  }
  auto free = free_.Lock();
  return free->contains(account.name) ? ledger::Billing::kFree : ledger::Billing::kPaid;
}

}  // namespace agm::gateway
