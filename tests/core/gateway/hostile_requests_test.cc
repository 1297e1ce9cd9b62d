// Malicious requests to the whole gateway: each gets one clear error in its dialect, the gateway
// keeps running, and no part of the request reaches other requests, headers or logs.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/packed.h"
#include "tests/support/raw_client.h"
#include "tests/support/sanitized.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

constexpr const char* kChat = "/v1/chat/completions";
constexpr const char* kModel = R"("model":"gemini-2.5-flash",)";
constexpr const char* kMessages = R"("messages":[{"role":"user","content":"hi"}])";

std::string Repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

class HostileRequestsTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
  }

  test::RawAnswer Send(const std::string& bytes) {
    test::RawClient client(service_->port());
    client.Send(bytes);
    auto answer = client.Read();
    EXPECT_TRUE(answer) << bytes.substr(0, 100);
    return answer ? *answer : test::RawAnswer();
  }
  test::RawAnswer Line(const std::string& line, const std::string& headers = "") {
    return Send(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  }
  test::RawAnswer Post(const std::string& body, const std::string& headers = "",
                       const std::string& path = kChat) {
    return Send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  /// Expects an OpenAI error with that status.
  static void ExpectError(const test::RawAnswer& answer, int status, const std::string& about) {
    EXPECT_EQ(answer.status, status) << about << "\n" << answer.body;
    const Json json = Json::parse(answer.body, nullptr, false);
    ASSERT_TRUE(json.is_object() && json.contains("error")) << about << "\n" << answer.body;
    EXPECT_TRUE(json["error"]["message"].is_string()) << about;
    EXPECT_FALSE(answer.header("x-request-id").empty()) << about;
  }
  void ExpectServes() { EXPECT_EQ(Chat("still there?").status, 200); }
};

TEST_F(HostileRequestsTest, BodiesThatAreNoUsableJson) {
  Start();
  const std::string deep = Repeat("[", 100'000) + Repeat("]", 100'000);
  const std::string objects = Repeat(R"({"a":)", 100'000) + "1" + Repeat("}", 100'000);
  const std::string open = std::string("{") + kModel;
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"),
        std::string("\0", 1), open + kMessages + "} {}", open + R"("messages":)" + deep + "}",
        open + kMessages + R"(,"x":)" + objects + "}",
        open + R"("messages":[)" + Repeat("0,", 3'000'000) + "0]}",
        open + "\"messages\":[{\"role\":\"user\",\"content\":\"\xff\xfe\"}]}",
        open + kMessages + R"(,"temperature":1e999})", open + kMessages + R"(,"temperature":NaN})",
        open + kMessages + R"(,"max_tokens":1e30})",
        open + kMessages + R"(,"max_tokens":-99999999999999999999})",
        open + kMessages + R"(,"n":1000000000})", open + kMessages + R"(,"seed":01})"}) {
    ExpectError(Post(body), 400, body.substr(0, 120));
  }
  EXPECT_EQ(RequestsOf("good-key"), 0);
  ExpectServes();
}

TEST_F(HostileRequestsTest, KeysThatComeTwiceMeanOneThingToBothSides) {
  Start();
  ASSERT_EQ(Post(std::string(R"({"model":"other",)") + kModel +
                 R"("messages":[],"messages":[{"role":"user","content":"a","content":"last"}]})")
                .status,
            200);
  const auto seen = mock_->TakeRequests();
  ASSERT_FALSE(seen.empty());
  EXPECT_NE(seen.back().path.find("gemini-2.5-flash"), std::string::npos);
  EXPECT_NE(seen.back().body.find("\"last\""), std::string::npos);
  EXPECT_EQ(seen.back().body.find("\"a\""), std::string::npos);
}

