// The page's routes over real sockets: who may use them, from where, and what they answer.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

using Headers = std::vector<http::Header>;

const Headers kChange = {{"Content-Type", "application/json"}, {"X-Agm", "1"}};

Headers With(Headers headers, std::string name, std::string value) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  if (!value.empty()) headers.emplace_back(std::move(name), std::move(value));
  return headers;
}

class PageTest : public GatewayTest {
 protected:
  void AskForKey() {
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.api_keys = {{"default", Secret("sk-page")}};
  }
  Got Get(const std::string& path, Headers headers = {}) {
    return Ask("GET", path, "", std::move(headers));
  }
  Got SignIn(const std::string& body) { return Ask("POST", "/agm/session", body, kChange); }
  static std::string CookieOf(const Got& got) {
    const std::string set = got.header("set-cookie");
    return set.substr(0, set.find(';'));
  }
};

TEST_F(PageTest, ABrowserIsShownThePageAndOthersGetTheJson404) {
  Start();
  const Got browser = Get("/", {{"Accept", "text/html,*/*"}});
  EXPECT_EQ(browser.status, 302);
  EXPECT_EQ(browser.header("location"), "/agm/");
  const Got program = Get("/", {{"Accept", "*/*"}});
  EXPECT_EQ(program.status, 404);
  EXPECT_EQ(program.json()["error"]["code"], "unknown_url");
  const Got page = Get("/agm/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<main"), std::string::npos);
  for (const char* policy : {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
                             "require-trusted-types-for 'script'"}) {
    EXPECT_NE(page.header("content-security-policy").find(policy), std::string::npos) << policy;
  }
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(page.header("cross-origin-resource-policy"), "same-origin");
}

