#include "core/gateway/page_guard.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agm::gateway {
namespace {

http::Request RequestWith(std::vector<http::Header> headers) {
  http::Request request;
  request.method = "GET";
  request.path = "/agm/status";
  request.headers = std::move(headers);
  return request;
}

bool Passes(const std::string& host, const config::Proxy& settings) {
  const auto request = RequestWith({{"Host", host}});
  return CheckPageRequest(request, *FindRoute("/agm/status")->row, settings).has_value();
}

// A name that an attacker's DNS server points to this machine must not reach the page, whether or
// not a key is asked for.
TEST(PageGuard, OnlyHostsThatCannotBeReboundPassInEveryMode) {
  for (const auto mode : {config::AuthMode::kOff, config::AuthMode::kStrict,
                          config::AuthMode::kAllExceptHealth, config::AuthMode::kAuto}) {
    config::Proxy settings;
    settings.auth_mode = mode;
    settings.allowed_hosts = {"box.lan"};
    for (const char* host :
         {"127.0.0.1:8045", "localhost:8045", "LOCALHOST", "agm.localhost", "[::1]:8045",
          "192.168.1.20:8045", "[fe80::1]:8045", "box.lan:8045", "Box.Lan"}) {
      EXPECT_TRUE(Passes(host, settings)) << host;
    }
    for (const char* host : {"rebound.example:8045", "127.0.0.1.nip.io", "localhost.evil.example",
                             "box.lan.evil.example", "0x7f000001", "agm"}) {
      EXPECT_FALSE(Passes(host, settings)) << host;
    }
  }
}

TEST(PageGuard, TheOriginIsTheHostWithItsScheme) {
  const auto passes = [](const std::string& origin, bool tls) {
    config::Proxy settings;
    if (tls) settings.tls = {"cert.pem", "key.pem"};
    const auto request = RequestWith({{"Host", "127.0.0.1:8045"}, {"Origin", origin}});
    return CheckPageRequest(request, *FindRoute("/agm/status")->row, settings).has_value();
  };
  EXPECT_TRUE(passes("http://127.0.0.1:8045", false));
  EXPECT_TRUE(passes("https://127.0.0.1:8045", false));  // a proxy may add TLS
  EXPECT_TRUE(passes("https://127.0.0.1:8045", true));
  EXPECT_FALSE(passes("http://127.0.0.1:8045", true));
  for (const char* origin : {"http://127.0.0.1", "http://127.0.0.1:8046", "http://localhost:8045",
                             "null", "https://evil.example", "vscode-webview://x"}) {
    EXPECT_FALSE(passes(origin, false)) << origin;
  }
}

}  // namespace
}  // namespace agm::gateway
