// What the gateway sends of a native call, and what it remembers of it.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/store/resources.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_transport.h"
#include "tests/support/raw_client.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kPath = "/v1beta/models/gemini-2.5-flash:";
const std::string kAsk = R"({"contents":[{"parts":[{"text":"Hi"}]}]})";
const std::string kFine = R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]}}],)"
                          R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}})";
const std::string kLacking =
    R"({"error":{"code":404,"status":"NOT_FOUND","message":"models/m is not found for API )"
    R"(version v1beta, or is not supported for countTokens."}})";

class NativeFacts : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("one", "key-one");
    network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json(kFine); });
  }

  std::unique_ptr<http::Download> Open(const std::string& path, const std::string& body) {
    http::OutgoingRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + path;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    auto download = client_.Send(request, NeverCancelled());
    EXPECT_TRUE(download);
    return *std::move(download);
  }

  test::FakeTransport network_;
};

TEST_F(NativeFacts, OnlyAStreamIsAskedForAsOne) {
  Start();
  Ask("POST", kPath + "generateContent", kAsk);
  EXPECT_FALSE(network_.sent().back().stream);
  Ask("POST", kPath + "countTokens", kAsk);
  EXPECT_FALSE(network_.sent().back().stream);
  for (const char* query : {"", "?alt=sse"}) {
    Ask("POST", kPath + "streamGenerateContent" + query, kAsk);
    EXPECT_TRUE(network_.sent().back().stream) << query;
  }
}

TEST_F(NativeFacts, AnAnswerIsTimed) {
  Start();
  Json row = RowOf(Ask("POST", kPath + "generateContent", kAsk));
  EXPECT_TRUE(row["upstream_ms"].is_number()) << row;
  EXPECT_TRUE(row["first_byte_ms"].is_number()) << row;
  EXPECT_EQ(row["model"], "gemini-2.5-flash");
  EXPECT_EQ(row["stream"], false);
  EXPECT_TRUE(row["rule"].is_null()) << row;
  row = RowOf(Ask("POST", kPath + "streamGenerateContent?alt=sse", kAsk));
  EXPECT_EQ(row["stream"], true);
}

TEST_F(NativeFacts, ARefusalIsRememberedForItsMethodAlone) {
  Add("two", "key-two");
  config_.accounts[1].priority = 1;
  network_.AnswerBy([](const SentRequest& request) {
    const bool lacks =
        request.credential == "key-one" && request.url.find(":countTokens") != std::string::npos;
    return lacks ? FakeAnswer::Json(kLacking, 404) : FakeAnswer::Json(kFine);
  });
  Start();
  const auto server = [&](const std::string& method, const std::string& text) {
    Ask("POST", kPath + method, R"({"contents":[{"parts":[{"text":")" + text + "\"}]}]}");
    return network_.sent().back().credential;
  };
  EXPECT_EQ(server("countTokens", "a"), "key-two");
  EXPECT_EQ(network_.sent().size(), 2U);
  EXPECT_EQ(server("countTokens", "b"), "key-two");
  EXPECT_EQ(network_.sent().size(), 3U) << "the refusal is remembered";
  EXPECT_EQ(server("generateContent", "c"), "key-one");
}

