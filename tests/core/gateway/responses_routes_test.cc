// The routes of the Responses API beside the answers themselves, and speech, over real sockets.

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"
#include "core/protocol/shared/sound.h"
#include "core/store/conversations.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

class ResponsesRoutesTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
    Start();
  }

  Got Post(const std::string& path, const Json& body) { return Ask("POST", path, DumpJson(body)); }

  Json Asked() {
    const auto requests = mock_->TakeRequests();
    return requests.empty() ? Json() : Json::parse(requests.back().body, nullptr, false);
  }

  const Json talk_ = Json::array({{{"role", "user"}, {"content", "We fixed the parser."}}});
};

TEST_F(ResponsesRoutesTest, CompactsAConversationToAnItemThatGoesOnForIt) {
  const Got got = Post("/v1/responses/compact", {{"model", "gemini-3.8-flash"}, {"input", talk_}});
  ASSERT_EQ(got.status, 200) << got.body;
  const Json compacted = got.json();
  EXPECT_EQ(compacted["object"], "response.compaction");
  ASSERT_EQ(compacted["output"].size(), 1U);
  EXPECT_EQ(compacted["output"][0]["type"], "compaction");

  mock_->TakeRequests();
  Json input = Json::array({compacted["output"][0], {{"role", "user"}, {"content", "And now?"}}});
  ASSERT_EQ(Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", input}}).status, 200);
  const Json parts = Asked()["contents"][0]["parts"];
  ASSERT_EQ(parts.size(), 2U) << parts.dump();
  EXPECT_NE(parts[0]["text"].get<std::string>().find("We fixed the parser."), std::string::npos);
}

TEST_F(ResponsesRoutesTest, CompactsWhereTheLastItemAsksForIt) {
  Json input = talk_;
  input.push_back({{"type", "compaction_trigger"}});
  for (const bool stream : {false, true}) {
    const Got got = Post("/v1/responses",
                         {{"model", "gemini-3.8-flash"}, {"input", input}, {"stream", stream}});
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_NE(got.body.find(R"("type":"compaction","encrypted_content":"agm1c.)"),
              std::string::npos)
        << got.body;
    EXPECT_EQ(got.body.find(R"("type":"message")"), std::string::npos) << got.body;
  }
}

TEST_F(ResponsesRoutesTest, LeavesOutWhatAStoredCompactionStandsFor) {
  Json input = talk_;
  input.push_back({{"type", "compaction_trigger"}});
  const Json first =
      Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", input}}).json();
  mock_->TakeRequests();
  ASSERT_EQ(Post("/v1/responses", {{"model", "gemini-3.8-flash"},
                                   {"input", "And now?"},
                                   {"previous_response_id", first["id"]}})
                .status,
            200);
  const Json contents = Asked()["contents"];
  ASSERT_EQ(contents.size(), 1U) << contents.dump();
  EXPECT_EQ(contents[0]["parts"].size(), 2U) << contents.dump();
}

TEST_F(ResponsesRoutesTest, KeepsTheTimeOfAStoredResponse) {
  const WallTime before = SystemClock().Wall();
  const Json made = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", "Hi"}}).json();
  ASSERT_TRUE(database_->Flush());
  const auto kept = store::Conversations(*database_).Find("local", made.value("id", ""));
  ASSERT_TRUE(kept) << made;
  EXPECT_GE(kept->created, before);
  EXPECT_LE(kept->created, SystemClock().Wall());
}

TEST_F(ResponsesRoutesTest, CountsTheTokensOfARequest) {
  const Got got =
      Post("/v1/responses/input_tokens",
           {{"model", "gemini-3.8-flash"}, {"input", talk_}, {"instructions", "Be brief."}});
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["object"], "response.input_tokens");
  EXPECT_GT(got.json()["input_tokens"].get<int>(), 0);
  EXPECT_EQ(got.header("x-mapped-model"), "gemini-3.8-flash");
}

TEST_F(ResponsesRoutesTest, CancelsNothing) {
  const Json made = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", talk_}}).json();
  const std::string id = made["id"];
  EXPECT_EQ(Ask("POST", "/v1/responses/" + id + "/cancel").status, 400);
  const Got unknown = Ask("POST", "/v1/responses/resp_unknown/cancel");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.json()["error"]["type"], "invalid_request_error");
  EXPECT_NE(unknown.body.find("resp_unknown"), std::string::npos);
}

