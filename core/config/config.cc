#include "core/config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/glob.h"
#include "core/config/host.h"
#include "core/config/words.h"

namespace agm::config {

std::string Proxy::ListenHost() const {
  if (!host.empty()) return host;
  return allow_lan_access ? "0.0.0.0" : "127.0.0.1";
}

AuthMode Proxy::EffectiveAuthMode() const {
  if (auth_mode != AuthMode::kAuto) return auth_mode;
  const bool reachable = allow_lan_access || !IsLoopback(ListenHost());
  return reachable ? AuthMode::kAllExceptHealth : AuthMode::kOff;
}

std::string Account::Endpoint() const {
  return fmt::format("{} {} {}", FactsOf(kind).word, base_url, location);
}

bool Account::Allows(std::string_view model) const {
  return std::ranges::any_of(
      models, [&](const std::string& pattern) { return GlobMatches(pattern, model); });
}

std::string_view Word(AuthMode mode) { return kAuthModeWords.at(static_cast<std::size_t>(mode)); }

std::string_view Word(Scheduling scheduling) {
  return kSchedulingWords.at(static_cast<std::size_t>(scheduling));
}

std::string_view Word(AccountKind kind) { return FactsOf(kind).word; }

std::string_view Word(Billing billing) {
  return kBillingWords.at(static_cast<std::size_t>(billing));
}

std::string_view Word(KeyScope scope) { return kKeyScopeWords.at(static_cast<std::size_t>(scope)); }

std::string_view Word(BudgetOf of) { return kBudgetOfWords.at(static_cast<std::size_t>(of)); }

std::optional<AccountKind> FindAccountKind(std::string_view word) {
  const auto found = std::ranges::find(kAccountKinds, word, &AccountKindFacts::word);
  if (found == kAccountKinds.end()) return std::nullopt;
  return found->kind;
}

}  // namespace agm::config