TEST_F(NativeFacts, ALongElementIsPassedOnBeforeItsEnd) {
  for (const char* query : {"", "?alt=sse"}) {
    FakeAnswer answer;
    answer.headers = {{"content-type", "text/event-stream"}};
    const std::string begin = *query == '\0' ? "[{\"candidates\":[" : "data: {\"candidates\":[";
    answer.pieces = {begin, std::string(70'000, ' ')};
    answer.hangs = true;
    network_.AnswerBy([answer](const SentRequest&) { return answer; });
    SCOPED_TRACE(query);
    if (!service_) Start();
    const auto download = Open(kPath + "streamGenerateContent" + query, kAsk);
    EXPECT_EQ(download->status(), 200);
    std::string body;
    ASSERT_TRUE(download->Read(body, TimePoint::max(), NeverCancelled()));
    EXPECT_TRUE(body.starts_with(begin)) << body.substr(0, 30);
  }
}

TEST_F(NativeFacts, AnErrorThatIsCutOffIsOneToo) {
  FakeAnswer answer =
      FakeAnswer::Json(R"({"error":{"code":503,"message":"busy","status":"UNAVAIL)");
  network_.AnswerBy([answer](const SentRequest&) { return answer; });
  config_.proxy.max_attempts = 1;
  Start();
  const Got got = Ask("POST", kPath + "generateContent", kAsk);
  EXPECT_GE(got.status, 500) << got.body;
}

TEST_F(NativeFacts, AWebPageIsNoAnswer) {
  FakeAnswer answer = FakeAnswer::Json("<html>sign in</html>");
  answer.headers = {{"content-type", "text/html; charset=utf-8"}};
  network_.AnswerBy([answer](const SentRequest&) { return answer; });
  config_.proxy.max_attempts = 1;
  Start();
  const Got got = Ask("POST", kPath + "generateContent", kAsk);
  EXPECT_GE(got.status, 500) << got.body;
  EXPECT_EQ(got.body.find("<html>"), std::string::npos);
  EXPECT_EQ(RowOf(got)["attempts"][0]["outcome"], "garbage");
}

TEST_F(NativeFacts, TheTypeOfAnAnswerIsTheUpstreams) {
  FakeAnswer answer = FakeAnswer::Json(kFine);
  answer.headers = {{"content-type", "application/json; charset=UTF-8"}};
  network_.Answer(answer);
  answer.headers.clear();
  network_.Answer(answer);
  Start();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Ask("POST", kPath + "generateContent", kAsk).header("content-type"),
              "application/json; charset=UTF-8");
  }
}

/// Files and caches of callers.
class ResourceFacts : public NativeFacts {
 protected:
  void SetUp() override {
    NativeFacts::SetUp();
    Add("two", "key-two");
  }
  void Keep(const std::string& name, const std::string& account) {
    store::Resources(*database_)
        .Keep({name, "local", account, R"({"name":")" + name + "\"}", created_,
               created_ + std::chrono::hours(1)});
  }

  const WallTime created_ = SystemClock().Wall();  ///< of all, because lists begin with the newest
};

TEST_F(ResourceFacts, ACacheIsCreatedForTheModelThatANameIsMappedTo) {
  config_.mapping = {{"mine", {"gemini-2.5-pro"}}};
  network_.AnswerBy(
      [](const SentRequest&) { return FakeAnswer::Json(R"({"name":"cachedContents/c1"})"); });
  Start();
  EXPECT_EQ(
      Ask("POST", "/v1beta/cachedContents", R"({"model":"models/mine","contents":[]})").status,
      200);
  EXPECT_EQ(network_.sent().back().body, R"({"model":"models/gemini-2.5-pro","contents":[]})");
  const std::string same = R"({ "model" : "models/gemini-2.5-flash", "contents" : [] })";
  EXPECT_EQ(Ask("POST", "/v1beta/cachedContents", same).status, 200);
  EXPECT_EQ(network_.sent().back().body, same);
  for (const char* wrong : {R"({"model":"models/a b"})", R"({"contents":[]})", "{"}) {
    EXPECT_GE(Ask("POST", "/v1beta/cachedContents", wrong).status, 400) << wrong;
  }
}

TEST_F(ResourceFacts, AListIsDescribedPageByPageAtItsHolder) {
  Keep("files/a", "one");
  Keep("files/b", "one");
  Keep("files/c", "two");
  network_.AnswerBy([](const SentRequest& sent) {
    if (sent.credential == "key-two") return FakeAnswer::Json("{}", 500);
    return sent.url.find("pageToken=next%2Fpage") != std::string::npos
               ? FakeAnswer::Json(R"({"files":[{"name":"files/b","state":"ACTIVE"}]})")
               : FakeAnswer::Json(R"({"files":[{"name":"files/a","state":"ACTIVE"},)"
                                  R"({"name":"files/foreign"}],"nextPageToken":"next/page"})");
  });
  config_.proxy.max_attempts = 1;
  Start();
  const Got got = Ask("GET", "/v1beta/files");
  EXPECT_EQ(got.body, R"({"files":[{"name":"files/a","state":"ACTIVE"},)"
                      R"({"name":"files/b","state":"ACTIVE"},{"name":"files/c"}]})");
  EXPECT_NE(network_.sent()[0].url.find("/v1beta/files?pageSize=100"), std::string::npos);
}

