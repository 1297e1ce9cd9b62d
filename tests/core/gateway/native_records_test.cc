// What the gateway notes of answers in Gemini's own API, and of the accounts that gave them.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kPath = "/v1beta/models/gemini-2.5-flash:";
const std::string kWhole = kPath + "generateContent";
const std::string kEvents = kPath + "streamGenerateContent?alt=sse";
const std::string kAsk = R"({"contents":[{"parts":[{"text":"Hi"}]}]})";
const std::string kFine = R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]}}],)"
                          R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}})";
const std::string kBusy =
    R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})";

class NativeRecords : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    config_.proxy.max_attempts = 1;
    Add("one", "key-one");
  }

  void Answer(FakeAnswer answer) {
    network_.AnswerBy([answer = std::move(answer)](const SentRequest&) { return answer; });
  }

  /// The row of the newest request, once it has ended.
  Json Row() {
    Json row;
    EXPECT_TRUE(test::Eventually([&] {
      const Json list = Ask("GET", "/agm/requests?limit=1").json();
      if (list["requests"].empty()) return false;
      row = list["requests"][0];
      return true;
    }));
    return row;
  }
  Json Account() { return Ask("GET", "/agm/accounts").json()["accounts"][0]; }

  /// The body as far as it came, and whether it came to a regular end.
  std::pair<std::string, bool> Pull(const std::string& path) {
    const std::unique_ptr<http::Download> download = Open(path);
    std::string body;
    for (;;) {
      const auto state = download->Read(body, TimePoint::max(), NeverCancelled());
      if (!state) return {body, false};
      if (*state == http::ReadState::kEnd) return {body, true};
    }
  }

  std::unique_ptr<http::Download> Open(const std::string& path) {
    http::OutgoingRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + path;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = kAsk;
    auto download = client_.Send(request, NeverCancelled());
    EXPECT_TRUE(download);
    return *std::move(download);
  }

  static void ExpectAnswered(const Json& row) {
    EXPECT_EQ(row["status"], 200);
    EXPECT_TRUE(row["error"].is_null()) << row;
    EXPECT_EQ(row["phase"], "done");
    EXPECT_EQ(row["ended_by"], "gateway");
    EXPECT_EQ(row["input_tokens"], 3);
    EXPECT_EQ(row["output_tokens"], 2);
    EXPECT_TRUE(row["first_byte_ms"].is_number()) << row;
    EXPECT_EQ(row["account"], "one");
    EXPECT_EQ(row["target"], "gemini-2.5-flash");
    EXPECT_EQ(row["tries"], 1);
  }

  test::FakeTransport network_;
};

TEST_F(NativeRecords, AWholeAnswerCountsForItsAccount) {
  Answer(FakeAnswer::Json(kFine));
  Start();
  EXPECT_EQ(Ask("POST", kWhole, kAsk).status, 200);
  ExpectAnswered(Row());
  EXPECT_EQ(Account()["tokens"], 5);
  EXPECT_EQ(Account()["requests"], 1);
  EXPECT_EQ(Account()["errors"], 0);
}

TEST_F(NativeRecords, AStreamCountsForItsAccount) {
  Answer(FakeAnswer::Sse({kFine}));
  Start();
  const Got got = Ask("POST", kEvents, kAsk);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("cache-control"), "no-cache");
  EXPECT_EQ(got.header("x-accel-buffering"), "no");
  ExpectAnswered(Row());
  EXPECT_EQ(Account()["tokens"], 5);
  EXPECT_EQ(Account()["errors"], 0);
}

TEST_F(NativeRecords, AWholeAnswerMayBeKept) {
  Answer(FakeAnswer::Json(kFine));
  Start();
  const Got got = Ask("POST", kWhole, kAsk);
  EXPECT_EQ(got.header("cache-control"), "");
  EXPECT_EQ(got.header("x-accel-buffering"), "");
  EXPECT_EQ(got.header("content-length"), std::to_string(kFine.size()));
}

