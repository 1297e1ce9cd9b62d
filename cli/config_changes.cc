#include "cli/config_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "core/config/load.h"
#include "core/config/settings.h"
#include "core/config/show.h"

namespace agm::cli {
namespace {

using Changes = std::vector<std::string>;

bool SameSecret(const Secret& a, const Secret& b) { return a.Reveal() == b.Reveal(); }

bool SameAccount(const config::Account& a, const config::Account& b) {
  const auto shown = [](const config::Account& account) {
    std::string text = account.unusable;
    for (const config::Shown& line : config::ShowAccount(account)) {
      text += "\n" + line.name + " = " + line.value;
    }
    return text;
  };
  return shown(a) == shown(b) && SameSecret(a.api_key, b.api_key) &&
         SameSecret(a.client_secret, b.client_secret) &&
         SameSecret(a.refresh_token, b.refresh_token);
}

const config::Account* Find(const config::Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.accounts, name, &config::Account::name);
  return found == config.accounts.end() ? nullptr : &*found;
}

void CompareAccounts(const config::Config& before, const config::Config& after, Changes& changes) {
  for (const config::Account& account : after.accounts) {
    const config::Account* old = Find(before, account.name);
    if (old == nullptr) {
      changes.push_back(fmt::format("account {} added", account.name));
    } else if (!SameAccount(*old, account)) {
      changes.push_back(fmt::format("account {} changed", account.name));
    }
  }
  for (const config::Account& account : before.accounts) {
    if (Find(after, account.name) != nullptr) continue;
    changes.push_back(fmt::format("account {} removed", account.name));
  }
}

void CompareRules(const config::Config& before, const config::Config& after, Changes& changes) {
  const auto same = [](const config::MappingRule& a, const config::MappingRule& b) {
    return a.from == b.from && a.to == b.to;
  };
  if (std::ranges::equal(before.mapping, after.mapping, same)) return;
  changes.push_back(
      fmt::format("{} mapping rules, were {}", after.mapping.size(), before.mapping.size()));
}

void CompareKeys(const config::Proxy& before, const config::Proxy& after, Changes& changes) {
  const auto same = [](const config::ApiKey& a, const config::ApiKey& b) {
    return a.name == b.name && SameSecret(a.key, b.key);
  };
  if (std::ranges::equal(before.api_keys, after.api_keys, same)) return;
  changes.push_back(
      fmt::format("{} client keys, were {}", after.api_keys.size(), before.api_keys.size()));
}

std::string TextOf(const config::ClientKey& key) {
  std::string text;
  for (const auto& setting : config::KeySettings()) text += setting.show(key) + "\n";
  return text;
}

const config::ClientKey* FindKey(const config::Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.keys, name, &config::ClientKey::name);
  return found == config.keys.end() ? nullptr : &*found;
}

void CompareClientKeys(const config::Config& before, const config::Config& after,
                       Changes& changes) {
  for (const config::ClientKey& key : after.keys) {
    const config::ClientKey* old = FindKey(before, key.name);
    if (old == nullptr) {
      changes.push_back(fmt::format("key {} added", key.name));
    } else if (TextOf(*old) != TextOf(key)) {
      changes.push_back(fmt::format("key {} changed", key.name));
    }
  }
  for (const config::ClientKey& key : before.keys) {
    if (FindKey(after, key.name) != nullptr) continue;
    changes.push_back(fmt::format("key {} removed", key.name));
  }
}

/// Without the keys, which are masked here.
std::vector<config::Shown> Settings(const config::Config& config) {
  config::Loaded loaded;
  loaded.config = config;
  auto shown = config::ShowProxy(loaded);
  std::erase_if(shown, [](const config::Shown& each) { return each.name.starts_with("api_key"); });
  const auto tls = config::ShowTls(loaded);
  shown.insert(shown.end(), tls.begin(), tls.end());
  return shown;
}

void CompareSettings(const config::Config& before, const config::Config& after, Changes& changes) {
  const auto old = Settings(before);
  for (const config::Shown& now : Settings(after)) {
    const auto was = std::ranges::find(old, now.name, &config::Shown::name);
    if (was == old.end()) {
      changes.push_back(fmt::format("{} {}", now.name, now.value));
    } else if (was->value != now.value) {
      changes.push_back(fmt::format("{} {}, was {}", now.name, now.value, was->value));
    }
  }
}

}  // namespace

std::string WriteChanges(const config::Config& before, const config::Config& after) {
  Changes changes;
  CompareAccounts(before, after, changes);
  CompareRules(before, after, changes);
  CompareKeys(before.proxy, after.proxy, changes);
  CompareClientKeys(before, after, changes);
  CompareSettings(before, after, changes);
  if (changes.empty()) return "nothing that matters here";
  return fmt::format("{}", fmt::join(changes, "; "));
}

}  // namespace agm::cli
