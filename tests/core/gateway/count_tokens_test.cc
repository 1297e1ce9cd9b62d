// What the gateway tells of a count of tokens: in its headers, in the log and to the upstream.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
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

class CountTokensTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json(R"({"totalTokens":7})"); });
    Add("work", "key-work");
    config_.mapping.push_back({"house-model", {"gemini-2.5-flash"}});
  }

  Got Count(const std::string& model, std::vector<http::Header> headers = {}) {
    return Ask("POST", "/v1/messages/count_tokens",
               R"({"model":")" + model + R"(","messages":[{"role":"user","content":"hi"}]})",
               std::move(headers));
  }
  Got CountInput(const std::string& model) {
    return Ask("POST", "/v1/responses/input_tokens",
               R"({"model":")" + model + R"(","input":"hi"})");
  }

  /// How often the upstream was asked to count.
  long Asked() const {
    const auto sent = network_.sent();
    return std::ranges::count_if(sent, [](const SentRequest& request) {
      return request.url.find(":countTokens") != std::string::npos;
    });
  }

  test::FakeTransport network_;
  test::WaitingClock clock_;  ///< time passes only where a test says so
};

TEST_F(CountTokensTest, IsInTheLogAsAnyRequest) {
  Start();
  for (const Got& got : {Count("house-model"), CountInput("house-model")}) {
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.json()["input_tokens"], 7);
    EXPECT_EQ(got.header("content-type"), "application/json");
    EXPECT_EQ(got.header("x-mapped-model"), "gemini-2.5-flash");
    const Json row = RowOf(got);
    EXPECT_EQ(row["model"], "house-model") << row;
    EXPECT_EQ(row["rule"], "exact house-model");
    EXPECT_EQ(row["target"], "gemini-2.5-flash");
    EXPECT_EQ(row["status"], 200);
    EXPECT_EQ(row["phase"], "done");
    EXPECT_EQ(row["cost_usd"], 0) << "counting costs nothing";
  }
  EXPECT_TRUE(RowOf(CountInput("house-model"))["first_byte_ms"].is_number());
}

TEST_F(CountTokensTest, PassesTheTraceOnWhereTheUserWantsThat) {
  config_.telemetry.propagate = true;
  Start();
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  ASSERT_EQ(Count("house-model", {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}}).status,
            200);
  const std::string sent = network_.sent().back().header("traceparent");
  EXPECT_NE(sent.find(trace), std::string::npos) << sent;
}

TEST_F(CountTokensTest, AsksTheUpstreamAgainAfterFiveMinutes) {
  StartAt(clock_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Count("house-model").json()["input_tokens"], 7);
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::minutes(5) - std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 2);
}

TEST_F(CountTokensTest, AsksAFailingUpstreamAgainAfterFiveSeconds) {
  network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json("{}", 500); });
  StartAt(clock_);
  for (int i = 0; i < 3; ++i) EXPECT_GT(Count("house-model").json()["input_tokens"], 0);
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::seconds(5) - std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 1);
  clock_.Advance(std::chrono::milliseconds(1));
  Count("house-model");
  EXPECT_EQ(Asked(), 2);
}

TEST_F(CountTokensTest, EstimatesWhileNoAccountIsAvailable) {
  network_.AnswerBy([](const SentRequest& request) {
    if (request.url.find(":countTokens") != std::string::npos) {
      return FakeAnswer::Json(R"({"totalTokens":7})");
    }
    return FakeAnswer::Json(R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}})",
                            429);
  });
  config_.proxy.max_wait = Duration(0);
  StartAt(clock_);
  EXPECT_EQ(Chat("hi").status, 429);
  const Got got = Count("house-model");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(Asked(), 0);
  EXPECT_GT(got.json()["input_tokens"], 0);
}

/// Time that stands still, and the times that a count waited for others.
class SlicedClock : public test::WaitingClock {
 public:
  void Wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
            Duration duration) override {
    if (duration != Duration(50)) return test::WaitingClock::Wait(changed, lock, duration);
    ++slices_;
    changed.wait_for(lock, patience);
  }
  bool Waited() const { return slices_ > 0; }
  Duration patience{5};

 private:
  std::atomic<int> slices_{0};
};

/// Clients that ask at once for counts that the upstream does not give before it may.
class CountsAtOnceTest : public CountTokensTest {
 protected:
  void SetUp() override {
    CountTokensTest::SetUp();
    network_.AnswerBy([this](const SentRequest&) {
      ++asked_;
      may_answer_.wait(false);
      return FakeAnswer::Json(R"({"totalTokens":7777})");
    });
    StartAt(slices_);
  }

  void TearDown() override {
    LetAnswer();
    CountTokensTest::TearDown();
  }

  void LetAnswer() {
    may_answer_ = true;
    may_answer_.notify_all();
  }

  /// The count of a text, by a thread of its own.
  std::future<int> CountOf(const std::string& text) {
    return std::async(std::launch::async, [this, text] {
      return Ask("POST", "/v1/responses/input_tokens",
                 R"({"model":"house-model","input":")" + text + R"("})")
          .json()["input_tokens"]
          .get<int>();
    });
  }

  SlicedClock slices_;
  std::atomic<int> asked_{0};
  std::atomic<bool> may_answer_{false};
};

TEST_F(CountsAtOnceTest, TheSamePromptIsAskedForOnceAndWaitedForTwoSeconds) {
  auto first = CountOf("hi");
  EXPECT_TRUE(test::Eventually([&] { return asked_ == 1; }));
  auto second = CountOf("hi");
  EXPECT_TRUE(test::Eventually([&] { return slices_.Waited(); }));
  slices_.Advance(std::chrono::seconds(2));
  EXPECT_EQ(second.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(asked_, 1);
  LetAnswer();
  EXPECT_LT(second.get(), 7777) << "an estimate";
  EXPECT_EQ(first.get(), 7777);
  EXPECT_EQ(CountOf("hi").get(), 7777);
  EXPECT_EQ(asked_, 1);
}

TEST_F(CountsAtOnceTest, FourPromptsAreCountedAtATime) {
  slices_.patience = std::chrono::seconds(20);  // the end of a count ends a wait
  std::vector<std::future<int>> counts;
  for (int i = 0; i < 5; ++i) counts.push_back(CountOf("text " + std::to_string(i)));
  EXPECT_TRUE(test::Eventually([&] { return asked_ == 4 && slices_.Waited(); }));
  EXPECT_EQ(asked_, 4);
  LetAnswer();
  for (std::future<int>& count : counts) {
    EXPECT_EQ(count.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(count.get(), 7777);
  }
  EXPECT_EQ(asked_, 5);
}

}  // namespace
}  // namespace agm::gateway