TEST_F(ResponsesRoutesTest, RefersToItemsOfTheOwnCallerAlone) {
  const Json made = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", talk_}}).json();
  const std::string id = made["output"][0]["id"];
  const Json listed = Ask("GET", "/v1/responses/" + made["id"].get<std::string>() + "/input_items")
                          .json()["data"][0];
  Json input = {{{"type", "item_reference"}, {"id", listed["id"]}},
                {{"type", "item_reference"}, {"id", id}},
                {{"role", "user"}, {"content", "And now?"}}};
  mock_->TakeRequests();
  const Got got = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", input}});
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(Asked()["contents"].size(), 3U);
  const std::string other = id.substr(0, id.size() - 2) + "77";
  input[1]["id"] = other;
  const Got refused = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", input}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json()["error"]["param"], "input[1]");
}

TEST_F(ResponsesRoutesTest, ListsTheInputOfAResponseInPages) {
  Json input = Json::array();
  for (int i = 0; i < 23; ++i) {
    input.push_back({{"role", "user"}, {"content", "Line " + std::to_string(i)}});
  }
  const Json made = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", input}}).json();
  const std::string path = "/v1/responses/" + made["id"].get<std::string>() + "/input_items?";
  const auto list = [&](const std::string& query) { return Ask("GET", path + query).json(); };
  // The texts' numbers, and a plus if there are more.
  const auto lines = [&](const std::string& query) {
    const Json page = list(query);
    std::string all;
    for (const Json& item : page["data"]) {
      all += item["content"][0]["text"].get<std::string>().substr(5) + " ";
    }
    return all + (page["has_more"] == true ? "+" : "");
  };
  const Json whole = list("order=asc&limit=100");
  ASSERT_EQ(whole["data"].size(), 23U) << whole.dump();
  const auto id = [&](std::size_t at) { return whole["data"][at]["id"].get<std::string>(); };
  EXPECT_EQ(whole["first_id"], id(0));
  EXPECT_EQ(whole["last_id"], id(22));
  EXPECT_EQ(whole["has_more"], false);
  EXPECT_EQ(list("").at("data").size(), 20U);
  EXPECT_EQ(lines("limit=3"), "22 21 20 +");
  EXPECT_EQ(lines("limit=1&order=desc"), "22 +");
  EXPECT_EQ(lines("limit=3&order=asc"), "0 1 2 +");
  EXPECT_EQ(lines("limit=3&after=" + id(3)), "2 1 0 ");
  EXPECT_EQ(lines("limit=3&order=asc&after=" + id(19)), "20 21 22 ");
  EXPECT_EQ(lines("limit=2&order=asc&after=" + id(19)), "20 21 +");
  EXPECT_EQ(lines("order=asc&after=" + id(22)), "");
  const Json none = list("after=msg_unknown");
  EXPECT_EQ(none["data"].size(), 0U);
  EXPECT_TRUE(none["first_id"].is_null());
  EXPECT_TRUE(none["last_id"].is_null());
  EXPECT_EQ(none["has_more"], false);
}

TEST_F(ResponsesRoutesTest, RefusesASizeThatIsNoNumberFromOneToAHundred) {
  const Json made = Post("/v1/responses", {{"model", "gemini-3.8-flash"}, {"input", talk_}}).json();
  const std::string path = "/v1/responses/" + made["id"].get<std::string>() + "/input_items?limit=";
  for (const char* limit : {"0", "101", "-1", "x", "5x", "99999999999999999999999"}) {
    const Got got = Ask("GET", path + limit);
    EXPECT_EQ(got.status, 400) << limit;
    EXPECT_EQ(got.json()["error"]["param"], "limit");
  }
  EXPECT_EQ(Ask("GET", path + "1").status, 200);
  EXPECT_EQ(Ask("GET", path + "100").status, 200);
}

TEST_F(ResponsesRoutesTest, SpeaksInEveryFormatOfTheBuild) {
  for (const protocol::SoundFormat& format : protocol::SoundFormats()) {
    const Got got = Post("/v1/audio/speech", {{"model", "tts-1"},
                                              {"input", "Hi."},
                                              {"voice", "nova"},
                                              {"response_format", format.name}});
    ASSERT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.header("content-type"), format.mime);
    EXPECT_GT(got.body.size(), 40U) << format.name;
  }
  EXPECT_EQ(Asked()["generationConfig"]["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"]
                   ["voiceName"],
            "Leda");
}

TEST_F(ResponsesRoutesTest, NamesTheFormatsThatItCanWrite) {
  const Got got =
      Post("/v1/audio/speech",
           {{"model", "tts-1"}, {"input", "Hi."}, {"voice", "nova"}, {"response_format", "aac"}});
  EXPECT_EQ(got.status, 400);
  EXPECT_NE(got.body.find("available are wav, pcm"), std::string::npos) << got.body;
  EXPECT_EQ(Post("/v1/audio/speech", {{"model", "tts-1"}, {"input", ""}}).status, 400);
}

}  // namespace
}  // namespace agm::gateway