TEST_F(ResourceFacts, AListThatNeverEndsIsReadForTwentyPages) {
  Keep("files/a", "one");
  network_.AnswerBy([](const SentRequest&) {
    return FakeAnswer::Json(R"({"files":[{"name":"files/x"}],"nextPageToken":"more"})");
  });
  Start();
  EXPECT_EQ(Ask("GET", "/v1beta/files").body, R"({"files":[{"name":"files/a"}]})");
  EXPECT_EQ(network_.sent().size(), 20U);
}

TEST_F(ResourceFacts, AnAccountThatCannotServeGetsNoNewResource) {
  network_.AnswerBy([](const SentRequest& sent) {
    if (sent.url.find("cachedContents") != std::string::npos) {
      return FakeAnswer::Json(R"({"name":"cachedContents/c1"})");
    }
    return FakeAnswer::Json(
        R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",)"
        R"("details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
        R"("reason":"API_KEY_INVALID"}]}})",
        400);
  });
  Start();
  const auto holder = [&] {
    EXPECT_EQ(
        Ask("POST", "/v1beta/cachedContents", R"({"model":"models/gemini-2.5-flash"})").status,
        200);
    return network_.sent().back().credential;
  };
  const std::string home = holder();
  EXPECT_EQ(holder(), home);
  config_.accounts[home == "key-one" ? 1 : 0].enabled = false;
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  Ask("POST", kPath + "generateContent", kAsk);  // quarantines the home
  config_.accounts[0].enabled = config_.accounts[1].enabled = true;
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  EXPECT_NE(holder(), home);
}

TEST_F(ResourceFacts, ACallForOnePassesTheTraceOnWhereTheUserWantsThat) {
  config_.telemetry.propagate = true;
  network_.AnswerBy(
      [](const SentRequest&) { return FakeAnswer::Json(R"({"name":"cachedContents/c1"})"); });
  Start();
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  Ask("POST", "/v1beta/cachedContents", R"({"model":"models/gemini-2.5-flash"})",
      {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}});
  const std::string sent = network_.sent().back().header("traceparent");
  EXPECT_NE(sent.find(trace), std::string::npos) << sent;
}

TEST_F(ResourceFacts, WithoutAnAccountNoFileIsTaken) {
  config_.accounts.clear();
  Start();
  const Got got = Ask("POST", "/upload/v1beta/files?uploadType=media", "bytes");
  EXPECT_EQ(got.status, 403) << got.body;
  EXPECT_NE(got.body.find("no account of the gateway can hold files"), std::string::npos);
  EXPECT_EQ(got.json()["error"]["details"][0]["reason"], "NO_ACCOUNT") << got.body;
}

TEST_F(ResourceFacts, AnUploadThatBreaksOffBlamesNoAccount) {
  Start();
  test::RawClient client(service_->port());
  client.Send(
      "POST /upload/v1beta/files?uploadType=media HTTP/1.1\r\nHost: localhost\r\n"
      "Transfer-Encoding: chunked\r\n\r\n5\r\nbytes\r\n");
  ASSERT_TRUE(test::Eventually([&] {
    const Json accounts = Ask("GET", "/agm/accounts").json()["accounts"];
    return accounts[0]["in_flight"] == 1 || accounts[1]["in_flight"] == 1;
  }));
  client.Send("no size\r\n");
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400) << answer->body;
  Json list;
  ASSERT_TRUE(test::Eventually([&] {
    list = Ask("GET", "/agm/requests?limit=1").json()["requests"];
    return !list.empty();
  }));
  const Json row = Ask("GET", "/agm/requests/" + list[0]["id"].get<std::string>()).json();
  ASSERT_EQ(row["attempts"].size(), 1U) << row;
  EXPECT_EQ(row["attempts"][0]["outcome"], "aborted");
  for (const Json& account : Ask("GET", "/agm/accounts").json()["accounts"]) {
    EXPECT_EQ(account["state"], "ready") << account;
  }
}

}  // namespace
}  // namespace agm::gateway
