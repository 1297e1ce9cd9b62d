#include "core/gateway/page_guard.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/host.h"
#include "core/gateway/url.h"
#include "core/http/wire/grammar.h"

namespace agm::gateway {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kHeaders = {{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
}};

Error Foreign(std::string_view what) {
  Error error = Fail(ErrorCode::kForbidden, "{}", what);
  error.reason = "foreign_page";
  return error;
}

bool HostIsKnown(const std::string& host, const config::Proxy& settings) {
  const auto& allowed = settings.allowed_hosts;
  return host.empty() || config::IsLoopback(host) || config::IsAddress(host) ||
         std::ranges::any_of(allowed,
                             [&](const auto& each) { return http::EqualsIgnoreCase(each, host); });
}

bool OriginIsOwn(const http::Request& request, const config::Proxy& settings) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  const std::string_view host = request.header("host");
  const auto is = [&](std::string_view scheme) {
    return http::EqualsIgnoreCase(origin, std::string(scheme) + std::string(host));
  };
  // A proxy in front of a gateway without TLS may add it.
  return is("https://") || (!settings.tls.enabled() && is("http://"));
}

bool IsLink(const http::Request& request, const RouteRow& row) {
  const bool document = row.pattern == "/" || row.pattern == "/agm" || row.pattern == "/agm/";
  return document && request.header("sec-fetch-mode") == "navigate" &&
         request.header("sec-fetch-dest") == "document";
}

bool SiteIsOwn(const http::Request& request, const RouteRow& row) {
  const std::string_view site = request.header("sec-fetch-site");
  return site.empty() || site == "same-origin" || site == "none" || IsLink(request, row);
}

}  // namespace

Result<void> CheckPageRequest(const http::Request& request, const RouteRow& row,
                              const config::Proxy& settings) {
  if (!HostIsKnown(HostName(request.header("host")), settings)) {
    return Foreign(
        "the page is not served under this host name; use the address, or add the name to "
        "proxy.allowed_hosts");
  }
  if (!OriginIsOwn(request, settings) || !SiteIsOwn(request, row)) {
    return Foreign("other web pages may not use the gateway's own page");
  }
  if (settings.EffectiveAuthMode() == config::AuthMode::kOff &&
      !config::IsLoopback(settings.ListenHost())) {
    return Fail(ErrorCode::kForbidden,
                "other machines reach this gateway and no key is asked for, so the page is closed; "
                "set proxy.api_key (openssl rand -hex 24 creates one) and remove auth_mode = off");
  }
  return {};
}

Result<void> CheckPageChange(const http::Request& request) {
  const bool reads =
      request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (reads) return {};
  std::string_view type = request.header("content-type");
  type = http::Trim(type.substr(0, type.find(';')));
  if (!http::EqualsIgnoreCase(type, "application/json")) {
    Error error = Fail(ErrorCode::kUnsupportedMedia,
                       "send a change as application/json, with the header X-Agm: 1");
    error.reason = "unsupported_media_type";
    return error;
  }
  if (request.header("x-agm") == "1") return {};
  return Foreign("a change below /agm/ needs the header X-Agm: 1");
}

void ProtectPageReply(http::Reply& reply) {
  for (const auto& [name, value] : kHeaders) reply.headers.emplace_back(name, value);
  if (http::FindHeader(reply.headers, "cache-control").empty()) {
    reply.headers.emplace_back("Cache-Control", "no-store");
  }
}

}  // namespace agm::gateway
