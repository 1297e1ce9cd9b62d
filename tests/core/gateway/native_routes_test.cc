// Gemini's own API through the gateway: bytes, accounts, errors, and responses that break off.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;

const std::string kPath = "/v1beta/models/gemini-2.5-flash:";
// Blanks, numbers and an unknown member, so that a rewritten body would differ.
const std::string kAsk = R"({ "contents":[{"parts" : [{"text":"Hi"}]}],"unknown":1.50 })";
const std::string kFine =
    "{\n  \"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Fine.\"}]}}],\r\n"
    "  \"usageMetadata\": {\"promptTokenCount\": 3, \"candidatesTokenCount\": 2}\n}\n";
const std::string kBusy =
    R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})";

FakeAnswer Answer(std::vector<std::string> pieces, const std::string& type = "application/json") {
  FakeAnswer answer;
  answer.headers = {{"content-type", type}};
  answer.pieces = std::move(pieces);
  return answer;
}

class NativeRoutes : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("one", "key-one");
    Add("two", "key-two");
    network_.AnswerBy([](const test::SentRequest&) { return Answer({kFine}); });
  }

  std::string LastUrl() { return network_.sent().back().url; }

  // The body as far as it came, and whether it came to a regular end.
  std::pair<std::string, bool> Pull(const std::string& path) {
    http::OutgoingRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + path;
    request.body = kAsk;
    std::string body;
    auto download = client_.Send(request, NeverCancelled());
    if (!download) return {body, false};
    for (;;) {
      const auto state = (*download)->Read(body, TimePoint::max(), NeverCancelled());
      if (!state) return {body, false};
      if (*state == http::ReadState::kEnd) return {body, true};
    }
  }

  test::FakeTransport network_;
};

TEST_F(NativeRoutes, PassBytesUnchangedInBothDirections) {
  Start();
  const Got got =
      Ask("POST", kPath + "generateContent?key=secret&fields=a", kAsk,
          {{"Content-Type", "application/json"}, {"Cookie", "c=1"}, {"x-server-timeout", "9"}});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, kFine);
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
  const auto sent = network_.sent().back();
  EXPECT_EQ(sent.body, kAsk);
  EXPECT_EQ(sent.url, mock_->base_url() + kPath + "generateContent?fields=a");
  ASSERT_EQ(sent.headers.size(), 2U);
  EXPECT_EQ(sent.headers[1].first, "x-server-timeout");
}

TEST_F(NativeRoutes, KeepTheVersion) {
  Start();
  for (const std::string version : {"v1", "v1beta", "v1alpha"}) {
    Ask("POST", "/" + version + "/models/models%2Fgemini-2.5-flash%3AcountTokens", kAsk);
    EXPECT_EQ(LastUrl(),
              mock_->base_url() + "/" + version + "/models/gemini-2.5-flash:countTokens");
  }
  Ask("POST", "/v1beta1/publishers/google/models/gemini-2.5-flash:countTokens", kAsk);
  EXPECT_EQ(LastUrl(), mock_->base_url() + "/v1beta/models/gemini-2.5-flash:countTokens");
}

TEST_F(NativeRoutes, SendATargetThatNamesItsAccountThere) {
  config_.mapping = {{"mine", {"two/gemini-2.5-pro"}}};
  Start();
  for (int i = 0; i < 4; ++i) {
    const Got got =
        Ask("POST", "/v1beta/models/mine:countTokens",
            R"({"generateContentRequest":{"model":"models/mine","contents":[]},"x":1.0})");
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(network_.sent().back().credential, "key-two");
    EXPECT_EQ(LastUrl(), mock_->base_url() + "/v1beta/models/gemini-2.5-pro:countTokens");
    EXPECT_EQ(
        network_.sent().back().body,
        R"({"generateContentRequest":{"model":"models/gemini-2.5-pro","contents":[]},"x":1.0})");
  }
}

TEST_F(NativeRoutes, HelpWithAModelThatNoAccountServes) {
  for (config::Account& account : config_.accounts) account.models = {"gemini-2.5-*"};
  config_.mapping = {{"fast", {"gemini-2.5-flash"}}};
  Start();
  const Got got = Ask("POST", "/v1beta/models/fats:generateContent", kAsk);
  EXPECT_EQ(got.status, 404);
  const std::string message = got.json()["error"]["message"];
  EXPECT_TRUE(message.starts_with("models/fats is not found: ")) << message;
  EXPECT_NE(message.find("did you mean \"fast\"?"), std::string::npos) << message;
}

TEST_F(NativeRoutes, ListModelsPageByPage) {
  network_.AnswerBy([](const test::SentRequest&) {
    return Answer({R"({"models":[{"name":"models/a","supportedGenerationMethods":[]},)"
                   R"({"name":"models/b","supportedGenerationMethods":[]},)"
                   R"({"name":"models/c","supportedGenerationMethods":[]}]})"});
  });
  config_.proxy.list_aliases = false;
  Start();
  const Json first = Ask("GET", "/v1beta/models?pageSize=2").json();
  ASSERT_EQ(first["models"].size(), 2U) << first;
  EXPECT_EQ(first["nextPageToken"], "b");
  const Json rest = Ask("GET", "/v1beta/models?pageSize=2&pageToken=b").json();
  ASSERT_EQ(rest["models"].size(), 1U) << rest;
  EXPECT_EQ(rest["models"][0]["name"], "models/c");
  EXPECT_FALSE(rest.contains("nextPageToken"));
}

