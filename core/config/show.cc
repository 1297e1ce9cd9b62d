#include "core/config/show.h"

#include <span>
#include <utility>

#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

std::string ShowKeys(const std::vector<ApiKey>& keys) {
  std::string list;
  for (const ApiKey& key : keys) {
    if (!list.empty()) list += ", ";
    list += fmt::format("{{ name = {}, key = {} }}", Quoted(key.name), Quoted(key.key.Masked()));
  }
  return "[" + list + "]";
}

Shown ShowKey(const Loaded& loaded) {
  const auto& keys = loaded.config.proxy.api_keys;
  const bool named = loaded.OriginOf("api_keys") != Origin::kDefault;
  if (named) return {"api_keys", ShowKeys(keys), loaded.OriginOf("api_keys"), {}};
  return {"api_key",
          Quoted(keys.empty() ? "" : keys.front().key.Masked()),
          loaded.OriginOf("api_key"),
          {}};
}

std::vector<Shown> ShowProxy(const Loaded& loaded) {
  const Proxy& proxy = loaded.config.proxy;
  std::vector<Shown> shown;
  for (const auto& setting : ProxySettings()) {
    if (setting.name == "api_key") shown.push_back(ShowKey(loaded));
    if (setting.read == nullptr) continue;
    Shown line{std::string(setting.name), setting.show(proxy), loaded.OriginOf(setting.name), {}};
    if (setting.name == "host" && proxy.host.empty()) {
      line.value = Quoted(proxy.ListenHost());
    }
    if (setting.name == "auth_mode" && proxy.auth_mode == AuthMode::kAuto) {
      line.note = fmt::format("auto means {} here", Word(proxy.EffectiveAuthMode()));
    }
    shown.push_back(std::move(line));
  }
  return shown;
}

/// All settings of a table whose name in the file is `name`.
template <class Table>
ShownTable Show(const Loaded& loaded, std::string name, std::span<const Setting<Table>> settings,
                const Table& table) {
  ShownTable shown{std::move(name), {}};
  for (const auto& setting : settings) {
    const std::string named(setting.name);
    shown.settings.push_back(
        {named, setting.show(table), loaded.OriginOf(shown.name + "." + named), {}});
  }
  return shown;
}

}  // namespace

std::vector<ShownTable> ShowTables(const Loaded& loaded) {
  const Config& config = loaded.config;
  std::vector<ShownTable> tables = {{"proxy", ShowProxy(loaded)}};
  if (config.proxy.tls.enabled()) {
    tables.push_back(Show(loaded, "proxy.tls", TlsSettings(), config.proxy.tls));
  }
  tables.push_back(Show(loaded, "log", LogTableSettings(), config.log));
  if (!config.telemetry.endpoint.empty()) {
    tables.push_back(Show(loaded, "telemetry", TelemetryTableSettings(), config.telemetry));
  }
  if (config.cluster.enabled()) {
    tables.push_back(Show(loaded, "cluster", ClusterTableSettings(), config.cluster));
  }
  return tables;
}

std::vector<Shown> ShowAccount(const Account& account) {
  std::vector<Shown> shown;
  for (const auto& setting : AccountSettings()) {
    const std::string value = setting.show(account);
    const bool has_reference = !account.api_key_env.empty() || !account.api_key_file.empty();
    if (value == "\"\"" || (setting.name == "api_key" && has_reference)) continue;
    shown.push_back({std::string(setting.name), value, Origin::kFile, {}});
  }
  if (!account.unusable.empty()) shown.front().note = "cannot be used: " + account.unusable;
  return shown;
}

}  // namespace agm::config
