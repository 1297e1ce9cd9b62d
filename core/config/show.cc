#include "core/config/show.h"

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

}  // namespace

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

std::vector<Shown> ShowLog(const Loaded& loaded) {
  std::vector<Shown> shown;
  for (const auto& setting : LogTableSettings()) {
    shown.push_back({std::string(setting.name),
                     setting.show(loaded.config.log),
                     loaded.OriginOf("log." + std::string(setting.name)),
                     {}});
  }
  return shown;
}

std::vector<Shown> ShowTelemetry(const Loaded& loaded) {
  std::vector<Shown> shown;
  if (loaded.config.telemetry.endpoint.empty()) return shown;
  for (const auto& setting : TelemetryTableSettings()) {
    shown.push_back({std::string(setting.name),
                     setting.show(loaded.config.telemetry),
                     loaded.OriginOf("telemetry." + std::string(setting.name)),
                     {}});
  }
  return shown;
}

std::vector<Shown> ShowCluster(const Loaded& loaded) {
  std::vector<Shown> shown;
  if (!loaded.config.cluster.enabled()) return shown;
  for (const auto& setting : ClusterTableSettings()) {
    shown.push_back({std::string(setting.name),
                     setting.show(loaded.config.cluster),
                     loaded.OriginOf("cluster." + std::string(setting.name)),
                     {}});
  }
  return shown;
}

std::vector<Shown> ShowTls(const Loaded& loaded) {
  std::vector<Shown> shown;
  if (!loaded.config.proxy.tls.enabled()) return shown;
  for (const auto& setting : TlsSettings()) {
    shown.push_back({std::string(setting.name),
                     setting.show(loaded.config.proxy.tls),
                     loaded.OriginOf("tls"),
                     {}});
  }
  return shown;
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
