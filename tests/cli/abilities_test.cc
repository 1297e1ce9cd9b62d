#include "cli/abilities.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// A server with OpenAI's API that gives each chat the same answer.
class AbilitiesTest : public testing::Test {
 protected:
  void SetUp() override {
    t_.WriteConfig(
        "[[accounts]]\nname = \"local\"\nkind = \"openai\"\n"
        "base_url = \"http://127.0.0.1:9000/v1\"\napi_key = \"sk-local\"\nmodels = [\"*\"]\n");
    t_.gateway.answers["GET /v1/models"] = {200, R"({"data":[{"id":"tiny"}]})"};
  }
  void Chat(std::string_view message, std::string_view finish) {
    t_.gateway.answers["POST /v1/chat/completions"] = {
        200, fmt::format(R"({{"choices":[{{"index":0,"message":{},"finish_reason":"{}"}}]}})",
                         message, finish)};
  }
  void Says(const std::string& text) {
    Chat(DumpJson(Json{{"role", "assistant"}, {"content", text}}), "stop");
  }

  Json Found() {
    EXPECT_EQ(t_.Agm({"accounts", "check", "local", "--json"}), 0) << t_.io.err;
    return t_.Document()["accounts"][0]["abilities"];
  }
  // The bodies that were sent to `path`.
  std::vector<Json> Asked(std::string_view path) const {
    std::vector<Json> bodies;
    for (const FakeGateway::Asked& asked : t_.gateway.asked) {
      if (asked.path == path) bodies.push_back(ParseJson(asked.body).value());
    }
    return bodies;
  }

  CommandTest t_;
};

TEST_F(AbilitiesTest, AreAskedForOneByOne) {
  Says("yes");
  Found();
  const std::vector<Json> chats = Asked("/v1/chat/completions");
  ASSERT_EQ(chats.size(), 3U);
  for (const Json& chat : chats) EXPECT_EQ(chat["model"], "tiny");
  EXPECT_EQ(chats[0]["stream"], true);
  EXPECT_EQ(chats[1]["tools"][0]["function"]["name"], "weather");
  EXPECT_EQ(chats[1]["tool_choice"], "required");
  EXPECT_TRUE(Has(DumpJson(chats[1]["messages"]), "the city Paris")) << chats[1];
  EXPECT_EQ(chats[2]["response_format"]["type"], "json_schema");
  EXPECT_EQ(chats[2]["response_format"]["json_schema"]["name"], "place");
  EXPECT_EQ(chats[2]["response_format"]["json_schema"]["schema"]["required"], Json({"city"}));
  ASSERT_EQ(Asked("/v1/embeddings").size(), 1U);
  EXPECT_EQ(Asked("/v1/embeddings")[0]["model"], "tiny");
}

TEST_F(AbilitiesTest, AreThoseOfWhichTheAnswerIsRight) {
  Says("yes");
  EXPECT_EQ(Found(), Json({"stream"}));
  Says(R"({"city":"Paris"})");
  EXPECT_EQ(Found(), Json({"stream", "schema"}));
  Says(R"({"town":"Paris"})");
  EXPECT_EQ(Found(), Json({"stream"}));
  Says(R"(["city"])");
  EXPECT_EQ(Found(), Json({"stream"}));
  Chat(R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",
           "function":{"name":"weather","arguments":"{\"city\":\"Paris\"}"}}]})",
       "tool_calls");
  EXPECT_EQ(Found(), Json({"stream", "tools"}));
  t_.gateway.answers["POST /v1/embeddings"] = {200,
                                               R"({"data":[{"index":0,"embedding":[0.5,1]}]})"};
  EXPECT_EQ(Found(), Json({"stream", "tools", "embeddings"}));
}

TEST_F(AbilitiesTest, AreNoneOfAServerThatRefusesEverything) {
  EXPECT_EQ(Found(), Json::array());
  EXPECT_EQ(t_.Agm({"accounts", "check", "local"}), 0);
  EXPECT_TRUE(Has(t_.io.err, "local can do with tiny: nothing that was tried")) << t_.io.err;
  Says("yes");
  EXPECT_EQ(t_.Agm({"accounts", "check", "local"}), 0);
  EXPECT_TRUE(Has(t_.io.err, "local can do with tiny: stream")) << t_.io.err;
}

}  // namespace
}  // namespace agm::cli
