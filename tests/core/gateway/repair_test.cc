// A request that the upstream refuses for one thing is sent once more without that thing.

#include <gmock/gmock.h>

#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kBudget = "Budget 0 is invalid. This model only works in thinking mode.";
constexpr std::string_view kCannotFetch = "Cannot fetch content from the provided URL.";

class RepairTest : public GatewayTest {
 protected:
  // One account whose upstream refuses requests that hold `text`.
  void StartRefusing(std::string_view text, std::string_view message) {
    Add("one", "good-key");
    const Json step = {{"match", {{"text", text}}},
                       {"do", {{"status", 400}, {"message", message}}}};
    ASSERT_TRUE(mock_->SetScript(DumpJson(Json{{"steps", Json::array({step})}})));
    Start();
  }

  Got Post(const Json& more) {
    Json body = Json::parse(ChatBody("x"));
    body.update(more);
    return Ask("POST", "/v1/chat/completions", DumpJson(body));
  }

  std::vector<std::string> Sent() {
    std::vector<std::string> bodies;
    for (auto& request : mock_->TakeRequests()) {
      if (request.path.find("generateContent") != std::string::npos) {
        bodies.push_back(std::move(request.body));
      }
    }
    return bodies;
  }
};

TEST_F(RepairTest, SendsTheRequestOnceMoreWithoutWhatWasRefused) {
  StartRefusing("\"thinkingBudget\":0", kBudget);
  EXPECT_EQ(Post({{"reasoning_effort", "none"}}).status, 200);
  const auto sent = Sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_THAT(sent[0], HasSubstr("\"thinkingBudget\":0"));
  EXPECT_THAT(sent[1], HasSubstr("\"thinkingBudget\":512"));
}

TEST_F(RepairTest, RepairsARequestOnceOnly) {
  StartRefusing("thinkingBudget", kBudget);
  EXPECT_EQ(Post({{"reasoning_effort", "none"}}).status, 400);
  EXPECT_EQ(Sent().size(), 2U);
  EXPECT_EQ(Post(Json::object()).status, 200);  // the account is in no cooldown
}

TEST_F(RepairTest, LeavesARequestAloneThatTheRepairDoesNotChange) {
  StartRefusing("contents", "Logprobs is not enabled for models/gemini-2.5-flash");
  EXPECT_EQ(Post(Json::object()).status, 400);
  EXPECT_EQ(Sent().size(), 1U);
}

TEST_F(RepairTest, NamesMediaThatNobodyCanFetch) {
  StartRefusing("fileData", kCannotFetch);
  const Json part = {{"type", "image_url"},
                     {"image_url", {{"url", "https://nowhere.invalid/a.png"}}}};
  const Got got = Post({{"messages", {{{"role", "user"}, {"content", Json::array({part})}}}}});
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["code"], "invalid_image_url");
  EXPECT_EQ(got.json()["error"]["param"], "messages[0].content[0].image_url.url");
  EXPECT_EQ(Sent().size(), 1U);
}

}  // namespace
}  // namespace agm::gateway
