// What a request's row and the log tell of its tries, and how long the gateway pauses between them.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/store/resources.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kFine =
    R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}})";

FakeAnswer Error(int status, const std::string& word, const std::string& message) {
  return FakeAnswer::Json(
      DumpJson(Json{{"error", {{"code", status}, {"status", word}, {"message", message}}}}),
      status);
}
FakeAnswer Internal() { return Error(500, "INTERNAL", "An internal error has occurred."); }
FakeAnswer Lacking() {
  return Error(404, "NOT_FOUND",
               "models/m is not found for API version v1beta, or is not supported for "
               "generateContent.");
}

class RotationFacts : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
  }

  void AddAccount(const std::string& name, int priority = 0) {
    config_.accounts.push_back(AccountOf(name, name, "https://upstream.invalid"));
    config_.accounts.back().priority = priority;
  }

  /// The calls that an account got.
  long CallsOf(const std::string& account) const {
    long calls = 0;
    for (const SentRequest& request : network_.sent()) calls += request.credential == account;
    return calls;
  }

  test::FakeTransport network_;
  test::WaitingClock clock_;  ///< no time passes but that in which the gateway sleeps
};

TEST_F(RotationFacts, APauseBeforeTheSameAccountIsTriedAgainLastsUpToASecond) {
  AddAccount("only");
  network_.Answer(Internal());
  network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json(kFine); });
  StartAt(clock_);
  const Got got = Chat("hi");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(CallsOf("only"), 2);
  EXPECT_GE(clock_.slept(), Duration(100));
  EXPECT_LE(clock_.slept(), Duration(1'000));
  EXPECT_NE(Ask("GET", "/metrics").body.find("\nagm_upstream_retries_total 1\n"),
            std::string::npos);
  Json row = RowOf(got);
  EXPECT_EQ(row["tries"], 2);
  EXPECT_EQ(row["waited_ms"], clock_.slept().count()) << row;
  ASSERT_EQ(row["attempts"].size(), 2U) << row;
  EXPECT_EQ(row["attempts"][0]["account"], "only");
  EXPECT_EQ(row["attempts"][0]["outcome"], "internal");
  EXPECT_EQ(row["attempts"][0]["why"], "An internal error has occurred.");
  EXPECT_EQ(row["attempts"][0]["waited_ms"], 0);
  EXPECT_EQ(row["attempts"][1]["outcome"], "ok");
  EXPECT_EQ(row["attempts"][1]["target"], "gemini-2.5-flash");
  EXPECT_EQ(row["attempts"][1]["waited_ms"], clock_.slept().count());
}

TEST_F(RotationFacts, APauseIsNoLongerThanTheRequestMayTake) {
  AddAccount("only");
  config_.proxy.request_timeout = Duration(60);
  network_.AnswerBy([](const SentRequest&) { return Internal(); });
  StartAt(clock_);
  EXPECT_GE(Chat("hi").status, 500);
  EXPECT_EQ(clock_.slept(), Duration(60));
  EXPECT_EQ(CallsOf("only"), 1);
}

TEST_F(RotationFacts, OneOtherAccountIsTriedWithoutAPause) {
  AddAccount("first");
  AddAccount("second", 1);
  network_.AnswerBy([](const SentRequest& request) {
    return request.credential == "first" ? Internal() : FakeAnswer::Json(kFine);
  });
  StartAt(clock_);
  const Got got = Chat("hi");
  EXPECT_EQ(got.header("x-account-email"), "second@example.com");
  EXPECT_EQ(clock_.slept(), Duration(0));
  Json row = RowOf(got);
  EXPECT_EQ(row["attempts"].size(), 2U) << row;
}

TEST_F(RotationFacts, ARowNamesThePhaseInWhichItsRequestFailed) {
  AddAccount("only");
  Start();
  network_.Answer(Error(400, "INVALID_ARGUMENT", "* contents: bad"));
  Json row = RowOf(Chat("hi"));
  EXPECT_EQ(row["status"], 400);
  EXPECT_EQ(row["phase"], "upstream");
  EXPECT_EQ(row["account"], "only");
  EXPECT_EQ(row["tries"], 1);
  row = RowOf(Ask("POST", "/v1/chat/completions", "{"));
  EXPECT_EQ(row["phase"], "convert");
  EXPECT_EQ(row["tries"], 0);
  const auto counted = [&](const std::string& body) {
    return RowOf(Ask("POST", "/v1/messages/count_tokens", body));
  };
  EXPECT_EQ(counted("{")["phase"], "auth");
  row = counted(R"({"model":"a b","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(row["phase"], "convert") << row;
  network_.Answer(Error(429, "RESOURCE_EXHAUSTED", "Quota exceeded, retry later"));
  row = RowOf(Chat("how much"));
  EXPECT_EQ(row["status"], 429) << row;
  EXPECT_EQ(row["phase"], "waiting") << "another account was looked for";
  config_.accounts[0].enabled = false;
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  row = RowOf(Chat("hi"));
  EXPECT_EQ(row["status"], 403);
  EXPECT_EQ(row["phase"], "waiting");
  EXPECT_TRUE(row["account"].is_null()) << row;
}

TEST_F(RotationFacts, AnAccountThatFailedIsNotTriedAgainBecauseAnotherLacksTheModel) {
  AddAccount("lacks");
  AddAccount("fails", 1);
  AddAccount("serves", 2);
  network_.AnswerBy([](const SentRequest& request) {
    if (request.credential == "lacks") return Lacking();
    return request.credential == "fails" ? Internal() : FakeAnswer::Json(kFine);
  });
  Start();
  EXPECT_EQ(Chat("one").header("x-account-email"), "serves@example.com");
  EXPECT_EQ(CallsOf("lacks"), 1);
  EXPECT_EQ(CallsOf("fails"), 1);
  EXPECT_EQ(Chat("two").header("x-account-email"), "serves@example.com");
  EXPECT_EQ(CallsOf("lacks"), 1) << "its refusal is remembered";
  EXPECT_EQ(CallsOf("fails"), 2);
}

TEST_F(RotationFacts, TheHolderOfAFileIsAskedOnceForWhatItDoesNotServe) {
  AddAccount("holder");
  AddAccount("other");
  const WallTime now = SystemClock().Wall();
  store::Resources(*database_)
      .Keep({"files/a", "local", "holder", "{}", now, now + std::chrono::hours(1)});
  network_.AnswerBy([](const SentRequest&) { return Lacking(); });
  Start();
  const Got got =
      Ask("POST", "/v1beta/models/gemini-2.5-flash:generateContent",
          R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://h/v1beta/files/a"}}]}]})");
  EXPECT_EQ(got.status, 404) << got.body;
  EXPECT_EQ(CallsOf("holder"), 1);
  EXPECT_EQ(CallsOf("other"), 0);
}

TEST_F(RotationFacts, TheLogNamesTheQuotaOfARefusalAndTheAccountOfATry) {
  AddAccount("first");
  AddAccount("second", 1);
  log_ = *Log::Open({.level = LogLevel::kDebug, .access_log = {}});
  ::testing::internal::CaptureStderr();
  network_.AnswerBy([](const SentRequest& request) {
    if (request.credential == "second") return Internal();
    return FakeAnswer::Json(
        R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"no more","details":[)"
        R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
        R"({"quotaId":"GenerateRequestsPerMinutePerProjectPerModel","quotaValue":"10"}]}]}})",
        429);
  });
  config_.proxy.max_attempts = 2;
  Start();
  Chat("hi");
  config_.accounts.clear();
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  Chat("hi");
  TearDown();
  log_.reset();
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto line = [&](const std::string& part) {
    const std::size_t at = log.find(part);
    if (at == std::string::npos) return std::string("none");
    const std::size_t begin = log.rfind('\n', at) + 1;
    return log.substr(begin, log.find('\n', at) - begin);
  };
  const std::string quota = line("try=1 account=first@example.com trouble=minute_quota");
  EXPECT_NE(quota.find(" quota=GenerateRequestsPerMinutePerProjectPerModel "), std::string::npos)
      << log;
  EXPECT_NE(quota.find("why=\"no more\""), std::string::npos) << quota;
  EXPECT_NE(quota.find("then=\"next account\""), std::string::npos) << quota;
  const std::string internal = line("try=2 account=second@example.com trouble=internal");
  EXPECT_NE(internal, "none") << log;
  EXPECT_EQ(internal.find("quota="), std::string::npos) << internal;
  const std::string nobody = line("no account is left for the target");
  EXPECT_NE(nobody, "none") << log;
  EXPECT_EQ(nobody.find("try="), std::string::npos) << nobody;
  EXPECT_NE(nobody.find("target=gemini-2.5-flash"), std::string::npos) << nobody;
}

TEST_F(RotationFacts, TheHolderOfAFileIsAskedOnceMoreAfterNoAnswer) {
  AddAccount("holder");
  AddAccount("other");
  const WallTime now = SystemClock().Wall();
  store::Resources(*database_)
      .Keep({"files/a", "local", "holder", "{}", now, now + std::chrono::hours(1)});
  network_.Answer(FakeAnswer::Sse({}));
  network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Sse({kFine}); });
  Start();
  const Got got =
      Ask("POST", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
          R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://h/v1beta/files/a"}}]}]})");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(CallsOf("holder"), 2);
  EXPECT_EQ(CallsOf("other"), 0);
}

}  // namespace
}  // namespace agm::gateway
