#include "core/gateway/refusals.h"

namespace agm::gateway {
namespace {

constexpr Duration kKept{600'000};
// Clients can ask for any number of models.
constexpr std::size_t kMostModels = 256;

std::string KeyOf(const std::string& model, std::string_view method) {
  return std::string(method).append("\n").append(model);
}

}  // namespace

bool Refusals::Note(const std::string& account, const std::string& model, std::string_view method) {
  const TimePoint now = clock_.Now();
  const std::string key = KeyOf(model, method);
  auto known = known_.Lock();
  if (known->size() >= kMostModels && !known->contains(key)) known->clear();
  TimePoint& until = (*known)[key][account];
  const bool fresh = until <= now;
  until = now + kKept;
  return fresh;
}

std::vector<std::string> Refusals::Of(const std::string& model, std::string_view method) const {
  const TimePoint now = clock_.Now();
  std::vector<std::string> accounts;
  auto known = known_.Lock();
  if (known->empty()) return accounts;
  const auto found = known->find(KeyOf(model, method));
  if (found == known->end()) return accounts;
  for (const auto& [account, until] : found->second) {
    if (until > now) accounts.push_back(account);
  }
  return accounts;
}

void Refusals::Forget() {
  auto known = known_.Lock();
  known->clear();
}

}  // namespace agm::gateway
