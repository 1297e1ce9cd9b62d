#include "cli/clients/connection.h"

#include <algorithm>
#include <array>

#include "cli/gateway_client.h"
#include "cli/serve_lines.h"
#include "core/base/ascii.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience{2'000};
/// The model where the gateway cannot be asked.
constexpr const char* kModel = "gemini-2.5-flash";

/// The ids that the gateway lists.
std::vector<std::string> Listed(const GatewayAnswer& answer) {
  std::vector<std::string> ids;
  const auto json = ParseJson(answer.body);
  if (!json) return ids;
  for (const Json& model : ObjectsOf(*json, "data")) ids.push_back(TextOf(model, "id"));
  return ids;
}

/// A model for coding agents among those: the newest flash, which every tier has.
std::string Preferred(const std::vector<std::string>& ids) {
  std::string best;
  const auto other = [](const std::string& id) {
    constexpr auto kOther = std::to_array<std::string_view>(
        {"lite", "image", "audio", "tts", "live", "embedding", "latest", "thinking", "/"});
    return std::ranges::any_of(
        kOther, [&](std::string_view word) { return id.find(word) != std::string::npos; });
  };
  for (const std::string& id : ids) {
    constexpr std::string_view kFamily = "gemini-";
    const bool numbered = id.starts_with(kFamily) && IsDigit(id[kFamily.size()]);
    const bool flash = numbered && id.find("-flash") != std::string::npos;
    if (flash && !other(id) && id > best) best = id;
  }
  return best.empty() ? kModel : best;
}

Result<Secret> KeyOf(const config::Config& config, const std::string& name) {
  const auto& keys = config.proxy.api_keys;
  const auto found = std::ranges::find(keys, name, &config::ApiKey::name);
  if (found != keys.end()) return found->key;
  if (std::ranges::find(config.keys, name, &config::ClientKey::name) != config.keys.end()) {
    return Fail(ErrorCode::kNotFound,
                "of the key \"{}\" only a digest is stored, so it cannot be given to a client; "
                "--key new makes one for the client",
                name);
  }
  return Fail(ErrorCode::kNotFound,
              "there is no client key \"{}\" in [proxy] api_keys; --key new makes one", name);
}

/// The key for a gateway that asks for one. The operator's would give a client every right, and every
/// request would be refused after the gateway's next start, so it is no key to store.
Result<Secret> KeyFor(const Gateway& gateway, Purpose purpose) {
  const bool usable = !gateway.key.empty() && !(purpose == Purpose::kStore && gateway.operator_key);
  if (usable) return gateway.key;
  switch (purpose) {
    case Purpose::kShow:
      return Secret();
    case Purpose::kStart:
      return Fail(
          ErrorCode::kNotFound,
          "the gateway asks for a client key, and the configuration holds none but digests; "
          "set AGM_API_KEY to a key");
    case Purpose::kStore:
      break;
  }
  return Fail(ErrorCode::kNotFound,
              "the gateway asks for a client key, and the configuration holds none but digests; "
              "--key new makes one for the client");
}

/// The first LAN address in place of the loopback one.
std::string ForOthers(const std::string& url, const config::Config& config) {
  const auto addresses = LanAddresses();
  if (addresses.empty()) return url;
  const std::size_t port = url.rfind(':');
  return UrlOf(addresses.front(), std::atoi(url.c_str() + port + 1), config.proxy.tls.enabled());
}

}  // namespace

Result<Connection> FindConnection(const Context& context, const ConnectionWishes& wishes) {
  const auto config = context.Config();
  if (!config) return config.error();
  const auto gateways = FindGateways(context);
  if (!gateways) return gateways.error();
  Connection connection;
  std::vector<std::string> models;
  Gateway chosen = gateways->empty() ? Gateway() : gateways->front();
  Result<GatewayAnswer> answer = Fail(ErrorCode::kUpstreamUnavailable, "no gateway is known");
  for (const Gateway& gateway : *gateways) {
    answer = Ask(context, gateway, {"GET", "/v1/models", {}, {}}, kPatience);
    if (!answer) continue;
    chosen = gateway;
    models = Listed(*answer);
    connection.running = true;
    break;
  }
  if (!answer && wishes.purpose == Purpose::kStart) return std::move(answer).error();
  connection.base = chosen.url;
  if (connection.base.empty()) {
    return Fail(ErrorCode::kConfig, "the configured port is 0 and no gateway runs");
  }
  if (wishes.lan) connection.base = ForOthers(connection.base, **config);
  connection.model = wishes.model ? *wishes.model : Preferred(models);
  const bool asked = (*config)->proxy.EffectiveAuthMode() != config::AuthMode::kOff;
  connection.secret = asked || wishes.key;
  connection.key = kNoKey;
  if (!connection.secret) return connection;
  auto key = wishes.key ? KeyOf(**config, *wishes.key) : KeyFor(chosen, wishes.purpose);
  if (!key) return std::move(key).error();
  connection.key = key->Reveal();
  return connection;
}

}  // namespace agm::cli