TEST_F(NativeRoutes, TryAnotherAccountAfterAnErrorInsideAGoodResponse) {
  for (const std::string form : {"data: ", "[", ""}) {
    SetUp();
    config_.accounts.resize(2);
    Start();
    const bool events = form == "data: ";
    const std::string fine = form + kFine + (form == "[" ? "]" : "\n\n");
    network_.Answer(Answer({form, kBusy.substr(0, 20), kBusy.substr(20), "\n\n"}));
    network_.Answer(Answer({fine}));
    const std::string method = form.empty() ? "generateContent" : "streamGenerateContent";
    const Got got = Ask("POST", kPath + method + (events ? "?alt=sse" : ""), kAsk);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, fine);
    EXPECT_EQ(network_.sent().size() % 2, 0U);
    TearDown();
  }
}

TEST_F(NativeRoutes, PassARefusalOfTheRequestByteForByte) {
  const std::string refusal =
      "{\n \"error\": {\"code\": 400, \"message\": \"* x: bad\", \"status\": "
      "\"INVALID_ARGUMENT\"}}\n";
  network_.Answer(FakeAnswer::Json(refusal, 400));
  Start();
  const Got got = Ask("POST", kPath + "generateContent", kAsk);
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.body, refusal);
  EXPECT_EQ(network_.sent().size(), 1U);
}

TEST_F(NativeRoutes, NeverPassWhatAnUpstreamSaysOfAnAccount) {
  network_.AnswerBy([](const test::SentRequest&) {
    return FakeAnswer::Json(
        R"({"error":{"code":400,"message":"API key not valid: AIzaSyD0123456789012345678901234567890123","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
        400);
  });
  Start();
  const Got got = Ask("POST", kPath + "generateContent", kAsk);
  EXPECT_EQ(got.status, 403);
  EXPECT_EQ(got.body.find("AIzaSyD0123456789012345678901234567890123"), std::string::npos);
  EXPECT_EQ(network_.sent().size(), 2U);
}

TEST_F(NativeRoutes, AskOnceMoreForAStreamWithoutAnyEvent) {
  Start();
  network_.AnswerBy([](const test::SentRequest&) { return Answer({}, "text/event-stream"); });
  const Got got = Ask("POST", kPath + "streamGenerateContent?alt=sse", kAsk);
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.json()["error"]["code"], 503);
  EXPECT_EQ(network_.sent().size(), 2U);
}

TEST_F(NativeRoutes, NeverLetACutStreamLookComplete) {
  config_.proxy.max_attempts = 1;
  Start();
  const std::string event = "data: {\"candidates\": [{\"content\": {}}]}\r\n\r\n";
  const std::string whole = event + event;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    FakeAnswer answer = Answer({}, "text/event-stream");
    if (cut > 0) answer.pieces = {whole.substr(0, cut)};
    answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut");
    network_.AnswerBy([&](const test::SentRequest&) { return answer; });
    const auto [body, ended] = Pull(kPath + "streamGenerateContent?alt=sse");
    EXPECT_TRUE(!ended || body.find("\"error\"") != std::string::npos) << cut << ": " << body;
    if (cut >= event.size()) {
      EXPECT_TRUE(body.starts_with(whole.substr(0, cut))) << cut;
    }
  }
}

TEST_F(NativeRoutes, AnswerErrorsInGooglesForm) {
  Start();
  const auto error = [&](const std::string& method, const std::string& path) {
    const Got got = Ask(method, path, method == "POST" ? kAsk : "");
    return std::to_string(got.status) + " " +
           got.json()["error"].value("status", std::string("none"));
  };
  EXPECT_EQ(error("POST", "/v1beta/nothing/here"), "404 NOT_FOUND");
  EXPECT_EQ(error("POST", kPath + "deleteEverything"), "404 NOT_FOUND");
  EXPECT_EQ(error("GET", "/v1beta/models/nothing"), "404 NOT_FOUND");
  EXPECT_EQ(error("GET", "/v1beta/models/nothing:generateContent"), "404 NOT_FOUND");
  EXPECT_EQ(error("GET", "/ws/google.ai.generativelanguage.v1beta.GenerativeService.Bidi"),
            "404 NOT_FOUND");
  EXPECT_EQ(error("POST", "/v1beta/interactions"), "404 NOT_FOUND");
  EXPECT_EQ(error("POST", "/v1/models/a%3Fb:generateContent"), "404 NOT_FOUND");
  EXPECT_TRUE(network_.sent().empty() || LastUrl().find("/models?") != std::string::npos);
}

TEST_F(NativeRoutes, CountForEveryKindOfModel) {
  config_.mapping = {{"pair", {"gemini-2.5-flash", "gemini-2.5-pro"}}};
  network_.AnswerBy([](const test::SentRequest& sent) {
    if (sent.url.find(":countTokens") != std::string::npos) return Answer({R"({"totalTokens":3})"});
    return Answer({R"({"models":[{"name":"models/gemini-2.5-flash",)"
                   R"("supportedGenerationMethods":["generateContent","countTokens"]}]})"});
  });
  Start();
  const Got got = Ask("POST", "/v1beta/models/pair:countTokens", kAsk);
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(LastUrl(), mock_->base_url() + "/v1beta/models/gemini-2.5-flash:countTokens");
}

TEST_F(NativeRoutes, HelpWithTheTargetThatARuleNamesWrongly) {
  for (config::Account& account : config_.accounts) account.models = {"gemini-2.5-flash"};
  config_.mapping = {{"quick", {"gemini-2.5-flahs"}}};
  Start();
  const Got got = Ask("POST", "/v1beta/models/quick:generateContent", kAsk);
  EXPECT_EQ(got.status, 404);
  const std::string message = got.json()["error"]["message"];
  EXPECT_NE(message.find("did you mean \"gemini-2.5-flash\"?"), std::string::npos) << message;
}

}  // namespace
}  // namespace agm::gateway
