// What every answer of the gateway has beside its body.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/recording.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

class AnswerHeads : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good");
  }

  /// The status of the answer to a head whose body does not come; 0: the gateway waits for it.
  int StatusOf(std::string_view line, std::string_view headers) {
    test::RawClient client(service_->port(), Duration(100));
    client.Send(fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: 50000\r\n\r\n",
                            line, headers));
    const auto answer = client.Read();
    return answer ? answer->status : 0;
  }

  static std::string CodeOf(const Got& got) { return got.json()["error"].value("code", ""); }

  test::TempDir folder_;
};

TEST_F(AnswerHeads, TellTheOriginApart) {
  Start();
  const Got got = Ask("GET", "/healthz", "", {{"Origin", "http://localhost:3000"}});
  EXPECT_EQ(got.header("access-control-allow-origin"), "http://localhost:3000");
  EXPECT_EQ(got.header("vary"), "Origin");
  EXPECT_NE(got.header("access-control-expose-headers").find("x-request-id"), std::string::npos);
  const Got plain = Ask("GET", "/healthz");
  EXPECT_EQ(plain.header("access-control-allow-origin"), "");
  EXPECT_EQ(plain.header("vary"), "");
}

TEST_F(AnswerHeads, RepeatTheRequestsIdAsItsApiNamesIt) {
  config_.proxy.max_body_size = 1'000;
  Start();
  const std::string ask =
      R"({"model":"gemini-2.5-flash","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";
  const std::string large = ask + std::string(1'000, ' ');
  for (const std::string& body : {ask, std::string("{"), large}) {
    const Got got = Ask("POST", "/v1/messages", body);
    EXPECT_FALSE(got.header("request-id").empty()) << got.status;
    EXPECT_EQ(got.header("request-id"), got.header("x-request-id")) << got.status;
  }
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", ChatBody("hi")).header("request-id"), "");
}

TEST_F(AnswerHeads, NameTheAllowedMethods) {
  Start();
  const Got chat = Ask("GET", "/v1/chat/completions");
  EXPECT_EQ(chat.status, 405);
  EXPECT_EQ(CodeOf(chat), "method_not_supported");
  EXPECT_EQ(chat.header("allow"), "POST");
  EXPECT_EQ(Ask("DELETE", "/v1/models").header("allow"), "GET, HEAD");
}

TEST_F(AnswerHeads, NameTheRouteThatIsNotServed) {
  Start();
  const Got got = Ask("POST", "/v1/batches", "{}");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(CodeOf(got), "unknown_url");
}

TEST_F(AnswerHeads, RefuseAFormOnlyWhereJsonIsPosted) {
  Start();
  for (const char* type : {"multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
                           "Multipart/Mixed"}) {
    const std::vector<http::Header> headers = {{"Content-Type", type}};
    EXPECT_EQ(Ask("GET", "/v1/models", "", headers).status, 200) << type;
    const Got posted = Ask("POST", "/v1/chat/completions", ChatBody("hi"), headers);
    EXPECT_EQ(posted.status, 415) << type;
    EXPECT_EQ(CodeOf(posted), "unsupported_media_type") << type;
  }
  EXPECT_EQ(
      Ask("POST", "/v1/chat/completions", ChatBody("hi"), {{"Content-Type", "text/plain"}}).status,
      200);
}

TEST_F(AnswerHeads, RefuseAnUpgrade) {
  Start();
  test::RawClient client(service_->port());
  client.Send(
      "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\n\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 426);
  EXPECT_NE(answer->body.find("this gateway speaks plain HTTP only"), std::string::npos);
}

TEST_F(AnswerHeads, OfThePageLetASignedInBrowserSendABody) {
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  config_.proxy.api_keys = {{"default", Secret("sk-page")}};
  Start();
  const std::string change = "Content-Type: application/json\r\nX-Agm: 1\r\n";
  const std::string cookie = Ask("POST", "/agm/session", R"({"key":"sk-page"})",
                                 {{"Content-Type", "application/json"}, {"X-Agm", "1"}})
                                 .header("set-cookie");
  const std::string signed_in = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  EXPECT_EQ(StatusOf("POST /agm/accounts", change + signed_in), 0);
  EXPECT_EQ(StatusOf("POST /agm/accounts", change), 401);
  EXPECT_EQ(StatusOf("POST /agm/accounts", change + signed_in + "Origin: https://evil.test\r\n"),
            403);
  EXPECT_EQ(StatusOf("POST /v1/chat/completions", signed_in), 401) << "the cookie is the page's";
}

/// Starts a gateway whose request log is a file in a folder, with or without a recording.
class RecordedAnswers : public AnswerHeads {
 protected:
  void StartIn(bool recording) {
    if (recording) {
      ASSERT_TRUE(
          ledger::Recording::Start(folder_.path(), SystemClock().Wall() + std::chrono::hours(1)));
    }
    Start(LogIn(folder_.path()));
  }

  /// All bytes of the request log's files after the end of the gateway.
  std::string LogFiles() {
    End();
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) all += folder_.Read(entry.path().filename().string());
    }
    return all;
  }
};

TEST_F(RecordedAnswers, NeverHoldThePagesKeys) {
  config_.proxy.auth_mode = config::AuthMode::kStrict;
  config_.proxy.api_keys = {{"default", Secret("sk-page-secret")}};
  StartIn(true);
  EXPECT_EQ(Ask("POST", "/agm/session", R"({"key":"sk-page-secret"})",
                {{"Content-Type", "application/json"}, {"X-Agm", "1"}})
                .status,
            200);
  const std::string said = "a question to be recorded";
  const Got got = Ask("POST", "/v1/chat/completions", ChatBody(said),
                      {{"Authorization", "Bearer sk-page-secret"}});
  EXPECT_EQ(got.status, 200);
  const Json shown = Ask("GET", "/agm/requests/" + got.header("x-request-id"), "",
                         {{"Authorization", "Bearer sk-page-secret"}})
                         .json();
  EXPECT_NE(shown["bodies"].dump().find(said), std::string::npos) << shown;
  EXPECT_EQ(LogFiles().find("sk-page-secret"), std::string::npos);
}

TEST_F(RecordedAnswers, AreNotRecordedUnlessSomebodyAsked) {
  StartIn(false);
  const Got got = Chat("a question that is nobody's business");
  const Json shown = Ask("GET", "/agm/requests/" + got.header("x-request-id")).json();
  EXPECT_EQ(shown["bodies"].size(), 0U) << shown;
  EXPECT_EQ(LogFiles().find("nobody's business"), std::string::npos);
}

TEST_F(AnswerHeads, AtTheRootNameTheBaseUrl) {
  Start();
  const Got got = Ask("GET", "/");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(got.json()["error"]["message"], "unknown path; the base URL is http://127.0.0.1:" +
                                                std::to_string(service_->port()) + "/v1");
}

TEST_F(AnswerHeads, OfAnUnknownModelNameTheParameter) {
  Start();
  const Got got = Ask("GET", "/v1/models/gemini-9-none");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(CodeOf(got), "model_not_found");
  EXPECT_EQ(got.json()["error"]["param"], "model");
}

}  // namespace
}  // namespace agm::gateway
