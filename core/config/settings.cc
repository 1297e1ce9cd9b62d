#include "core/config/settings.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/config/host.h"
#include "core/config/model_name.h"
#include "core/config/nearest.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

constexpr int kMostOfAQuota = 1'000'000'000;

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

std::string CheckAccountName(std::string& name) {
  const bool allowed = IsKeyText(name) && name.size() <= 64 && !name.starts_with('-') &&
                       name.find_first_of("\"'\\/,*") == std::string::npos;
  return allowed ? "" : "a name of at most 64 letters, digits and marks such as - _ . @ +";
}

std::string CheckLabel(std::string& label) {
  const bool plain = std::ranges::all_of(label, [](char c) { return c >= ' ' && c < '\x7f'; });
  return plain ? "" : "printable ASCII characters, because it is sent in a header";
}

std::string CheckBaseUrl(std::string& base) {
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) return {};
  const auto url = SplitUrl(base);
  const bool http = url && (url->scheme == "http" || url->scheme == "https");
  if (http && url->user.empty() && url->rest.empty()) return {};
  return "http://HOST[:PORT] or https://HOST[:PORT], without user, query and fragment";
}

// Checks a text that becomes a part of a URL, such as a project.
std::string CheckUrlPart(std::string& part) {
  const bool plain = (part.empty() || IsKeyText(part)) &&
                     part.find_first_of("/?#%&\\\"'") == std::string::npos &&
                     part.find("..") == std::string::npos;
  return plain ? "" : "an identifier of letters, digits, dots, colons and hyphens";
}

std::string CheckModelGlob(std::string& glob) {
  glob = WithoutModelPrefix(glob);
  const std::string fault = ModelNameFault(glob);
  return fault.empty() ? "" : "a model's name or a pattern with *, but this one " + fault;
}

bool IsVariable(std::string_view name) {
  const bool plain =
      std::ranges::all_of(name, [](char c) { return IsLetterOrDigit(c) || c == '_'; });
  return plain && name.size() <= 100 && !name.starts_with("AIza");
}

// The value is not shown in the message, because some users put the key itself here.
void ReadVariable(const Value& value, const Scope& scope, Account& into) {
  if (value.is(ValueKind::kString) && IsVariable(value.text)) {
    into.api_key_env = value.text;
    return;
  }
  scope.found.Error(value.at,
                    "{}: expected the name of an environment variable, such as "
                    "\"GEMINI_API_KEY\"; the key itself goes into api_key",
                    scope.name);
}

}  // namespace

std::span<const Setting<Proxy>> ProxySettings() {
  using P = Proxy;
  static const std::array settings = {
      TextSetting<P, &P::host, CheckHost>("host"),
      IntSetting<P, &P::port, 0, 65535>("port"),
      BoolSetting<P, &P::allow_lan_access>("allow_lan_access"),
      WordSetting<P, &P::auth_mode, kAuthModeWords>("auth_mode"),
      IntSetting<P, &P::max_attempts, 1, 100>("max_attempts"),
      SpanSetting<P, &P::max_wait, 0>("max_wait"),
      SpanSetting<P, &P::connect_timeout, 1>("connect_timeout"),
      SpanSetting<P, &P::first_byte_timeout, 1>("first_byte_timeout"),
      SpanSetting<P, &P::idle_timeout, 1>("idle_timeout"),
      SpanSetting<P, &P::request_timeout, 1>("request_timeout"),
      SpanSetting<P, &P::header_timeout, 1>("header_timeout"),
      SpanSetting<P, &P::write_timeout, 1>("write_timeout"),
      SpanSetting<P, &P::drain_timeout, 0>("drain_timeout"),
      SizeSetting<P, &P::max_body_size>("max_body_size"),
      IntSetting<P, &P::max_connections, 1, 1'000'000>("max_connections"),
      ListSetting<P, &P::allowed_origins, CheckOrigin>("allowed_origins"),
      ListSetting<P, &P::allowed_hosts, CheckHostName>("allowed_hosts"),
      ListSetting<P, &P::trusted_proxies, CheckProxyRange>("trusted_proxies"),
      PathSetting<P, &P::access_log>("access_log"),
      SpanSetting<P, &P::keepalive_interval, 0>("keepalive_interval"),
      WordSetting<P, &P::scheduling, kSchedulingWords>("scheduling"),
      Setting<P>{"upstream_proxy", TextSetting<P, &P::upstream_proxy, CheckUpstreamProxy>("").read,
                 ShowUpstreamProxy},
      BoolSetting<P, &P::expose_account>("expose_account"),
      BoolSetting<P, &P::list_aliases>("list_aliases"),
  };
  return settings;
}

std::span<const Setting<Tls>> TlsSettings() {
  static const std::array settings = {PathSetting<Tls, &Tls::certificate>("certificate"),
                                      PathSetting<Tls, &Tls::key>("key")};
  return settings;
}

std::span<const Setting<LogSettings>> LogTableSettings() {
  using L = LogSettings;
  static const std::array settings = {
      WordSetting<L, &L::level, kLogLevelWords>("level"),
      WordSetting<L, &L::format, kLogFormatWords>("format"),
      BoolSetting<L, &L::requests>("requests"),
      LongSpanSetting<L, &L::keep>("keep"),
      SizeSetting<L, &L::max_size>("max_size"),
      LongSpanSetting<L, &L::totals_keep>("totals_keep"),
  };
  return settings;
}

std::span<const Setting<Account>> AccountSettings() {
  using A = Account;
  static const std::array settings = {
      TextSetting<A, &A::name, CheckAccountName>("name"),
      TextSetting<A, &A::email, CheckLabel>("email"),
      WordSetting<A, &A::kind, kAccountKindWords>("kind"),
      SecretSetting<A, &A::api_key>("api_key"),
      Setting<A>{"api_key_env", ReadVariable,
                 [](const Account& account) { return Quoted(account.api_key_env); }},
      PathSetting<A, &A::api_key_file>("api_key_file"),
      TextSetting<A, &A::base_url, CheckBaseUrl>("base_url"),
      TextSetting<A, &A::project, CheckUrlPart>("project"),
      TextSetting<A, &A::location, CheckUrlPart>("location"),
      PathSetting<A, &A::service_account>("service_account"),
      TextSetting<A, &A::client_id, CheckLabel>("client_id"),
      SecretSetting<A, &A::client_secret>("client_secret"),
      SecretSetting<A, &A::refresh_token>("refresh_token"),
      ListSetting<A, &A::models, CheckModelGlob>("models"),
      IntSetting<A, &A::priority, -1'000'000, 1'000'000>("priority"),
      WordSetting<A, &A::billing, kBillingWords>("billing"),
      IntSetting<A, &A::requests_per_minute, 0, kMostOfAQuota>("requests_per_minute"),
      IntSetting<A, &A::tokens_per_minute, 0, kMostOfAQuota>("tokens_per_minute"),
      IntSetting<A, &A::requests_per_day, 0, kMostOfAQuota>("requests_per_day"),
      BoolSetting<A, &A::enabled>("enabled"),
  };
  return settings;
}

void WarnUnknown(const Member& member, std::string_view prefix,
                 std::span<const std::string_view> known, Findings& found) {
  found.Warn(member.key_at, "{}: no such setting; it has no effect{}",
             std::string(prefix) + WriteKey(member.key), DidYouMean(member.key, known));
}

}  // namespace agm::config
