// The bodies of a request that were recorded, as the page shows them.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/gateway/taped.h"
#include "core/ledger/recording.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_transport.h"
#include "tests/support/temp_dir.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;

const std::string kFine =
    R"({"candidates":[{"content":{"parts":[{"text":"Fine."}]},"finishReason":"STOP"}]})";

class RecordedBodies : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    config_.proxy.max_attempts = 1;
    config_.accounts.push_back(AccountOf("work", "AIza-work", "https://upstream.invalid"));
    ASSERT_TRUE(
        ledger::Recording::Start(folder_.path(), SystemClock().Wall() + std::chrono::hours(1)));
    Start(LogIn(folder_.path()));
  }

  void Answer(FakeAnswer answer) {
    network_.AnswerBy([answer = std::move(answer)](const test::SentRequest&) { return answer; });
  }

  /// The recorded parts of a chat request by their names; waits until they are written.
  std::map<std::string, Json> Parts(const std::string& body) {
    const Got got = Ask("POST", "/v1/chat/completions", body);
    answer_ = got.body;
    const std::string path = "/agm/requests/" + got.header("x-request-id");
    std::map<std::string, Json> parts;
    EXPECT_TRUE(test::Eventually([&] {
      Json found = Ask("GET", path).json();
      for (const Json& part : found["bodies"]) {
        parts[part["part"].get<std::string>()] = part;
      }
      return !parts.empty();
    }));
    return parts;
  }

  test::TempDir folder_;
  test::FakeTransport network_;
  std::string answer_;
};

TEST_F(RecordedBodies, HoldBothSidesOfARequest) {
  Answer(FakeAnswer::Json(kFine));
  const std::string body = ChatBody("hello");
  auto parts = Parts(body);
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(parts["request"]["body"], body);
  EXPECT_EQ(parts["request"]["size"], body.size());
  EXPECT_EQ(parts["request"]["cut"], false);
  EXPECT_EQ(parts["request"]["call"], 0);
  EXPECT_EQ(parts["request"]["head"],
            R"({"method":"POST","path":"/v1/chat/completions","content_type":"application/json"})");
  EXPECT_EQ(parts["sent"]["call"], 1);
  EXPECT_EQ(parts["sent"]["body"], network_.sent().back().body);
  EXPECT_EQ(parts["sent"]["head"],
            R"({"method":"POST","path":"/v1beta/models/gemini-2.5-flash:generateContent",)"
            R"("content_type":"application/json"})");
  EXPECT_EQ(parts["received"]["call"], 1);
  EXPECT_EQ(parts["received"]["body"], kFine);
  EXPECT_EQ(parts["received"]["head"],
            R"({"status":200,"content_type":"application/json","ended":"complete"})");
  EXPECT_EQ(parts["response"]["body"], answer_);
  EXPECT_EQ(parts["response"]["head"],
            R"({"status":200,"content_type":"application/json","ended":"complete"})");
}

TEST_F(RecordedBodies, HoldAWholeStream) {
  Answer(FakeAnswer::Sse({kFine}));
  auto parts = Parts(ChatBody("hello", true));
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_TRUE(answer_.ends_with("data: [DONE]\n\n")) << answer_;
  EXPECT_EQ(parts["response"]["body"], answer_);
  EXPECT_NE(parts["received"]["body"].get<std::string>().find(kFine), std::string::npos);
}

TEST_F(RecordedBodies, TellWhenAClientMayTryAgain) {
  FakeAnswer busy = FakeAnswer::Json(R"({"error":{"code":503,"status":"UNAVAILABLE"}})", 503);
  busy.headers.emplace_back("retry-after", "7");
  Answer(busy);
  auto parts = Parts(ChatBody("hello"));
  ASSERT_TRUE(parts.contains("received"));
  const std::string head = parts["received"]["head"].get<std::string>();
  EXPECT_TRUE(head.starts_with(R"({"status":503,)")) << head;
  EXPECT_NE(head.find(R"("retry_after":"7")"), std::string::npos) << head;
}

TEST_F(RecordedBodies, TellWhyAnUpstreamGaveNoWholeAnswer) {
  FakeAnswer cut = FakeAnswer::Json(kFine.substr(0, 20));
  cut.at_end = Fail(ErrorCode::kUpstreamUnavailable, "cut");
  Answer(cut);
  auto parts = Parts(ChatBody("hello"));
  EXPECT_EQ(parts["received"]["body"], kFine.substr(0, 20));
  EXPECT_EQ(parts["received"]["head"],
            R"({"status":200,"content_type":"application/json","ended":"upstream_unavailable"})");
  Answer(FakeAnswer::Broken(Fail(ErrorCode::kUpstreamUnavailable, "no way")));
  parts = Parts(ChatBody("again"));
  EXPECT_EQ(parts["received"]["head"],
            R"({"status":0,"content_type":"","ended":"upstream_unavailable"})");
}

TEST_F(RecordedBodies, AreShownUpToTwoHundredThousandBytes) {
  Answer(FakeAnswer::Json(kFine));
  const std::string frame = ChatBody("");
  const std::string whole = ChatBody(std::string(200'000 - frame.size(), 'x'));
  auto parts = Parts(whole);
  EXPECT_EQ(parts["request"]["body"], whole);
  EXPECT_EQ(parts["request"]["cut"], false);
  const std::string longer = ChatBody(std::string(200'001 - frame.size(), 'x'));
  parts = Parts(longer);
  EXPECT_EQ(parts["request"]["cut"], true);
  EXPECT_EQ(parts["request"]["size"], 200'001);
  EXPECT_EQ(parts["request"]["body"], longer.substr(0, 200'000));
}

TEST(TapeCalls, HoldAnAnswerAsOpenUntilItsEnd) {
  test::FakeTransport network;
  FakeAnswer answer;
  answer.pieces = {"one", "two"};
  network.Answer(answer);
  const auto tape = std::make_shared<ledger::Tape>();
  const auto transport = TapeCalls(network, tape);
  http::OutgoingRequest request;
  request.url = "https://upstream.invalid/v1";
  const auto download = transport->Send(request, NeverCancelled());
  ASSERT_TRUE(download);
  const auto head = [&] { return tape->parts().back().head; };
  std::string body;
  for (const char* read : {"one", "onetwo"}) {
    EXPECT_TRUE((*download)->Read(body, TimePoint::max(), NeverCancelled()));
    EXPECT_EQ(tape->parts().back().body, read);
    EXPECT_NE(head().find(R"("ended":"open")"), std::string::npos) << head();
  }
  EXPECT_TRUE((*download)->Read(body, TimePoint::max(), NeverCancelled()));
  EXPECT_NE(head().find(R"("ended":"complete")"), std::string::npos) << head();
}

}  // namespace
}  // namespace agm::gateway
