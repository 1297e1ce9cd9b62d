#include "core/gateway/auth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/words.h"
#include "core/keys/key_text.h"

namespace agm::gateway {
namespace {

keys::Ring RingOf(const config::Config& config) {
  keys::Meters meters;
  return {config, meters};
}

config::Proxy WithKey() {
  config::Proxy proxy;
  proxy.auth_mode = config::AuthMode::kAllExceptHealth;
  proxy.api_keys = {{"laptop", Secret("sk-laptop-1")}, {"phone", Secret("sk-phone-2")}};
  return proxy;
}

config::Proxy Open() {
  config::Proxy proxy;
  proxy.host = "127.0.0.1";
  proxy.auth_mode = config::AuthMode::kOff;
  return proxy;
}

Result<Caller> Identify(const http::Request& request, Scope scope, const config::Proxy& proxy) {
  config::Config config;
  config.proxy = proxy;
  return gateway::Identify(request, SurfaceOf(FindRoute(request), request), scope, proxy,
                           RingOf(config), SystemClock().Wall());
}

http::Request Asking(std::vector<http::Header> headers, std::string path = "/v1/models",
                     std::string query = "") {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers = std::move(headers);
  return request;
}

ErrorCode CodeOf(const http::Request& request, const config::Proxy& proxy,
                 Scope scope = Scope::kInference) {
  const auto caller = Identify(request, scope, proxy);
  return caller ? ErrorCode::kInternal : caller.error().code;
}

TEST(Auth, TakesTheKeyFromEveryHeaderThatClientsUse) {
  for (const http::Header& header : {http::Header{"Authorization", "Bearer sk-laptop-1"},
                                     {"authorization", "bEaReR \t sk-laptop-1 "},
                                     {"x-api-key", "sk-laptop-1"},
                                     {"X-Goog-Api-Key", " sk-laptop-1"},
                                     {"api-key", "sk-laptop-1"}}) {
    const auto caller = Identify(Asking({header}), Scope::kInference, WithKey());
    ASSERT_TRUE(caller) << header.first << ": " << header.second;
    EXPECT_EQ(caller->name, "laptop");
  }
}

TEST(Auth, TakesTheQueryKeyWhereTheClientSpeaksGemini) {
  EXPECT_TRUE(
      Identify(Asking({}, "/v1beta/models", "a=1&key=sk-phone-2"), Scope::kInference, WithKey()));
  EXPECT_TRUE(Identify(Asking({}, "/v1/models", "key=sk-phone-2"), Scope::kInference, WithKey()));
  EXPECT_FALSE(
      Identify(Asking({}, "/v1/messages", "key=sk-phone-2"), Scope::kInference, WithKey()));
}

TEST(Auth, IsContentWithOneRightCredentialAmongWrongOnes) {
  EXPECT_TRUE(Identify(Asking({{"Authorization", "Bearer wrong"}, {"x-api-key", "sk-phone-2"}}),
                       Scope::kInference, WithKey()));
  EXPECT_TRUE(Identify(Asking({{"x-api-key", ""}, {"x-api-key", "sk-phone-2"}}), Scope::kInference,
                       WithKey()));
}

TEST(Auth, RefusesMissingEmptyAndWrongKeys) {
  EXPECT_EQ(CodeOf(Asking({}), WithKey()), ErrorCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(Asking({{"Authorization", "Bearer "}}), WithKey()), ErrorCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(Asking({{"Authorization", "Bearersk-laptop-1"}}), WithKey()),
            ErrorCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(Asking({{"Authorization", "Basic sk-laptop-1"}}), WithKey()),
            ErrorCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(Asking({{"x-api-key", "sk-laptop"}}), WithKey()), ErrorCode::kUnauthenticated);
  const Error wrong = Identify(Asking({{"x-api-key", "no"}}), Scope::kInference, WithKey()).error();
  EXPECT_EQ(wrong.message.find("the API key is not one of this gateway's"), 0U) << wrong.message;
}

TEST(Auth, NeverMatchesAnEmptyKeyOfTheConfiguration) {
  config::Proxy proxy = WithKey();
  proxy.api_keys = {{"empty", Secret("")}};
  EXPECT_EQ(CodeOf(Asking({{"x-api-key", ""}}), proxy), ErrorCode::kUnauthenticated);
}

TEST(Auth, LeavesHealthOpenUnlessStrict) {
  config::Proxy proxy = WithKey();
  EXPECT_TRUE(Identify(Asking({}, "/healthz"), Scope::kNone, proxy));
  EXPECT_FALSE(Identify(Asking({}, "/readyz"), Scope::kAnyKey, proxy));
  proxy.auth_mode = config::AuthMode::kStrict;
  EXPECT_FALSE(Identify(Asking({}, "/healthz"), Scope::kNone, proxy));
}

TEST(Auth, WhenOffRefusesForeignHostsAgainstDnsRebinding) {
  for (const char* host : {"127.0.0.1:8045", "localhost", "LOCALHOST:1", "[::1]:8045",
                           "a.localhost", "127.9.9.9", ""}) {
    EXPECT_TRUE(Identify(Asking({{"Host", host}}), Scope::kInference, Open())) << host;
  }
  for (const char* host : {"evil.example", "localhost.evil.example", "192.168.1.5", "0.0.0.0",
                           "127.0.0.1.evil.example"}) {
    EXPECT_EQ(CodeOf(Asking({{"Host", host}}), Open()), ErrorCode::kForbidden) << host;
  }
}

TEST(Auth, WhenOffOnTheLanTakesIpLiteralsAndAllowedHosts) {
  config::Proxy proxy = Open();
  proxy.host = "0.0.0.0";
  proxy.allowed_hosts = {"nas.home"};
  EXPECT_TRUE(Identify(Asking({{"Host", "192.168.1.5:8045"}}), Scope::kInference, proxy));
  EXPECT_TRUE(Identify(Asking({{"Host", "NAS.home"}}), Scope::kInference, proxy));
  EXPECT_EQ(CodeOf(Asking({{"Host", "evil.example"}}), proxy), ErrorCode::kForbidden);
}

TEST(Auth, WhenOffRefusesForeignWebPagesButNotEditors) {
  const auto from = [](const char* origin) {
    return Asking({{"Host", "localhost"}, {"Origin", origin}});
  };
  for (const char* origin : {"http://localhost:3000", "https://127.0.0.1", "vscode-webview://abc",
                             "app://obsidian.md"}) {
    EXPECT_TRUE(Identify(from(origin), Scope::kInference, Open())) << origin;
  }
  for (const char* origin : {"null", "https://evil.example", "HTTP://evil.example",
                             "https://localhost.evil.example", "https://localhost@evil.example"}) {
    EXPECT_EQ(CodeOf(from(origin), Open()), ErrorCode::kForbidden) << origin;
  }
  config::Proxy proxy = Open();
  proxy.allowed_origins = {"https://chat.example"};
  EXPECT_TRUE(Identify(from("https://chat.example"), Scope::kInference, proxy));
}

TEST(Auth, LetsThoseOriginsReadAnswersThatItLetsAsk) {
  config::Proxy proxy = Open();
  proxy.allowed_origins = {"https://chat.example"};
  const auto allowed = [&](const char* origin) {
    return AllowedOrigin(Asking({{"Host", "localhost"}, {"Origin", origin}}), proxy);
  };
  for (const char* origin : {"app://obsidian.md", "vscode-webview://1a2b", "http://localhost:3000",
                             "https://chat.example"}) {
    EXPECT_EQ(allowed(origin), origin);
  }
  for (const char* origin : {"", "null", "https://evil.example"}) EXPECT_EQ(allowed(origin), "");
}

TEST(Auth, SaysWhereTheKeyIsSet) {
  config::Proxy proxy = Open();
  proxy.auth_mode = config::AuthMode::kStrict;
  proxy.api_keys = {{"default", Secret("right")}};
  for (const char* key : {"", "wrong"}) {
    const auto caller = Identify(Asking({{"x-api-key", key}}), Scope::kInference, proxy);
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().code, ErrorCode::kUnauthenticated);
    EXPECT_NE(caller.error().message.find("proxy.api_key"), std::string::npos);
    EXPECT_NE(caller.error().message.find("AGM_API_KEY"), std::string::npos);
  }
}

TEST(Auth, WhenOffHealthIsCheckedForItsHostToo) {
  EXPECT_EQ(CodeOf(Asking({{"Host", "evil.example"}}, "/healthz"), Open(), Scope::kNone),
            ErrorCode::kForbidden);
}

// A gateway with one key of [[keys]] for each scope, and the text of each.
struct Scoped {
  config::Config config;
  std::map<config::KeyScope, std::string> keys;

