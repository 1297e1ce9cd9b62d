#include "core/accounts/offers.h"

#include <algorithm>
#include <map>

namespace agm::accounts {
namespace {

/// How likely the account's upstream has the model, least likely first.
enum class Likelihood { kNo, kUnlikely, kMaybe, kListed };

// Ollama serves "llama3.3" and lists it as "llama3.3:latest".
bool IsListed(const std::set<std::string>& models, const std::string& model) {
  return models.contains(model) || models.contains(model + ":latest");
}

Likelihood LikelihoodOf(const Member& member, const upstream::Provider& provider,
                        const std::string& model) {
  if (!member.listed) return Likelihood::kMaybe;
  if (IsListed(*member.listed, model)) return Likelihood::kListed;
  if (provider.ServesOnlyListed()) return Likelihood::kNo;
  return provider.ListsAll(*member.account) ? Likelihood::kUnlikely : Likelihood::kMaybe;
}

// The account that a target names, and the model behind it.
Offers OneAccount(const std::vector<std::shared_ptr<Member>>& members, std::string_view target) {
  const std::size_t slash = target.find('/');
  if (slash == std::string_view::npos) return {};
  for (const auto& member : members) {
    if (member->account->name != target.substr(0, slash)) continue;
    return {std::string(target.substr(slash + 1)), {member.get()}};
  }
  return {};
}

}  // namespace

Offers OffersOf(const std::vector<std::shared_ptr<Member>>& members,
                const upstream::Providers& providers, std::string_view target) {
  if (Offers named = OneAccount(members, target); !named.members.empty()) return named;
  Offers offers{std::string(target), {}};
  std::map<const upstream::Provider*, Likelihood> best;
  std::vector<std::pair<Member*, const upstream::Provider*>> possible;
  for (const auto& member : members) {
    if (!member->account->Allows(target)) continue;
    const upstream::Provider& provider = providers.For(member->account->kind);
    const Likelihood likelihood = LikelihoodOf(*member, provider, offers.model);
    if (likelihood == Likelihood::kNo) continue;
    best[&provider] = std::max(best[&provider], likelihood);
    possible.emplace_back(member.get(), &provider);
  }
  Likelihood most = Likelihood::kNo;
  for (const auto& [provider, likelihood] : best) most = std::max(most, likelihood);
  for (const auto& [member, provider] : possible) {
    if (best[provider] == most) offers.members.push_back(member);
  }
  return offers;
}

}  // namespace agm::accounts