TEST_F(PageTest, FilesAreKeptForEverAndDataNever) {
  Start();
  const std::string page = Get("/agm/").body;
  const std::size_t at = page.find("/agm/assets/main.");
  ASSERT_NE(at, std::string::npos);
  const std::string name = page.substr(at, page.find('"', at) - at);
  const Got packed = Get(name, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.status, 200);
  EXPECT_EQ(packed.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_EQ(Get(name).header("vary"), "Accept-Encoding");
  EXPECT_EQ(Get("/agm/status").header("cache-control"), "no-store");
  EXPECT_EQ(Get("/agm/assets/nothing.js").status, 404);
}

TEST_F(PageTest, PathsMatchExactlyOrNotAtAll) {
  Start();
  for (const char* path :
       {"/v1/agm/status", "/agm/status/", "//agm/status", "/x/agm/status", "/agm/foo/status",
        "/status", "/agm//requests", "/agm/requests/a/b", "/agm/assets/", "/agm/assets/a/b",
        "/agm/index.html", "/usage", "/v1/usage", "/session", "/agm/session/token/x"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(PageTest, ShowsRequestsAndUsageInTheViewersZone) {
  Add("work", "good-key");
  Start();
  const std::string id = Chat("hello").header("x-request-id");
  const Json list = Get("/agm/requests?limit=5").json();
  ASSERT_EQ(list["requests"].size(), 1U) << list.dump();
  EXPECT_EQ(list["requests"][0]["id"], id);
  EXPECT_TRUE(list["next"].is_null());
  EXPECT_EQ(Get("/agm/requests?model=other").json()["requests"].size(), 0U);
  EXPECT_EQ(Get("/agm/requests?status=error").json()["requests"].size(), 0U);
  EXPECT_EQ(Get("/agm/requests/" + id).json()["account"], "work");
  EXPECT_EQ(Get("/agm/requests/req_nothing").status, 404);
  const Json usage = Get("/agm/usage?by=model,account&bucket=1d&tz=Pacific/Chatham").json();
  EXPECT_EQ(usage["time_zone"], "Pacific/Chatham");
  EXPECT_EQ(usage["total"]["requests"], 1) << usage.dump();
  EXPECT_EQ(usage["rows"][0]["account"], "work");
  const Json status = Get("/agm/status?tz=Asia/Kolkata").json();
  EXPECT_EQ(status["accounts"]["ready"], 1);
  EXPECT_EQ(status["today"]["requests"], 1);
  EXPECT_EQ(status["last_minute"]["requests"], 1);
  EXPECT_EQ(status["visitor"]["admin"], true);
}

TEST_F(PageTest, ShowsRequestsForTheGatewaysStateOnlyIfTheyFailed) {
  AskForKey();
  Add("work", "good-key");
  Start();
  const Headers key = {{"Authorization", "Bearer sk-page"}};
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/agm/accounts", "/agm/unknown"}) {
    Get(path, key);
  }
  Get("/agm/status");
  EXPECT_EQ(Get("/metrics").status, 401);
  EXPECT_EQ(Get("/v1/models", key).status, 200);
  const Json list = Get("/agm/requests", key).json()["requests"];
  ASSERT_EQ(list.size(), 2U) << list.dump();
  EXPECT_EQ(list[0]["route"], "models");
  EXPECT_EQ(list[1]["route"], "metrics");
}

TEST_F(PageTest, NamesTheWrongParameter) {
  Start();
  for (const auto& [path, name] :
       std::vector<std::pair<std::string, std::string>>{{"/agm/requests?since=yesterday", "since"},
                                                        {"/agm/requests?limit=many", "limit"},
                                                        {"/agm/requests?status=bad", "status"},
                                                        {"/agm/usage?tz=Mars/Olympus", "tz"},
                                                        {"/agm/usage?tz=../../etc/passwd", "tz"},
                                                        {"/agm/usage?bucket=1y", "bucket"},
                                                        {"/agm/usage?by=address", "by"}}) {
    const Got got = Get(path);
    EXPECT_EQ(got.status, 400) << path;
    EXPECT_TRUE(got.json()["error"]["message"].get<std::string>().starts_with(name + ":")) << path;
  }
}

TEST_F(PageTest, OtherHostsAndOtherSitesAreRefusedInEveryMode) {
  AskForKey();
  Start();
  const Headers key = {{"Authorization", "Bearer sk-page"}};
  EXPECT_EQ(Get("/agm/status", key).status, 200);
  for (const auto& [name, value] : std::vector<http::Header>{{"Origin", "https://evil.example"},
                                                             {"Origin", "null"},
                                                             {"Origin", "http://localhost:3000"},
                                                             {"Sec-Fetch-Site", "cross-site"},
                                                             {"Sec-Fetch-Site", "same-site"}}) {
    for (const char* path : {"/agm/status", "/agm/", "/agm/accounts", "/agm/requests/live"}) {
      const Got got = Get(path, With(key, name, value));
      EXPECT_EQ(got.status, 403) << path << ' ' << name << ": " << value;
      EXPECT_TRUE(got.header("access-control-allow-origin").empty());
    }
  }
  EXPECT_EQ(Get("/agm/", {{"Sec-Fetch-Site", "cross-site"},
                          {"Sec-Fetch-Mode", "navigate"},
                          {"Sec-Fetch-Dest", "document"}})
                .status,
            200);
  EXPECT_EQ(Get("/agm/", {{"Sec-Fetch-Site", "cross-site"},
                          {"Sec-Fetch-Mode", "navigate"},
                          {"Sec-Fetch-Dest", "iframe"}})
                .status,
            403);
}

TEST_F(PageTest, AChangeNeedsJsonTheHeaderAndTheOwnOrigin) {
  Add("work", "good-key");
  Start();
  const std::string body = R"({"heal":"work"})";
  const std::string own = "http://127.0.0.1:" + std::to_string(service_->port());
  const auto post = [&](const Headers& headers) {
    return Ask("POST", "/agm/accounts", body, headers).status;
  };
  EXPECT_EQ(post(kChange), 200);
  EXPECT_EQ(post(With(kChange, "Origin", own)), 200);
  EXPECT_EQ(post(With(kChange, "Sec-Fetch-Site", "same-origin")), 200);
  EXPECT_EQ(post(With(kChange, "X-Agm", "")), 403);
  EXPECT_EQ(post(With(kChange, "Content-Type", "text/plain")), 415);
  EXPECT_EQ(post(With(kChange, "Origin", "http://127.0.0.1:1")), 403);
  EXPECT_EQ(post(With(kChange, "Sec-Fetch-Site", "same-site")), 403);
  EXPECT_EQ(Ask("OPTIONS", "/agm/accounts", "",
                {{"Origin", own}, {"Access-Control-Request-Method", "POST"}})
                .status,
            403);
}

TEST_F(PageTest, ASessionStandsForItsKeyAndOpensNothingElse) {
  AskForKey();
  Start();
  EXPECT_EQ(Get("/agm/").status, 200);
  EXPECT_EQ(Get("/agm/status").status, 401);
  EXPECT_EQ(SignIn(R"({"key":"wrong"})").status, 401);
  EXPECT_EQ(SignIn("{}").status, 400);
  const Got signed_in = SignIn(R"({"key":"sk-page"})");
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  const std::string set = signed_in.header("set-cookie");
  for (const char* part : {"HttpOnly", "SameSite=Strict", "Path=/agm/"}) {
    EXPECT_NE(set.find(part), std::string::npos) << part;
  }
  const Headers cookie = {{"Cookie", CookieOf(signed_in)}};
  const Got status = Get("/agm/status", cookie);
  EXPECT_EQ(status.status, 200);
  EXPECT_EQ(status.json()["visitor"]["name"], "default");
  EXPECT_EQ(Get("/v1/models", cookie).status, 401);
  EXPECT_EQ(Get("/metrics", cookie).status, 401);
  Headers leave = kChange;
  leave.push_back(cookie.front());
  EXPECT_EQ(Ask("DELETE", "/agm/session", "{}", leave).status, 200);
  EXPECT_EQ(Get("/agm/status", cookie).status, 401);
}

TEST_F(PageTest, ASessionEndsWithItsKey) {
  AskForKey();
  Start();
  const Headers cookie = {{"Cookie", CookieOf(SignIn(R"({"key":"sk-page"})"))}};
  EXPECT_EQ(Get("/agm/status", cookie).status, 200);
  config_.proxy.api_keys = {{"default", Secret("sk-another")}};
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  EXPECT_EQ(Get("/agm/status", cookie).status, 401);
}

TEST_F(PageTest, ALinkOpensOneSession) {
  AskForKey();
  Start();
  EXPECT_EQ(Ask("POST", "/agm/session/token", "{}", kChange).status, 401);
  const Got made =
      Ask("POST", "/agm/session/token", "{}", With(kChange, "Authorization", "Bearer sk-page"));
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string body = DumpJson({{"token", made.json()["token"]}});
  EXPECT_EQ(SignIn(body).status, 200);
  EXPECT_EQ(SignIn(body).status, 401);
}

TEST_F(PageTest, FiveWrongKeysAMinuteAreEnough) {
  AskForKey();
  Start();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(SignIn(R"({"key":"wrong"})").status, 401);
  const Got limited = SignIn(R"({"key":"sk-page"})");
  EXPECT_EQ(limited.status, 429);
  EXPECT_FALSE(limited.header("retry-after").empty());
}

TEST_F(PageTest, WithoutAnyKeyOnTheNetworkThePageIsClosed) {
  config_.proxy.host = "0.0.0.0";
  config_.proxy.auth_mode = config::AuthMode::kOff;
  Start();
  for (const char* path : {"/agm/", "/agm/status", "/agm/accounts"}) {
    EXPECT_EQ(Get(path).status, 403) << path;
  }
  EXPECT_NE(Get("/agm/").body.find("proxy.api_key"), std::string::npos);
}

TEST_F(PageTest, ViewsOfThePageAreNotRequests) {
  Start();
  for (int i = 0; i < 3; ++i) Get("/agm/status");
  Get("/agm/");
  Get("/agm/requests");
  EXPECT_EQ(Get("/agm/requests").json()["requests"].size(), 0U);
  EXPECT_EQ(Get("/agm/status").json()["today"]["requests"], 0);
}

TEST_F(PageTest, LiveRowsComeWhileTheyHappenAndEndWithTheGateway) {
  Add("work", "good-key");
  Start();
  http::OutgoingRequest request;
  request.method = "GET";
  request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + "/agm/requests/live";
  auto live = client_.Send(request, NeverCancelled());
  ASSERT_TRUE(live);
  EXPECT_EQ((*live)->status(), 200);
  std::string text;
  ASSERT_TRUE((*live)->Read(text, TimePoint::max(), NeverCancelled()));
  const std::string id = Chat("hello").header("x-request-id");
  while (text.find(id) == std::string::npos) {
    const auto state = (*live)->Read(text, TimePoint::max(), NeverCancelled());
    ASSERT_TRUE(state && *state == http::ReadState::kData) << text;
  }
  EXPECT_NE(text.find("event: request\n"), std::string::npos);
}

}  // namespace
}  // namespace agm::gateway