  explicit Scoped(config::AuthMode mode) {
    config.proxy.host = "127.0.0.1";
    config.proxy.auth_mode = mode;
    for (const std::string_view word : config::kKeyScopeWords) {
      const keys::NewKey made = keys::MakeKey();
      config::ClientKey key;
      key.name = word;
      key.id = made.id;
      key.hash = made.hash;
      key.scopes = {static_cast<config::KeyScope>(config.keys.size())};
      keys[key.scopes.front()] = made.key.Reveal();
      config.keys.push_back(std::move(key));
    }
  }
  Result<Caller> Ask(config::KeyScope scope, const std::string& path,
                     const std::string& method) const {
    http::Request request = Asking({{"Authorization", "Bearer " + keys.at(scope)}}, path);
    request.method = method;
    const auto route = FindRoute(request);
    return gateway::Identify(request, route->row->surface, route->row->scope, config.proxy,
                             RingOf(config), SystemClock().Wall());
  }
};

TEST(Auth, EachRouteNeedsItsScope) {
  using enum config::KeyScope;
  const Scoped scoped(config::AuthMode::kStrict);
  struct Case {
    std::string path;
    std::string method;
    std::vector<config::KeyScope> allowed;
  };
  const Case cases[] = {
      {"/v1/chat/completions", "POST", {kInference}},
      {"/v1/models", "GET", {kInference}},
      {"/v1/responses/r", "DELETE", {kInference}},
      {"/v1beta/models/m:generateContent", "POST", {kInference}},
      {"/metrics", "GET", {kRead, kMetrics, kAdmin}},
      {"/agm/accounts", "GET", {kRead, kAdmin}},
      {"/agm/accounts", "POST", {kAdmin}},
      {"/agm/keys", "GET", {kAdmin}},
      {"/agm/me", "GET", {kInference, kRead, kMetrics, kAdmin}},
      {"/healthz", "GET", {kInference, kRead, kMetrics, kAdmin}},
      {"/readyz", "GET", {kInference, kRead, kMetrics, kAdmin}},
  };
  for (const Case& each : cases) {
    for (const auto scope : {kInference, kRead, kMetrics, kAdmin}) {
      const auto caller = scoped.Ask(scope, each.path, each.method);
      const bool allowed = std::ranges::find(each.allowed, scope) != each.allowed.end();
      EXPECT_EQ(caller.has_value(), allowed)
          << each.path << " " << each.method << " " << config::Word(scope);
      if (!caller) {
        EXPECT_EQ(caller.error().code, ErrorCode::kForbidden);
      }
    }
  }
}

TEST(Auth, WhenOffAKeyThatIsSentStillCounts) {
  const Scoped scoped(config::AuthMode::kOff);
  const auto caller = scoped.Ask(config::KeyScope::kInference, "/v1/chat/completions", "POST");
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(caller->name, "inference");
  ASSERT_NE(caller->key, nullptr);
  EXPECT_FALSE(scoped.Ask(config::KeyScope::kMetrics, "/v1/chat/completions", "POST"));
  const auto other =
      gateway::Identify(Asking({{"x-api-key", "some-key"}}), Surface::kOpenAi, Scope::kInference,
                        scoped.config.proxy, RingOf(scoped.config), SystemClock().Wall());
  ASSERT_TRUE(other);
  EXPECT_EQ(other->name, "local");
}

}  // namespace
}  // namespace agm::gateway
