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

/// The tables of settings, without the keys; the settings of other tables than [proxy] have the
/// table's name before theirs.
std::vector<config::ShownTable> Tables(const config::Config& config) {
  config::Loaded loaded;
  loaded.config = config;
  auto tables = config::ShowTables(loaded);
  for (config::ShownTable& table : tables) {
    std::erase_if(table.settings,
                  [](const auto& each) { return each.name.starts_with("api_key"); });
    if (table.name.starts_with("proxy")) continue;
    for (config::Shown& shown : table.settings) shown.name.insert(0, table.name + ".");
  }
  return tables;
}

/// The text of a setting that is masked where it is shown; to compare only.
std::string Hidden(const config::Config& config, std::string_view setting) {
  if (setting == "upstream_proxy") return config.proxy.upstream_proxy;
  if (setting == "cluster.url") return config.cluster.url.Reveal();
  std::string text;
  if (setting == "telemetry.headers_file") {
    for (const auto& [name, value] : config.telemetry.headers) {
      text += name + ": " + value.Reveal() + "\n";
    }
  }
  return text;
}

void CompareSettings(const config::Config& before, const config::Config& after, Changes& changes) {
  const auto old = Tables(before);
  const auto all = Tables(after);
  for (const config::ShownTable& table : all) {
    const auto known = std::ranges::find(old, table.name, &config::ShownTable::name);
    for (const config::Shown& now : table.settings) {
      if (known == old.end()) {
        changes.push_back(fmt::format("{} {}", now.name, now.value));
        continue;
      }
      const auto was = std::ranges::find(known->settings, now.name, &config::Shown::name);
      if (was->value != now.value) {
        changes.push_back(fmt::format("{} {}, was {}", now.name, now.value, was->value));
      } else if (Hidden(before, now.name) != Hidden(after, now.name)) {
        changes.push_back(now.name + " changed");
      }
    }
  }
  for (const config::ShownTable& table : old) {
    const auto still = std::ranges::find(all, table.name, &config::ShownTable::name);
    if (still == all.end()) changes.push_back(fmt::format("[{}] removed", table.name));
  }
}

void ComparePrices(const config::Config& before, const config::Config& after, Changes& changes) {
  const auto same = [](const config::OwnPrice& a, const config::OwnPrice& b) {
    return std::ranges::all_of(config::PriceSettings(), [&](const auto& setting) {
      return setting.show(a) == setting.show(b);
    });
  };
  if (std::ranges::equal(before.prices, after.prices, same)) return;
  changes.push_back(fmt::format("{} prices, were {}", after.prices.size(), before.prices.size()));
}

}  // namespace

std::string WriteChanges(const config::Config& before, const config::Config& after) {
  Changes changes;
  CompareAccounts(before, after, changes);
  CompareRules(before, after, changes);
  CompareKeys(before.proxy, after.proxy, changes);
  CompareClientKeys(before, after, changes);
  CompareSettings(before, after, changes);
  ComparePrices(before, after, changes);
  if (changes.empty()) return "nothing that matters here";
  return fmt::format("{}", fmt::join(changes, "; "));
}

}  // namespace agm::cli
