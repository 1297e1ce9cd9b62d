#include "core/gateway/billing.h"

#include <algorithm>

namespace agm::gateway {
namespace {

/// True if nobody is billed for the requests of the account, because of its kind.
bool IsFreeOfCharge(const config::Account& account) {
  switch (config::FactsOf(account.kind).key) {
    case config::KeyNeed::kRequired:
      return false;
    case config::KeyNeed::kOptional:
      return account.api_key.empty();
    case config::KeyNeed::kNone:
      return true;
  }
  return false;
}

}  // namespace

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
  if (IsFreeOfCharge(account)) return ledger::Billing::kFree;
  auto free = free_.Lock();
  return free->contains(account.name) ? ledger::Billing::kFree : ledger::Billing::kPaid;
}

}  // namespace agm::gateway
