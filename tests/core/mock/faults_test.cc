// Each fault over a real socket.

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <set>

#include "core/mock/google_error.h"
#include "core/mock/help.h"
#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

using FaultsTest = ServedMock;

std::string Doing(std::string_view what) {
  return fmt::format(R"({{"steps":[{{"do":{{{}}}}}]}})", what);
}

Json Detail(const Json& error, std::string_view type) {
  for (const Json& detail : error["details"]) {
    if (std::string(detail["@type"]).ends_with(type)) return detail;
  }
  return {};
}

TEST_F(FaultsTest, QuotaOfTheMinuteComesWithAllDetails) {
  Script(Doing(R"("error":"quota-minute","retry":"7s")"));
  const Answered answer = Generate(Asking("x"));
  ASSERT_EQ(answer.status, 429);
  const Json error = answer.json()["error"];
  EXPECT_EQ(error["status"], "RESOURCE_EXHAUSTED");
  const Json violation = Detail(error, "QuotaFailure")["violations"][0];
  EXPECT_NE(std::string(violation["quotaId"]).find("PerMinute"), std::string::npos);
  EXPECT_EQ(violation["quotaDimensions"]["model"], "gemini-3.8-flash");
  EXPECT_EQ(Detail(error, "RetryInfo")["retryDelay"], "7s");
  EXPECT_NE(answer.message().find("retry in 7s"), std::string::npos);
}

TEST_F(FaultsTest, QuotaErrorsTellTheirClasses) {
  const auto id = [&](std::string_view name) {
    Script(Doing(fmt::format(R"("error":"{}")", name)));
    const Json error = Generate(Asking("x")).json()["error"];
    return std::string(Detail(error, "QuotaFailure")["violations"][0]["quotaId"]);
  };
  EXPECT_NE(id("quota-day").find("PerDay"), std::string::npos);
  EXPECT_NE(id("quota-minute-tokens").find("InputTokens"), std::string::npos);
  Script(Doing(R"("error":"quota-zero")"));
  EXPECT_NE(Generate(Asking("x")).message().find("limit: 0"), std::string::npos);
  Script(Doing(R"("error":"quota-bare")"));
  EXPECT_FALSE(Generate(Asking("x")).json()["error"].contains("details"));
}

TEST_F(FaultsTest, EveryClassHasItsStatus) {
  for (const TroubleName& trouble : TroubleNames()) {
    Script(Doing(fmt::format(R"("error":"{}")", trouble.name)));
    const Answered answer = Generate(Asking("x"));
    EXPECT_TRUE(trouble.about.starts_with(std::to_string(answer.status))) << trouble.name;
    if (answer.head.find("text/html") == std::string::npos) {
      EXPECT_EQ(answer.json()["error"]["code"], answer.status) << trouble.name;
    }
    EXPECT_NE(ScriptHelp().find(trouble.name), std::string::npos);
  }
}

TEST_F(FaultsTest, AStatusAloneIsAnErrorOfThatStatus) {
  for (const int status : {400, 401, 403, 404, 429, 500, 502, 503, 504}) {
    Script(Doing(fmt::format(R"("status":{})", status)));
    EXPECT_EQ(Generate(Asking("x")).status, status);
  }
}

