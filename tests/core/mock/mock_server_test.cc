#include "core/mock/mock_server.h"

#include <gtest/gtest.h>

#include "tests/core/mock/raw_client.h"

namespace agm::mock {
namespace {

constexpr std::string_view kHello = R"({"contents":[{"role":"user","parts":[{"text":"Hello"}]}]})";
constexpr std::string_view kGenerate = "/v1beta/models/gemini-3.8-flash:generateContent";
constexpr std::string_view kStream = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
constexpr std::string_view kArray = "/v1beta/models/gemini-3.8-flash:streamGenerateContent";

std::string TextOfEvent(const Json& event) {
  std::string out;
  for (const Json& part : event["candidates"][0]["content"]["parts"]) {
    if (!part.value("thought", false)) out += part.value("text", "");
  }
  return out;
}

class MockServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = MockServer::Start({});
    ASSERT_TRUE(started) << started.error().message;
    mock_ = std::move(*started);
  }
  int port() const { return mock_->port(); }

  std::unique_ptr<MockServer> mock_;
};

TEST_F(MockServerTest, SaysThatItIsAMockAndEchoes) {
  const Answered answer = Post(port(), kGenerate, kHello);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string text = TextOfEvent(answer.json());
  EXPECT_NE(text.find("mock"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("Hello")) << text;
  EXPECT_EQ(answer.json()["candidates"][0]["finishReason"], "STOP");
}

TEST_F(MockServerTest, StreamsWordByWordWithCrLf) {
  const Answered answer = Post(port(), kStream, kHello);
  ASSERT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.complete);
  EXPECT_NE(answer.head.find("text/event-stream"), std::string::npos);
  const auto events = Events(answer.body);
  ASSERT_GT(events.size(), 5U);
  std::string text;
  for (const Json& event : events) text += TextOfEvent(event);
  EXPECT_EQ(text, TextOfEvent(Post(port(), kGenerate, kHello).json()));
  EXPECT_EQ(events.back()["candidates"][0]["finishReason"], "STOP");
  EXPECT_FALSE(events.front()["candidates"][0].contains("finishReason"));
}

TEST_F(MockServerTest, CountsTheSameInAStreamAsInOnePiece) {
  const auto events = Events(Post(port(), kStream, kHello).body);
  EXPECT_EQ(events.back()["usageMetadata"], Post(port(), kGenerate, kHello).json()["usageMetadata"]);
}

TEST_F(MockServerTest, StreamsAJsonArrayWithoutAltSse) {
  const Answered answer = Post(port(), kArray, kHello);
  ASSERT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.json().is_array()) << answer.body;
  EXPECT_GT(answer.json().size(), 5U);
}

TEST_F(MockServerTest, ListsModelsInPages) {
  std::vector<std::string> names;
  std::string token;
  do {
    const Json page = Get(port(), "/v1beta/models?pageSize=7&pageToken=" + token).json();
    ASSERT_LE(page["models"].size(), 7U);
    for (const Json& model : page["models"]) names.push_back(model["name"]);
    token = page.value("nextPageToken", "");
  } while (!token.empty());
  EXPECT_GT(names.size(), 20U);
  EXPECT_EQ(std::count(names.begin(), names.end(), "models/gemini-4-neon"), 1);
  EXPECT_EQ(Get(port(), "/v1beta/models/gemini-2.5-pro").json()["inputTokenLimit"], 1'048'576);
}

}  // namespace
}  // namespace agm::mock
