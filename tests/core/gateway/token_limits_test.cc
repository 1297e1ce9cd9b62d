// How many tokens of a key's limit a request takes before it is sent, and help with model names.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/keys/key_text.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

class TokenLimits : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("work", "key-work");
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    const keys::NewKey made = keys::MakeKey();
    config::ClientKey& key = config_.keys.emplace_back();
    key.name = "ci";
    key.id = made.id;
    key.hash = made.hash;
    key.tokens_per_minute = 10'000;
    headers_ = {{"Authorization", "Bearer " + made.key.Reveal()}};
    network_.AnswerBy([](const SentRequest&) { return FakeAnswer::Json("{}", 500); });
    config_.proxy.max_attempts = 1;
  }

  Json Me() { return Ask("GET", "/agm/me", "", headers_).json(); }

  test::FakeTransport network_;
  std::vector<http::Header> headers_;
};

TEST_F(TokenLimits, AnEmbeddingTakesATokenForEachFourBytesAndOneMore) {
  Start();
  const Got got = Ask("POST", "/v1/embeddings",
                      R"({"model":"gemini-embedding-001","input":["12345678","1234"]})", headers_);
  EXPECT_EQ(got.header("x-ratelimit-limit-tokens"), "10000");
  EXPECT_EQ(got.header("x-ratelimit-remaining-tokens"), "9996") << got.status << got.body;
}

TEST_F(TokenLimits, AMinutesLimitIsShownWithItsReset) {
  Start();
  Json me = Me();
  EXPECT_EQ(me["tokens_per_minute"]["limit"], 10'000);
  EXPECT_EQ(me["tokens_per_minute"]["remaining"], 10'000);
  EXPECT_EQ(me["tokens_per_minute"]["reset_seconds"], 0);
  EXPECT_TRUE(me["requests_per_minute"].is_null()) << me;
  EXPECT_TRUE(me["parallel"].is_null()) << me;
  EXPECT_TRUE(me["budget"]["day"].is_null()) << me;
  EXPECT_EQ(me["scopes"], Json::parse(R"(["inference"])"));
  EXPECT_EQ(me["models"], Json::parse(R"(["*"])"));
  EXPECT_TRUE(me["expires"].is_null()) << me;
  EXPECT_EQ(me["enabled"], true);
}

TEST_F(GatewayTest, HelpsWithANameThatIsNearABuiltInOneAndWithNoOther) {
  Add("work", "AIza-work");
  config_.accounts[0].models = {"gemini-2.5-flash"};
  Start();
  const auto message = [&](const std::string& model) {
    const Got got = Ask("POST", "/v1/chat/completions", ChatBody("hi", false, model));
    EXPECT_EQ(got.status, 404) << got.body;
    return got.json()["error"]["message"].get<std::string>();
  };
  EXPECT_NE(message("whisper-l").find("did you mean \"whisper-1\"?"), std::string::npos);
  EXPECT_NE(message("vendor/gemini-2.5-flash").find("did you mean \"gemini-2.5-flash\"?"),
            std::string::npos);
  EXPECT_NE(message("gemini-2.5-flash:free").find("did you mean \"gemini-2.5-flash\"?"),
            std::string::npos);
  EXPECT_NE(message("qqq`q\"q").find("`agm map set qqq'q'q MODEL`"), std::string::npos)
      << "what is to be typed has no quotation marks of the client";
  for (const char* strange : {"vendor/qqqqqqqqqqqq", "qqqqqqqqqqqq:8b", "qqqqqqqqqqqq"}) {
    EXPECT_EQ(message(strange).find("did you mean"), std::string::npos) << strange;
  }
}

}  // namespace
}  // namespace agm::gateway
