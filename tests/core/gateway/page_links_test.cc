// Which requests of other web pages reach the gateway's page: links to it, and nothing else.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/gateway/page_guard.h"

namespace agm::gateway {
namespace {

bool Passes(const std::string& path, std::vector<http::Header> headers,
            const config::Proxy& settings = {}) {
  http::Request request;
  request.method = "GET";
  request.path = path;
  headers.emplace_back("Host", "127.0.0.1:8045");
  request.headers = std::move(headers);
  return CheckPageRequest(request, *FindRoute(path)->row, settings).has_value();
}

std::vector<http::Header> From(const std::string& site, const std::string& mode,
                               const std::string& dest) {
  return {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", mode}, {"Sec-Fetch-Dest", dest}};
}

TEST(PageLinks, LeadToThePageFromAnySite) {
  for (const char* path : {"/", "/agm", "/agm/"}) {
    for (const char* site : {"cross-site", "same-site", "same-origin", "none"}) {
      EXPECT_TRUE(Passes(path, From(site, "navigate", "document"))) << path << site;
    }
  }
}

TEST(PageLinks, LeadToNothingBelowThePage) {
  for (const char* path : {"/agm/status", "/agm/accounts", "/agm/assets/app.js", "/agm/me"}) {
    for (const char* site : {"cross-site", "same-site"}) {
      EXPECT_FALSE(Passes(path, From(site, "navigate", "document"))) << path << site;
    }
    for (const char* site : {"same-origin", "none", ""}) {
      EXPECT_TRUE(Passes(path, From(site, "cors", "empty"))) << path << site;
    }
  }
}

TEST(PageLinks, AreNavigationsOfAWholeWindow) {
  EXPECT_FALSE(Passes("/agm/", From("cross-site", "no-cors", "document")));
  EXPECT_FALSE(Passes("/agm/", From("cross-site", "navigate", "iframe")));
  EXPECT_FALSE(Passes("/agm/", From("cross-site", "cors", "empty")));
}

TEST(PageLinks, ThePageIsClosedWhereAnybodyReachesIt) {
  config::Proxy settings;
  settings.auth_mode = config::AuthMode::kOff;
  EXPECT_TRUE(Passes("/agm/", {}, settings));
  settings.host = "0.0.0.0";
  EXPECT_FALSE(Passes("/agm/", {}, settings));
  settings.auth_mode = config::AuthMode::kStrict;
  EXPECT_TRUE(Passes("/agm/", {}, settings));
}

http::Request Change(const std::string& method, std::vector<http::Header> headers) {
  http::Request request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

TEST(PageChanges, NeedAHeaderThatNoFormCanSend) {
  const http::Header json{"Content-Type", "application/json"};
  const http::Header mark{"X-Agm", "1"};
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    EXPECT_TRUE(CheckPageChange(Change(method, {}))) << method;
  }
  for (const char* method : {"POST", "PATCH", "DELETE", "PUT"}) {
    EXPECT_TRUE(CheckPageChange(Change(method, {json, mark}))) << method;
    const auto unmarked = CheckPageChange(Change(method, {json}));
    ASSERT_FALSE(unmarked) << method;
    EXPECT_EQ(unmarked.error().reason, "foreign_page");
    const auto untyped = CheckPageChange(Change(method, {mark}));
    ASSERT_FALSE(untyped) << method;
    EXPECT_EQ(untyped.error().reason, "unsupported_media_type");
  }
  EXPECT_FALSE(CheckPageChange(Change("POST", {json, {"X-Agm", "2"}})));
  EXPECT_TRUE(CheckPageChange(
      Change("POST", {{"Content-Type", "Application/JSON ; charset=utf-8"}, mark})));
}

TEST(PageReplies, KeepTheirOwnRuleForCaches) {
  http::Reply plain;
  ProtectPageReply(plain);
  EXPECT_EQ(http::FindHeader(plain.headers, "cache-control"), "no-store");
  EXPECT_EQ(http::FindHeader(plain.headers, "x-frame-options"), "DENY");
  http::Reply asset;
  asset.headers.emplace_back("Cache-Control", "max-age=60");
  ProtectPageReply(asset);
  EXPECT_EQ(http::FindHeader(asset.headers, "cache-control"), "max-age=60");
}

}  // namespace
}  // namespace agm::gateway
