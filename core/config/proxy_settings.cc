#include <array>

#include "core/base/time_zone.h"
#include "core/config/host.h"
#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

std::string CheckHost(std::string& host) {
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (host.empty() || IsHost(host)) return {};
  return "a host name or an address, without a port (that is proxy.port)";
}

std::string CheckOrigin(std::string& origin) {
  while (origin.ends_with('/')) origin.pop_back();
  const auto url = SplitUrl(origin);
  const bool plain = url && url->user.empty() && url->path.empty() && url->rest.empty();
  return plain ? "" : "an origin such as \"https://chat.example.com\"";
}

std::string CheckHostName(std::string& host) {
  return IsHost(host) ? "" : "a host name without scheme and port";
}

std::string CheckProxyRange(std::string& range) {
  return IsAddressRange(range) ? "" : "an address or a range such as \"10.0.0.0/8\"";
}

std::string CheckTimeZone(std::string& zone) {
  const bool known = zone.empty() || TimeZone::Find(zone);
  return known ? "" : "a time zone that this machine knows, such as \"Europe/Berlin\" or \"UTC\"";
}

std::string CheckUpstreamProxy(std::string& proxy) {
  if (proxy.empty()) return {};
  const auto url = SplitUrl(proxy);
  const bool known = url && (url->scheme == "http" || url->scheme == "https" ||
                             url->scheme == "socks5" || url->scheme == "socks5h");
  if (known && url->rest.empty() && (url->path.empty() || url->path == "/")) return {};
  return "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT";
}

// Hides the user name and password that a proxy's URL may contain.
std::string ShowUpstreamProxy(const Proxy& proxy) {
  const auto url = SplitUrl(proxy.upstream_proxy);
  if (!url || url->user.empty()) return Quoted(proxy.upstream_proxy);
  std::string shown = fmt::format("{}://…@{}", url->scheme, url->host);
  if (!url->port.empty()) shown += fmt::format(":{}", url->port);
  return Quoted(shown);
}

Setting<Proxy> UpstreamProxySetting(SettingDoc doc) {
  auto setting =
      TextSetting<Proxy, &Proxy::upstream_proxy, CheckUpstreamProxy, SettingType::kAddress>(
          "upstream_proxy", doc);
  setting.show = ShowUpstreamProxy;
  return setting;
}

}  // namespace

std::span<const Setting<Proxy>> ProxySettings() {
  using P = Proxy;
  static const std::array settings = {
      TextSetting<P, &P::host, CheckHost>(
          "host", {"The address to listen on.\n"
                   "Without it: loopback, or all addresses with allow_lan_access."}),
      IntSetting<P, &P::port, 0, 65535>("port", {"The port to listen on; 0 takes a free one."}),
      BoolSetting<P, &P::allow_lan_access>(
          "allow_lan_access",
          {"Listen on all addresses, so that other machines can use the gateway."}),
      WordSetting<P, &P::auth_mode, kAuthModeWords>(
          "auth_mode", {"Which routes ask for a key: \"off\" none, \"strict\" all, "
                        "\"all_except_health\" all but /health and /healthz.\n"
                        "\"auto\" is \"all_except_health\" where other machines can reach the "
                        "gateway, and \"off\" otherwise."}),
      OtherSetting<P>("api_key", SettingType::kText, {"The key that clients must send."}),
      OtherSetting<P>("api_keys", SettingType::kTables,
                      {"Several keys, each { name = \"laptop\", key = \"...\" }.\n"
                       "The log shows the name."}),
      IntSetting<P, &P::max_attempts, 1, 100>("max_attempts",
                                              {"How often one request is tried upstream, never "
                                               "more often than there are usable accounts."}),
      SpanSetting<P, &P::max_wait, 0>("max_wait",
                                      {"How long a request may wait for an account in cooldown."}),
      SpanSetting<P, &P::connect_timeout, 1>("connect_timeout",
                                             {"How long connecting to the upstream may take."}),
      SpanSetting<P, &P::first_byte_timeout, 1>(
          "first_byte_timeout", {"How long the upstream may take until its answer begins."}),
      SpanSetting<P, &P::idle_timeout, 1>("idle_timeout", {"How long a stream may be silent."}),
      SpanSetting<P, &P::request_timeout, 1>("request_timeout",
                                             {"How long one request may take in all."}),
      SpanSetting<P, &P::header_timeout, 1>("header_timeout",
                                            {"How long a client may take to send its request line "
                                             "and headers, and pause inside its body."}),
      SpanSetting<P, &P::write_timeout, 1>("write_timeout",
                                           {"A client that takes nothing for so long is dropped."}),
      SpanSetting<P, &P::drain_timeout, 0>("drain_timeout",
                                           {"How long running requests may go on after SIGTERM."}),
      SpanSetting<P, &P::drain_delay, 0>(
          "drain_delay",
          {"How long of it new requests are still accepted, while /readyz answers 503, so that a "
           "load balancer learns to send them elsewhere.\n"
           "Not at all if no connection is open, or after SIGINT (Ctrl-C)."}),
      SizeSetting<P, &P::max_body_size>("max_body_size",
                                        {"The largest request body that is read."}),
      IntSetting<P, &P::max_connections, 1, 1'000'000>(
          "max_connections", {"How many requests may be in flight; one more is answered 503.\n"
                              "Idle connections do not count."}),
      ListSetting<P, &P::allowed_origins, CheckOrigin>(
          "allowed_origins", {"Web pages that may call the gateway from a browser, such as "
                              "\"https://chat.example.com\"."}),
      ListSetting<P, &P::allowed_hosts, CheckHostName>(
          "allowed_hosts",
          {"Further host names under which the gateway may be called while no key is asked for."}),
      ListSetting<P, &P::trusted_proxies, CheckProxyRange>(
          "trusted_proxies", {"Addresses or ranges whose X-Forwarded-For header is believed."}),
      PathSetting<P, &P::access_log>(
          "access_log",
          {"The file that gets one line for each request; without it they go to standard error."}),
      SpanSetting<P, &P::keepalive_interval, 0>(
          "keepalive_interval",
          {"How often a stream gets a comment while the upstream is silent; 0 for never."}),
      WordSetting<P, &P::scheduling, kSchedulingWords>(
          "scheduling",
          {"How accounts are chosen: \"cache_first\" keeps a conversation with its account, "
           "\"balance\" spreads load evenly, \"performance_first\" prefers fast accounts."}),
      UpstreamProxySetting({"The proxy to the upstream: http://, https:// or socks5://.\n"
                            "A proxy that speaks HTTP is asked for a tunnel (CONNECT).\n"
                            "Without it the usual *_proxy variables count."}),
      BoolSetting<P, &P::expose_account>(
          "expose_account", {"Tell clients which account answered (X-Account-Email)."}),
      BoolSetting<P, &P::list_aliases>(
          "list_aliases", {"List the exact names of the built-in mapping in /v1/models."}),
      TextSetting<P, &P::time_zone, CheckTimeZone>(
          "time_zone", {"The zone of the days and months of client keys' budgets, such as "
                        "\"Europe/Berlin\"; without it the machine's."}),
  };
  return settings;
}

std::span<const Setting<Tls>> TlsSettings() {
  static const std::array settings = {
      PathSetting<Tls, &Tls::certificate>(
          "certificate",
          {"The certificate, PEM, with those that lead from it to a known authority behind it.",
           "\"cert.pem\""}),
      PathSetting<Tls, &Tls::key>("key",
                                  {"Its private key, PEM, without a passphrase.", "\"key.pem\""})};
  return settings;
}

}  // namespace agm::config
