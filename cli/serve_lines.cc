#include "cli/serve_lines.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "core/base/version.h"
#include "core/config/host.h"
#include "core/config/words.h"

namespace agm::cli {
namespace {

bool ListensOnAll(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

}  // namespace

std::string UrlOf(const std::string& host, int port, bool tls) {
  const bool v6 = host.find(':') != std::string::npos && !ListensOnAll(host);
  return fmt::format("{}://{}:{}", tls ? "https" : "http",
                     ListensOnAll(host) ? "127.0.0.1"
                     : v6               ? "[" + host + "]"
                                        : host,
                     port);
}

std::string_view ModeName(config::AuthMode mode) { return config::Word(mode); }

std::string StartLine(const config::Config& config, const Listening& listening) {
  const config::Proxy& proxy = config.proxy;
  std::string accounts =
      fmt::format("{} of {} accounts ready", listening.ready, config.accounts.size());
  if (config.accounts.empty()) accounts = "no account yet: add one with `agm accounts add`";
  if (listening.mock) accounts += "; the embedded mock answers, nothing leaves this machine";
  return fmt::format("agm {} listens on {} ({}; auth {})", Version(),
                     UrlOf(proxy.ListenHost(), listening.port, proxy.tls.enabled()), accounts,
                     ModeName(proxy.EffectiveAuthMode()));
}

std::vector<std::string> AddressLines(const config::Config& config, const Listening& listening) {
  const config::Proxy& proxy = config.proxy;
  const bool tls = proxy.tls.enabled();
  const std::string host = proxy.ListenHost();
  std::vector<std::string> lines = {
      fmt::format("  base URL for clients: {}/v1", UrlOf(host, listening.port, tls))};
  if (ListensOnAll(host)) {
    for (const std::string& address : listening.lan_addresses) {
      lines.push_back(
          fmt::format("  from other machines:  {}/v1", UrlOf(address, listening.port, tls)));
    }
  }
  const bool closed =
      !config::IsLoopback(host) && proxy.EffectiveAuthMode() == config::AuthMode::kOff;
  if (!closed) {
    lines.push_back(
        fmt::format("  page for browsers:    {}/agm/", UrlOf(host, listening.port, tls)));
  }
  if (!config.telemetry.endpoint.empty()) {
    lines.push_back(fmt::format("  telemetry goes to:    {}", config.telemetry.endpoint));
  }
  if (config.accounts.empty() && !listening.mock) {
    lines.emplace_back("  try it without an account: agm serve --mock");
  }
  return lines;
}

std::string StartWarning(const config::Config& config) {
  const config::Proxy& proxy = config.proxy;
  const bool open = !config::IsLoopback(proxy.ListenHost()) &&
                    proxy.EffectiveAuthMode() == config::AuthMode::kOff;
  if (!open) return {};
  return "auth is off and other machines reach this gateway: everybody on the network can use your "
         "accounts; set proxy.api_key (openssl rand -hex 24 creates one) or remove auth_mode = off";
}

std::vector<std::string> LanAddresses() {
  std::vector<std::string> addresses;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return addresses;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    const bool up = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (!up || each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) {
      addresses.emplace_back(text.data());
    }
  }
  ::freeifaddrs(all);
  return addresses;
}

}  // namespace agm::cli