TEST_F(NativeRecords, AnErrorInsideAStreamIsTheUpstreamsFailure) {
  Answer(FakeAnswer::Sse({kFine, kBusy}));
  Start();
  const Got got = Ask("POST", kEvents, kAsk);
  EXPECT_NE(got.body.find("overloaded"), std::string::npos) << got.body;
  const Json row = Row();
  EXPECT_EQ(row["status"], 200);
  EXPECT_EQ(row["error"], "overloaded") << row;
  EXPECT_NE(row["why"], nullptr);
  EXPECT_EQ(row["ended_by"], "upstream");
  EXPECT_EQ(row["input_tokens"], 3);
  EXPECT_EQ(Account()["errors"], 1);
  EXPECT_EQ(Account()["in_flight"], 0);
}

TEST_F(NativeRecords, AStreamThatBreaksOffIsTheUpstreamsFailure) {
  FakeAnswer answer = FakeAnswer::Sse({kFine});
  answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut by the network");
  Answer(answer);
  Start();
  const auto [body, ended] = Pull(kEvents);
  EXPECT_TRUE(ended);
  EXPECT_NE(body.find("data: {\"error\":{"), std::string::npos) << body;
  EXPECT_NE(body.find("cut by the network"), std::string::npos) << body;
  const Json row = Row();
  EXPECT_EQ(row["error"], "upstream_unavailable");
  EXPECT_EQ(row["why"], "cut by the network");
  EXPECT_EQ(row["ended_by"], "upstream");
  EXPECT_EQ(row["phase"], "stream");
  EXPECT_EQ(row["input_tokens"], 3);
  EXPECT_EQ(Account()["errors"], 1);
}

TEST_F(NativeRecords, AnArrayThatBreaksOffDoesNotLookWhole) {
  FakeAnswer answer;
  answer.headers = {{"content-type", "application/json"}};
  answer.pieces = {"[" + kFine + "\n"};
  answer.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut by the network");
  Answer(answer);
  Start();
  const auto [body, ended] = Pull(kPath + "streamGenerateContent");
  EXPECT_FALSE(ended) << body;
  EXPECT_EQ(body.find("error"), std::string::npos) << body;
}

TEST_F(NativeRecords, ARefusalOfTheRequestIsPassedOnAndNoted) {
  FakeAnswer answer = FakeAnswer::Json(
      R"({"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}})", 400);
  Answer(answer);
  Start();
  const Got got = Ask("POST", kWhole, kAsk);
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["message"], "Invalid value");
  EXPECT_EQ(got.header("content-type"), "application/json");
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
  const Json row = Row();
  EXPECT_EQ(row["status"], 400);
  EXPECT_EQ(row["error"], "invalid_request");
  EXPECT_EQ(row["why"], "the upstream refused the request");
  EXPECT_EQ(row["phase"], "done");
}

TEST_F(NativeRecords, SilenceBetweenEventsIsFilledWithComments) {
  config_.proxy.keepalive_interval = Duration(20);
  FakeAnswer answer = FakeAnswer::Sse({kFine});
  answer.hangs = true;
  Answer(answer);
  Start();
  auto download = Open(kEvents);
  std::string body;
  const std::string two = ": keep-alive\n\n: keep-alive\n\n";
  while (body.find(two) == std::string::npos) {
    const auto state = download->Read(body, TimePoint::max(), NeverCancelled());
    ASSERT_TRUE(state && *state != http::ReadState::kEnd) << body;
  }
  EXPECT_TRUE(body.starts_with("data: ")) << body;
}