TEST_F(HostileRequestsTest, CompressedBombs) {
  config_.proxy.max_body_size = 1'000'000;
  Start();
  const std::string bomb = test::Packed(std::string(300'000'000, ' '));
  ASSERT_LT(bomb.size(), 400'000U);
  ExpectError(Post(bomb, "Content-Encoding: gzip\r\n"), 413, "a bomb");
  ExpectError(Post(bomb, "Content-Encoding: gzip, gzip\r\n"), 415, "twice packed");
  const std::string good = std::string("{") + kModel + kMessages + "}";
  EXPECT_EQ(Post(test::Packed(good), "Content-Encoding: gzip\r\n").status, 200);
}

TEST_F(HostileRequestsTest, MethodsAndTargetsWithoutAUse) {
  Start();
  for (const char* method : {"TRACE", "PUT", "PATCH", "PROPFIND", "BREW", "get", "GETGET"}) {
    const auto answer = Line(method + std::string(" ") + kChat);
    ExpectError(answer, 405, method);
    EXPECT_EQ(answer.header("Allow"), "POST") << method;
  }
  ExpectError(Line("CONNECT localhost:443"), 405, "CONNECT");
  ExpectError(Line("GET http://evil.example/v1/models"), 400, "another host's URL");
  ExpectError(Line("GET ftp://localhost/v1/models"), 400, "another scheme");
  ExpectError(Line("GET /v1/models", "Expect: the-moon\r\n"), 417, "another expectation");
  ExpectError(Line("GET /" + std::string(9000, 'x')), 414, "a long URL");
  EXPECT_EQ(Line("GET http://localhost/v1/models").status, 200);
  EXPECT_EQ(Line("OPTIONS *").status, 405) << "no page for a browser";
  EXPECT_EQ(Line("OPTIONS *", "Origin: https://evil.example\r\n").status, 403);
  ExpectServes();
}

// Behind a proxy or in a browser such paths could reach another route; the gateway refuses them.
TEST_F(HostileRequestsTest, PathsThatTryToLeadElsewhere) {
  Start();
  for (const char* path :
       {"/v1/../metrics", "/v1/%2e%2e/metrics", "/..%2f..%2fetc%2fpasswd", "/etc/passwd",
        "/v1/models/..%2f..%2fetc%2fpasswd", "/v1/models/%252e%252e", "/v1/models;x=1",
        "/v1\\models", "/./v1/models", "/v1/responses/../../agm/accounts", "/agm%2faccounts%00",
        "/v1/models/%ff%fe"}) {
    const auto answer = Line(std::string("GET ") + path);
    EXPECT_TRUE(answer.status == 404 || answer.status == 400) << path << " " << answer.status;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
    EXPECT_TRUE(Json::accept(answer.body)) << path << "\n" << answer.body;
  }
  for (const char* path : {"//v1//models", "/v1/v1/models", "/models/", "/v1/models?x=/../.."}) {
    EXPECT_EQ(Line(std::string("GET ") + path).status, 200) << path;
  }
}

TEST_F(HostileRequestsTest, PathsThatTryToGetRoundTheKey) {
  config_.proxy.auth_mode = config::AuthMode::kAllExceptHealth;
  config_.proxy.api_keys = {{"laptop", Secret("sk-client")}};
  Start();
  for (const char* path :
       {"/v1/models", "//v1//models", "/V1/models", "/v1/models/", "/models", "/v1/v1/models",
        "/healthz/../v1/models", "/healthz%2f..%2fv1/models", "/healthz/v1/models", "/metrics",
        "/readyz", "/agm/accounts", "/healthz;/metrics", "/v1/chat/completions?key=sk-client",
        "/v1/models#/healthz", "/%68ealthz/metrics", "/v1beta/models?key=sk-client2"}) {
    EXPECT_EQ(Line(std::string("GET ") + path).status, 401) << path;
  }
  for (const char* header :
       {"Authorization: Bearer", "Authorization: Bearer ", "Authorization: Basic sk-client",
        "Authorization: sk-client", "Authorization: Bearer sk-client\x01",
        "x-api-key: ", "x-api-key: sk-client,sk-client", "X-Api-Key : sk-client",
        "Authorization: Bearer sk-clien", "Authorization: Bearer sk-clientt",
        "Authorization: Bearer SK-CLIENT", "Cookie: key=sk-client"}) {
    const int status = Line("GET /v1/models", header + std::string("\r\n")).status;
    EXPECT_TRUE(status == 401 || status == 400) << header << " " << status;
  }
  EXPECT_EQ(Line("GET /healthz").status, 200);
  EXPECT_EQ(Line("GET /v1/models", "x-api-key: sk-client\r\n").status, 200);
}

TEST_F(HostileRequestsTest, NamesThatWouldSplitHeadersOrLogLines) {
  const test::TempDir folder;
  LogOptions options;
  options.access_log = folder / "access.log";
  log_ = std::move(*Log::Open(options));
  config_.accounts[0].email = "me@example.com\r\nX-Evil: account";
  config_.mapping = {{"evil", {"gemini-2.5-flash"}}};
  Start();
  const std::string evil = R"(x\r\nX-Evil: 1\r\n\r\n<script>\u001b[2J)";
  std::vector<test::RawAnswer> answers = {
      Post(R"({"model":")" + evil + R"(",)" + kMessages + "}"),
      Post(std::string("{") + kModel + kMessages + R"(,"user":")" + evil + "\"}"),
      Post(std::string("{") + kModel + kMessages + "}", "x-session-id: a\tb\"; X-Evil: 1\r\n"),
      Post(R"({"model":"evil","input":"hi","previous_response_id":")" + evil + "\"}", "",
           "/v1/responses"),
      Line("GET /v1/models/a%0d%0aX-Evil:%201"),
      Line("GET /v1/responses/a%0d%0aX-Evil:%201"),
      Line("GET /x%0d%0aX-Evil:%201"),
      Line("GET /v1/models", "x-request-id: a\" evil=\"1\r\n"),
      Line("OPTIONS /v1/models", "Origin: https://a.example\tX-Evil\r\n"),
      Line("GET /v1/models", "Host: x\r\n"),
  };
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.header("X-Evil"), "") << answer.head;
    EXPECT_EQ(answer.head.find('\x1b'), std::string::npos) << answer.head;
    EXPECT_EQ(answer.header("x-request-id").find("evil"), std::string::npos);
  }
  EXPECT_EQ(answers[1].status, 200) << answers[1].body;
  EXPECT_EQ(answers[1].header("X-Account-Email"), "me@example.com  X-Evil: account");
  TearDown();
  log_.reset();
  const std::string log = folder.Read("access.log");
  EXPECT_EQ(static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n')), answers.size())
      << log;
  EXPECT_EQ(log.find('\x1b'), std::string::npos);
  EXPECT_EQ(log.find("\r"), std::string::npos);
}

