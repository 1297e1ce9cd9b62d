#include "core/gateway/auth.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/utf8.h"
#include "core/config/host.h"
#include "core/config/words.h"
#include "core/gateway/url.h"
#include "core/http/wire/grammar.h"

namespace agm::gateway {
namespace {

// The token of "Bearer TOKEN"; the scheme in any case, followed by spaces or tabs.
std::string_view BearerToken(std::string_view value) {
  value = http::Trim(value);
  constexpr std::string_view kScheme = "bearer";
  if (value.size() <= kScheme.size() ||
      !http::EqualsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  value.remove_prefix(kScheme.size());
  if (value.front() != ' ' && value.front() != '\t') return {};
  return http::Trim(value);
}

// All credentials of the request; each of several equal headers counts.
std::vector<std::string> Credentials(const http::Request& request, Surface surface) {
  std::vector<std::string> found;
  for (const auto& [name, value] : request.headers) {
    if (http::EqualsIgnoreCase(name, "authorization")) {
      found.emplace_back(BearerToken(value));
    } else if (http::EqualsIgnoreCase(name, "x-api-key") ||
               http::EqualsIgnoreCase(name, "api-key") ||
               http::EqualsIgnoreCase(name, "x-goog-api-key")) {
      found.emplace_back(http::Trim(value));
    }
  }
  if (surface == Surface::kGemini || request.path.starts_with("/v1beta")) {
    found.push_back(QueryParameter(request.query, "key"));
  }
  return found;
}

/// The scope that a key needs for the route; nullopt: any key will do.
std::optional<config::KeyScope> Needed(Scope scope) {
  switch (scope) {
    case Scope::kOpen:
    case Scope::kNone:
    case Scope::kAnyKey:
      return std::nullopt;
    case Scope::kInference:
      return config::KeyScope::kInference;
    case Scope::kRead:
      return config::KeyScope::kRead;
    case Scope::kMetrics:
      return config::KeyScope::kMetrics;
    case Scope::kAdmin:
      return config::KeyScope::kAdmin;
  }
  return std::nullopt;
}

Result<Caller> WithScope(std::shared_ptr<const keys::Key> key, const http::Request& request,
                         Scope scope) {
  const auto needed = Needed(scope);
  if (!needed || key->scopes.Permit(*needed)) return Caller{key->name, key};
  const std::string_view word = config::Word(*needed);
  Error error = Fail(ErrorCode::kForbidden,
                     "the API key '{}' lacks the scope \"{}\", which {} needs; the gateway's "
                     "operator can add it: agm keys set {} --scope {}",
                     key->name, word, ToUtf8(request.path), key->name, word);
  error.reason = "missing_scope";
  return error;
}

Error NoKey(std::span<const std::string> credentials) {
  const bool any = std::any_of(credentials.begin(), credentials.end(),
                               [](const std::string& c) { return !c.empty(); });
  return Fail(ErrorCode::kUnauthenticated,
              "{}; the key is set on the gateway's machine, as proxy.api_key in its "
              "configuration or as AGM_API_KEY",
              any ? "the API key is not one of this gateway's"
                  : "this gateway requires an API key: send it as 'Authorization: Bearer "
                    "KEY'");
}

Result<Caller> MatchKey(const http::Request& request, Surface surface, Scope scope,
                        const keys::Ring& ring, WallTime now) {
  const auto credentials = Credentials(request, surface);
  auto key = ring.Find(credentials, now);
  if (!key) return std::move(key).error();
  if (*key == nullptr) return NoKey(credentials);
  return WithScope(*std::move(key), request, scope);
}

bool Contains(const std::vector<std::string>& list, std::string_view item) {
  return std::any_of(list.begin(), list.end(), [item](const std::string& entry) {
    return http::EqualsIgnoreCase(entry, item);
  });
}

bool HostIsFine(const std::string& host, const config::Proxy& settings) {
  if (host.empty() || config::IsLoopback(host) || Contains(settings.allowed_hosts, host))
    return true;
  return config::IsAddress(host) && !config::IsLoopback(settings.ListenHost());
}

bool OriginIsFine(std::string_view origin, const config::Proxy& settings) {
  if (origin.empty() || Contains(settings.allowed_origins, origin)) return true;
  if (http::EqualsIgnoreCase(origin, "null")) return false;
  const bool web = http::StartsWithIgnoreCase(origin, "http://") ||
                   http::StartsWithIgnoreCase(origin, "https://");
  if (!web) return true;
  return config::IsLoopback(HostOfUrl(origin));
}

/// Without required keys a request belongs to "local", unless it names a key of [[keys]].
Result<Caller> LocalCaller(const http::Request& request, Surface surface, Scope scope,
                           const keys::Ring& ring, WallTime now) {
  if (!ring.HasLimitedKeys()) return Caller{"local"};
  auto key = ring.Find(Credentials(request, surface), now);
  if (!key) return std::move(key).error();
  if (*key == nullptr || (*key)->id.empty()) return Caller{"local"};
  return WithScope(*std::move(key), request, scope);
}

Result<void> CheckLocal(const http::Request& request, const config::Proxy& settings) {
  const std::string host = HostName(request.header("host"));
  if (!HostIsFine(host, settings)) {
    return Fail(ErrorCode::kForbidden,
                "requests for host '{}' are refused while no API key is asked for; add it to "
                "proxy.allowed_hosts or set proxy.api_key",
                host);
  }
  const std::string_view origin = request.header("origin");
  if (!OriginIsFine(origin, settings)) {
    return Fail(ErrorCode::kForbidden,
                "web pages of '{}' may not use this gateway; add it to proxy.allowed_origins",
                origin);
  }
  return {};
}

bool AsksForKey(Scope scope, config::AuthMode mode) {
  if (scope == Scope::kOpen) return false;
  switch (mode) {
    case config::AuthMode::kOff:
      return false;
    case config::AuthMode::kStrict:
      return true;
    case config::AuthMode::kAllExceptHealth:
      return scope != Scope::kNone;
    case config::AuthMode::kAuto:
      return true;
  }
  return true;
}

}  // namespace

Result<Caller> Identify(const http::Request& request, Surface surface, Scope scope,
                        const config::Proxy& settings, const keys::Ring& ring, WallTime now) {
  const config::AuthMode mode = settings.EffectiveAuthMode();
  if (AsksForKey(scope, mode)) return MatchKey(request, surface, scope, ring, now);
  if (mode != config::AuthMode::kOff) return Caller{"local"};
  if (auto local = CheckLocal(request, settings); !local) return std::move(local).error();
  return LocalCaller(request, surface, scope, ring, now);
}

Secret PresentedKey(const http::Request& request, const keys::Ring& ring, WallTime now) {
  for (const std::string& credential : Credentials(request, Surface::kOwn)) {
    const auto key = ring.Find(std::span(&credential, 1), now);
    if (key && *key != nullptr) return Secret(credential);
  }
  return {};
}

std::string AllowedOrigin(const http::Request& request, const config::Proxy& settings) {
  const std::string_view origin = request.header("origin");
  if (origin.empty() || !OriginIsFine(origin, settings)) return {};
  return std::string(origin);
}

}  // namespace agm::gateway