TEST_F(FaultsTest, StatusAndMessageOfAnErrorCanBeOthers) {
  Script(Doing(R"("error":"capacity","status":503,"message":"busy")"));
  const Answered answer = Generate(Asking("x"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.message(), "busy");
}

TEST_F(FaultsTest, ErrorsOfAnArrayStreamStandInAnArray) {
  Script(Doing(R"("error":"overloaded")"));
  const Answered answer = Call("gemini-3.8-flash", "streamGenerateContent", Asking("x"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.json().is_array());
}

TEST_F(FaultsTest, HangsBeforeTheHead) {
  Script(Doing(R"("hang_ms":60)"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Generate(Asking("x")).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(60));
}

TEST_F(FaultsTest, ClosesWithoutAnAnswer) {
  Script(Doing(R"("close":true)"));
  const RawClient client(port());
  client.Send(PostText("/v1beta/models/gemini-2.5-flash:generateContent", Asking("x"), "k"));
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(FaultsTest, ResetsTheConnection) {
  Script(Doing(R"("close":true,"reset":true)"));
  const RawClient client(port());
  client.Send(PostText("/v1beta/models/gemini-2.5-flash:generateContent", Asking("x"), "k"));
  char byte = 0;
  EXPECT_EQ(::recv(client.fd(), &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(FaultsTest, CutsAfterBytes) {
  Script(Doing(R"("cut_after_bytes":10)"));
  const Answered whole = Generate(Asking("x"));
  EXPECT_FALSE(whole.complete);
  EXPECT_EQ(whole.body.size(), 10U);
  const Answered stream = Stream(Asking("x"));
  EXPECT_FALSE(stream.complete);
  EXPECT_EQ(stream.body.size(), 10U);
}

TEST_F(FaultsTest, CutsAfterEvents) {
  Script(Doing(R"("cut_after_events":2)"));
  const Answered stream = Stream(Asking("x"));
  EXPECT_FALSE(stream.complete);
  EXPECT_EQ(Events(stream.body).size(), 2U);
  const Answered whole = Generate(Asking("x"));
  EXPECT_FALSE(whole.complete) << "one piece breaks off in its middle";
  EXPECT_FALSE(whole.body.empty());
  Script(Doing(R"("cut_after_events":0)"));
  EXPECT_EQ(Stream(Asking("x")).body, "");
}

TEST_F(FaultsTest, FailsInsideTheStream) {
  Script(Doing(R"("fail_after_events":1,"error":"internal")"));
  const Answered stream = Stream(Asking("x"));
  ASSERT_EQ(stream.status, 200);
  EXPECT_TRUE(stream.complete);
  const auto events = Events(stream.body);
  ASSERT_EQ(events.size(), 2U) << stream.body;
  EXPECT_EQ(events[1]["error"]["code"], 500);
  const Answered array = Call("gemini-2.5-flash", "streamGenerateContent", Asking("x"));
  ASSERT_TRUE(array.json().is_array()) << array.body;
  EXPECT_EQ(array.json()[1]["error"]["code"], 500);
  EXPECT_EQ(Generate(Asking("x")).status, 500);
}

TEST_F(FaultsTest, FailsInsideTheStreamWithoutDataPrefix) {
  Script(Doing(R"("fail_after_events":1,"raw":true)"));
  const Answered stream = Stream(Asking("x"));
  EXPECT_EQ(Events(stream.body).size(), 1U);
  const auto parsed =
      ParseJson(std::string_view(stream.body).substr(stream.body.find("\r\n\r\n") + 4));
  ASSERT_TRUE(parsed) << stream.body;
  EXPECT_EQ((*parsed)["error"]["code"], 503);
}

TEST_F(FaultsTest, StallsInsideTheStream) {
  Script(Doing(R"("stall_after_events":1,"stall_ms":80)"));
  const auto begin = std::chrono::steady_clock::now();
  const Answered stream = Stream(Asking("x"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(80));
  EXPECT_TRUE(stream.complete);
  Script(Doing(R"("stall_after_events":1,"stall_ms":60000)"));
  const RawClient client(port());
  client.Send(
      PostText("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", Asking("x"), "k"));
  std::string all;
  EXPECT_TRUE(client.ReceiveUntil("\r\n\r\n\r\n", all)) << "the first event comes";
}

TEST_F(FaultsTest, SplitsTheBytes) {
  const std::string whole = Stream(Asking("Grüße 🌍")).body;
  for (const int size : {1, 2, 3, 7}) {
    Script(Doing(fmt::format(R"("split":{})", size)));
    const Answered torn = Stream(Asking("Grüße 🌍"));
    EXPECT_TRUE(torn.complete);
    EXPECT_EQ(Events(torn.body).size(), Events(whole).size()) << size;
  }
}

TEST_F(FaultsTest, SendsSlowly) {
  Script(Doing(R"("split":8,"slow_ms":5,"body":"0123456789")"));
  const auto begin = std::chrono::steady_clock::now();
  const Answered answer = Generate(Asking("x"));
  const auto writes = static_cast<int>((answer.head.size() + answer.body.size()) / 8);
  EXPECT_GT(writes, 10);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(5 * (writes - 1)));
  EXPECT_EQ(answer.body, "0123456789");
}

TEST_F(FaultsTest, AnswersRubbish) {
  Script(Doing(R"("garbage":true)"));
  const Answered rubbish = Generate(Asking("x"));
  EXPECT_EQ(rubbish.status, 200);
  EXPECT_TRUE(rubbish.json().is_null());
  Script(Doing(R"("html":502)"));
  const Answered page = Generate(Asking("x"));
  EXPECT_EQ(page.status, 502);
  EXPECT_NE(page.head.find("text/html"), std::string::npos);
  Script(Doing(R"("body":"moved","status":302,"content_type":"text/plain",
                  "headers":{"Location":"http://127.0.0.1:1/"})"));
  const Answered moved = Generate(Asking("x"));
  EXPECT_EQ(moved.status, 302);
  EXPECT_NE(moved.head.find("Location: http://127.0.0.1:1/"), std::string::npos);
}

TEST_F(FaultsTest, AnswersNothing) {
  Script(Doing(R"("empty":true)"));
  const Json whole = Generate(Asking("x")).json();
  EXPECT_FALSE(whole["candidates"][0]["content"].contains("parts"));
  EXPECT_EQ(whole["candidates"][0]["finishReason"], "STOP");
  const auto events = Events(Stream(Asking("x")).body);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["candidates"][0]["finishReason"], "STOP");
}

TEST_F(FaultsTest, EndsWithoutAReason) {
  Script(Doing(R"("finish":"")"));
  const Answered stream = Stream(Asking("x"));
  EXPECT_TRUE(stream.complete);
  EXPECT_FALSE(Events(stream.body).empty());
  EXPECT_EQ(stream.body.find("finishReason"), std::string::npos);
}

TEST_F(FaultsTest, EndsForAnotherReason) {
  Script(Doing(R"("finish":"SAFETY","empty":true)"));
  EXPECT_EQ(Generate(Asking("x")).json()["candidates"][0]["finishReason"], "SAFETY");
  Script(Doing(R"("block":"PROHIBITED_CONTENT")"));
  for (const Json& blocked :
       {Generate(Asking("x")).json(), Events(Stream(Asking("x")).body).front()}) {
    EXPECT_FALSE(blocked.contains("candidates"));
    EXPECT_EQ(blocked["promptFeedback"]["blockReason"], "PROHIBITED_CONTENT");
    EXPECT_TRUE(blocked.contains("usageMetadata"));
  }
}

TEST_F(FaultsTest, SaysWhatTheScriptSays) {
  Script(Doing(R"("text":"exactly this")"));
  EXPECT_EQ(ShownText(Generate(Asking("x")).json()), "exactly this");
  Script(Doing(R"("words":40)"));
  EXPECT_GE(Events(Stream(Asking("x")).body).size(), 40U);
}

TEST_F(FaultsTest, StepsMatchAndWearOff) {
  Script(R"({"steps":[
    {"match":{"key":"work","model":"gemini-2.5-*"},"times":1,"do":{"error":"quota-day"}},
    {"match":{"method":"countTokens"},"do":{"error":"internal"}},
    {"match":{"text":"second","nth":2},"do":{"error":"overloaded"}}]})");
  const auto status = [&](std::string_view model, std::string_view text, std::string_view key) {
    return Call(model, "generateContent", Asking(text), key).status;
  };
  EXPECT_EQ(status("gemini-3.8-flash", "x", "work"), 200);
  EXPECT_EQ(status("gemini-2.5-pro", "x", "home"), 200);
  EXPECT_EQ(status("gemini-2.5-pro", "x", "at-work"), 429);
  EXPECT_EQ(status("gemini-2.5-pro", "x", "at-work"), 200);
  EXPECT_EQ(Call("gemini-2.5-pro", "countTokens", Asking("x")).status, 500);
  EXPECT_EQ(status("gemini-2.5-pro", "second", "k"), 200);
  EXPECT_EQ(status("gemini-2.5-pro", "second", "k"), 503);
  EXPECT_EQ(status("gemini-2.5-pro", "second", "k"), 200);
}

TEST_F(FaultsTest, ListsAndTokensFailOnlyWhenNamed) {
  Script(Doing(R"("error":"internal")"));
  EXPECT_EQ(Get(port(), "/v1beta/models").status, 200);
  EXPECT_EQ(Post(port(), "/token", "grant_type=x&refresh_token=y", "").status, 200);
  Script(R"({"steps":[{"match":{"method":"models"},"do":{"error":"internal"}},
                      {"match":{"method":"token"},"do":{"status":401}}]})");
  EXPECT_EQ(Get(port(), "/v1beta/models").status, 500);
  EXPECT_EQ(Post(port(), "/token", "grant_type=x&refresh_token=y", "").status, 401);
}

TEST_F(FaultsTest, ScriptsComeOverHttpToo) {
  EXPECT_EQ(Post(port(), "/__mock/script", Doing(R"("error":"leaked")"), "").status, 200);
  EXPECT_EQ(Generate(Asking("x")).status, 403);
  const Answered wrong = Post(port(), "/__mock/script", R"({"step":[]})", "");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.message().find("steps"), std::string::npos);
  EXPECT_EQ(Post(port(), "/__mock/script", "", "").status, 200);
  EXPECT_EQ(Generate(Asking("x")).status, 200);
}

TEST_F(FaultsTest, WordsInTheKeyAskForTroubles) {
  EXPECT_EQ(Generate(Asking("x"), "my-quota-day").status, 429);
  EXPECT_EQ(Generate(Asking("x"), "overloaded").status, 503);
  EXPECT_EQ(Generate(Asking("x"), "test_invalid").status, 400);
  EXPECT_EQ(Generate(Asking("x"), "empty").json()["candidates"][0]["content"].size(), 1U);
  EXPECT_FALSE(Stream(Asking("x"), "cut").complete);
  EXPECT_EQ(Generate(Asking("x"), "overloadedness").status, 200) << "only whole words";
}

TEST_F(FaultsTest, TroublesOfTheKeyItselfMeetTheListToo) {
  EXPECT_EQ(Get(port(), "/v1beta/models", "key-invalid").status, 400);
  EXPECT_EQ(Get(port(), "/v1beta/models", "suspended").status, 403);
  EXPECT_EQ(Get(port(), "/v1beta/models", "quota-day").status, 200);
}

TEST_F(FaultsTest, TroublesByKeyCanBeCountedAndTimed) {
  const Json error = Generate(Asking("x"), "a-quota-minute-x2-r5").json()["error"];
  EXPECT_EQ(Detail(error, "RetryInfo")["retryDelay"], "5s");
  EXPECT_EQ(Generate(Asking("x"), "a-quota-minute-x2-r5").status, 429);
  EXPECT_EQ(Generate(Asking("x"), "a-quota-minute-x2-r5").status, 200);
}

TEST(Script, NamesWhatIsWrong) {
  const auto problem = [](std::string_view script) {
    const auto mock = MockServer::Start({.script = std::string(script)});
    return mock ? std::string("none") : mock.error().message;
  };
  EXPECT_NE(problem("[]").find("an object"), std::string::npos);
  EXPECT_NE(problem("{").find("script"), std::string::npos);
  EXPECT_NE(problem(R"({"steps":{}})").find("an array"), std::string::npos);
  EXPECT_NE(problem(R"({"steps":[{"match":{"kee":""}}]})").find("steps[0].match.kee"),
            std::string::npos);
  EXPECT_NE(problem(R"({"steps":[{},{"times":-1}]})").find("steps[1].times"), std::string::npos);
  EXPECT_NE(problem(R"({"steps":[{"do":{"error":"quota"}}]})").find("quota"), std::string::npos);
  EXPECT_NE(problem(R"({"steps":[{"do":{"hang_ms":"1"}}]})").find("whole number"),
            std::string::npos);
  EXPECT_EQ(problem(R"({"steps":[]})"), "none");
}

}  // namespace
}  // namespace agm::mock