TEST_F(HostileRequestsTest, LongNamesStayOutOfTheLog) {
  const test::TempDir folder;
  LogOptions options;
  options.access_log = folder / "access.log";
  log_ = std::move(*Log::Open(options));
  Start();
  const std::string body =
      R"({"model":")" + std::string(5'000'000, 'm') + R"(",)" + kMessages + "}";
  const auto answer = Post(body);
  EXPECT_GE(answer.status, 400);
  EXPECT_LT(answer.head.size() + answer.body.size(), 5'000U) << "it is sent back in full";
  TearDown();
  log_.reset();
  EXPECT_LT(folder.Read("access.log").size(), 5'000U);
}

// Keys are compared in constant time: response times reveal neither a key's length nor its
// beginning.
TEST_F(HostileRequestsTest, TheTimeOfAComparisonTellsNothing) {
  const Secret secret(std::string(64, 'k'));
  const std::string at_once(64, 'x');
  const std::string at_last = std::string(63, 'k') + "x";
  const auto time = [&](const std::string& candidate) {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 2'000; ++i) EXPECT_FALSE(secret.Matches(candidate));
    const auto took = std::chrono::steady_clock::now() - begun;
    return static_cast<double>(std::chrono::nanoseconds(took).count()) / 2'000;
  };
  // In turns, so that a busy machine disturbs both.
  double wrong_at_once = 1e9;
  double wrong_at_last = 1e9;
  for (int round = 0; round < 40; ++round) {
    wrong_at_once = std::min(wrong_at_once, time(at_once));
    wrong_at_last = std::min(wrong_at_last, time(at_last));
  }
  if (test::kSanitized) GTEST_SKIP() << "times of this build tell nothing";
  EXPECT_LT(wrong_at_last, wrong_at_once * 1.25 + 50);
  EXPECT_GT(wrong_at_last, wrong_at_once * 0.75 - 50);
}

}  // namespace
}  // namespace agm::gateway