TEST_F(NativeRecords, SilenceBetweenTheElementsOfAnArrayIsFilledWithBlankLines) {
  config_.proxy.keepalive_interval = Duration(20);
  FakeAnswer answer;
  answer.headers = {{"content-type", "application/json"}};
  answer.pieces = {"[" + kFine + ",\r\n"};
  answer.hangs = true;
  Answer(answer);
  Start();
  auto download = Open(kPath + "streamGenerateContent");
  std::string body;
  while (!body.ends_with("\r\n\n\n")) {
    const auto state = download->Read(body, TimePoint::max(), NeverCancelled());
    ASSERT_TRUE(state && *state != http::ReadState::kEnd) << body;
  }
}

TEST_F(NativeRecords, SilenceOfARealUpstreamIsFilledToo) {
  config_.proxy.keepalive_interval = Duration(10);
  transport_ = &upstream_;
  ASSERT_TRUE(mock_->SetScript(R"({"steps":[{"do":{"stall_after_events":1,"stall_ms":300}}]})"));
  Start();
  const Got got = Ask("POST", kEvents, kAsk);
  EXPECT_EQ(got.status, 200);
  EXPECT_NE(got.body.find("\n\n: keep-alive\n\n"), std::string::npos) << got.body;
}

TEST_F(NativeRecords, AClientThatLeavesEndsTheRequestWithoutBlame) {
  FakeAnswer answer = FakeAnswer::Sse({kFine});
  answer.hangs = true;
  Answer(answer);
  Start();
  auto download = Open(kEvents);
  std::string body;
  ASSERT_TRUE(download->Read(body, TimePoint::max(), NeverCancelled()));
  download.reset();
  const Json row = Row();
  EXPECT_EQ(row["ended_by"], "client") << row;
  EXPECT_EQ(row["phase"], "stream");
  EXPECT_EQ(row["input_tokens"], 3);
  EXPECT_TRUE(row["first_byte_ms"].is_number()) << row;
  EXPECT_EQ(Account()["errors"], 0);
  EXPECT_EQ(Account()["in_flight"], 0);
  EXPECT_TRUE(test::Eventually([&] { return network_.open() == 0; }));
}

/// While no time passes but where a test says so.
class NativeSilence : public NativeRecords {
 protected:
  /// Begins a stream in that form of which one piece comes, and then nothing.
  void Begin(const std::string& form, const FakeAnswer& answer) {
    FakeAnswer hanging = answer;
    hanging.hangs = true;
    Answer(hanging);
    StartAt(clock_);
    download_ = Open(form);
    ASSERT_TRUE(download_->Read(body_, TimePoint::max(), NeverCancelled()));
    ASSERT_NE(body_, "");
    body_.clear();
  }

  /// The first piece that comes within that time; empty if none does.
  std::string Heard(Duration patience) {
    const TimePoint until = SystemClock().Now() + patience;
    while (SystemClock().Now() < until && body_.empty()) {
      if (!download_->Read(body_, until, NeverCancelled())) break;
    }
    return std::exchange(body_, {});
  }
  static constexpr Duration kMoment{30};
  static constexpr Duration kLong{5'000};  ///< for what comes, also on a busy machine

  test::FakeClock clock_;
  std::unique_ptr<http::Download> download_;
  std::string body_;
};

TEST_F(NativeSilence, IsFilledOnceInEachInterval) {
  config_.proxy.keepalive_interval = Duration(20);
  Begin(kEvents, FakeAnswer::Sse({kFine}));
  EXPECT_EQ(Heard(kMoment), "");
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(std::chrono::milliseconds(20));
    EXPECT_EQ(Heard(kLong), ": keep-alive\n\n");
    EXPECT_EQ(Heard(kMoment), "") << "once in an interval";
  }
}

TEST_F(NativeSilence, IsNotFilledWhereTheUserWantsNoKeepAlives) {
  config_.proxy.keepalive_interval = Duration(0);
  Begin(kEvents, FakeAnswer::Sse({kFine}));
  clock_.Advance(std::chrono::milliseconds(20));
  EXPECT_EQ(Heard(kMoment), "");
}

}  // namespace
}  // namespace agm::gateway
