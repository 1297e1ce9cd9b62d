#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

constexpr const char* kList = R"({"object":"list","data":[
  {"id":"gemini-2.5-pro","object":"model","created":1,"owned_by":"google"},
  {"id":"gpt-4o","object":"model","created":1,"owned_by":"agm"}]})";

TEST(Models, ListsWhatTheGatewayServes) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, kList};
  EXPECT_EQ(t.Agm({"models"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out,
            "MODEL           KIND   CONTEXT  OUTPUT\ngemini-2.5-pro  chat   -        -\ngpt-4o     "
            "     alias  -        -\n");
  EXPECT_EQ(t.Agm({"models", "-q"}), 0);
  EXPECT_EQ(t.io.out, "gemini-2.5-pro  chat   -        -\ngpt-4o          alias  -        -\n");
}

TEST(Models, TellsWhatAModelIsForAndItsContext) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, R"({"object":"list","data":[
      {"id":"gemini-3.8-flash","owned_by":"google","context_window":1048576,"max_output_tokens":65536},
      {"id":"gemini-embedding-001","owned_by":"google","context_window":512},
      {"id":"gemini-2.5-flash-image","owned_by":"google"},
      {"id":"gemini-2.5-pro-preview-tts","owned_by":"google"}]})"};
  EXPECT_EQ(t.Agm({"models", "-q"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out,
            "gemini-3.8-flash            chat       1024k    64k\n"
            "gemini-embedding-001        embedding  512      -\n"
            "gemini-2.5-flash-image      image      -        -\n"
            "gemini-2.5-pro-preview-tts  speech     -        -\n");
}

TEST(Models, PassesTheListOnWithJson) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, kList};
  EXPECT_EQ(t.Agm({"--json", "models"}), 0);
  EXPECT_EQ(t.Document(), *ParseJson(kList));
  EXPECT_EQ(t.io.err, "");
}

TEST(Models, FailsWithThreeWhereNoGatewayRuns) {
  CommandTest t;
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"models"}), 3);
  EXPECT_TRUE(Has(t.io.err, "agm serve")) << t.io.err;
  EXPECT_EQ(t.io.out, "");
}

TEST(Models, AsksTheAccountsWithUpstream) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n"
      "[[accounts]]\nname = \"off\"\napi_key = \"AIza-off-key\"\nenabled = false\n");
  t.gateway.otherwise = {200, R"({"models":[{"name":"models/gemini-2.5-pro",
      "inputTokenLimit":1000,"outputTokenLimit":100,
      "supportedGenerationMethods":["generateContent"]}]})"};
  EXPECT_EQ(t.Agm({"models", "--upstream", "--json"}), 0) << t.io.err;
  const Json models = t.Document()["models"];
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0]["id"], "gemini-2.5-pro");
  EXPECT_EQ(models[0]["account"], "work");
  EXPECT_EQ(models[0]["input_limit"], 1000);
}

TEST(Models, LeavesOutLimitsThatTheAccountDoesNotTell) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n");
  t.gateway.otherwise = {200, R"({"models":[{"name":"models/gemini-2.5-pro",
      "inputTokenLimit":1,"supportedGenerationMethods":["generateContent"]}]})"};
  EXPECT_EQ(t.Agm({"models", "--upstream", "--json"}), 0) << t.io.err;
  const Json model = t.Document()["models"][0];
  EXPECT_EQ(model["input_limit"], 1);
  EXPECT_TRUE(model["output_limit"].is_null());
  EXPECT_EQ(model["methods"], Json::array({"generateContent"}));
  EXPECT_EQ(t.Document()["failed"], Json::array());
  EXPECT_EQ(t.Agm({"models", "--upstream", "-q"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out, "gemini-2.5-pro  1      -       work\n");
}

TEST(Models, ListsWhatSomeAccountsOfferWhereOthersFail) {
  CommandTest t;
  t.WriteConfig(
      "[[accounts]]\nname = \"bad\"\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:1\"\n"
      "[[accounts]]\nname = \"work\"\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:2\"\n");
  t.gateway.host = "127.0.0.1:2";
  t.gateway.otherwise = {200, R"({"object":"list","data":[{"id":"tiny"}]})"};
  EXPECT_EQ(t.Agm({"models", "--upstream", "--json"}), 0) << t.io.err;
  EXPECT_EQ(t.Document()["models"].size(), 1U);
  EXPECT_EQ(t.Document()["failed"][0]["account"], "bad");
  EXPECT_TRUE(Has(t.io.err, "account bad: ")) << t.io.err;
}

TEST(Models, NamesTheAccountThatIsAskedOnATerminal) {
  CommandTest t;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n");
  t.io.err_is_terminal = true;
  t.gateway.otherwise = {200, R"({"models":[]})"};
  t.Agm({"models", "--upstream"});
  EXPECT_TRUE(Has(t.io.err, "\r\033[Kasking work ...\r\033[K")) << t.io.err;
}

TEST(Models, SaysThatTheGatewayServesNone) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, R"({"object":"list","data":[]})"};
  EXPECT_EQ(t.Agm({"models"}), 0);
  EXPECT_TRUE(Has(t.io.err, "The gateway serves no models.")) << t.io.err;
  EXPECT_TRUE(Has(t.io.err, "agm accounts add")) << t.io.err;
  t.gateway.answers["GET /v1/models"] = {200, R"({"object":"list"})"};
  EXPECT_EQ(t.Agm({"models"}), 1);
  EXPECT_TRUE(Has(t.io.err, "gave no list")) << t.io.err;
}

TEST(Models, TellsSpeechAndPicturesFromChats) {
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, R"({"object":"list","data":[
      {"id":"veo-3"},{"id":"imagen-4"},{"id":"gemini-2.5-flash-native-audio-latest"},
      {"id":"gemini-3-flash","context_window":1024,"max_output_tokens":1023}]})"};
  EXPECT_EQ(t.Agm({"models", "-q"}), 0) << t.io.err;
  EXPECT_EQ(t.io.out,
            "veo-3                                 video   -        -\n"
            "imagen-4                              image   -        -\n"
            "gemini-2.5-flash-native-audio-latest  speech  -        -\n"
            "gemini-3-flash                        chat    1k       1023\n");
}

TEST(Models, FailsWithUpstreamWhereNoAccountAnswers) {
  CommandTest t;
  EXPECT_EQ(t.Agm({"models", "--upstream"}), 1);
  EXPECT_TRUE(Has(t.io.err, "agm accounts add")) << t.io.err;
  t.WriteConfig("[[accounts]]\nname = \"work\"\napi_key = \"AIza-work-key-1234\"\n");
  t.gateway.up = false;
  EXPECT_EQ(t.Agm({"models", "--upstream"}), 3);
  EXPECT_TRUE(Has(t.io.err, "account work: ")) << t.io.err;
}

TEST(Models, ListsTheUsersPricesFirst) {
  CommandTest t;
  t.WriteConfig(
      "[[prices.models]]\nmatch = \"tiny*\"\ninput = 1.0\noutput = 10.0\n"
      "[[prices.models]]\nmatch = \"long\"\ninput = 2.5\ncached = 0.25\noutput = 15.0\n"
      "long_above = 200000\nlong_input = 5.0\nlong_output = 30.0\nfrom = \"2027-01-01\"\n");
  EXPECT_EQ(t.Agm({"models", "--prices", "--json"}), 0) << t.io.err;
  const Json prices = t.Document()["prices"];
  ASSERT_GT(prices.size(), 2U);
  EXPECT_EQ(prices[0], (Json{{"match", "tiny*"},
                             {"origin", "configuration"},
                             {"input", 1.0},
                             {"cached", 1.0},
                             {"output", 10.0},
                             {"long_above", {}},
                             {"long_input", {}},
                             {"long_output", {}},
                             {"from", {}},
                             {"until", {}}}));
  EXPECT_EQ(prices[1], (Json{{"match", "long"},
                             {"origin", "configuration"},
                             {"input", 2.5},
                             {"cached", 0.25},
                             {"output", 15.0},
                             {"long_above", 200'000},
                             {"long_input", 5.0},
                             {"long_output", 30.0},
                             {"from", "2027-01-01"},
                             {"until", {}}}));
  EXPECT_EQ(prices.back()["origin"], "built in");
  EXPECT_EQ(t.Agm({"models", "--prices"}), 0) << t.io.err;
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(t.io.out);
  for (std::string line; std::getline(lines, line) && rows.size() < 3;) {
    std::istringstream words(line);
    rows.emplace_back(std::istream_iterator<std::string>(words),
                      std::istream_iterator<std::string>());
  }
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0][0], "MODEL");
  EXPECT_EQ(rows[1], (std::vector<std::string>{"tiny*", "1", "-", "10", "-", "-", "-", "-", "-",
                                               "configuration"}));
  EXPECT_EQ(rows[2], (std::vector<std::string>{"long", "2.5", "0.25", "15", "200000", "5", "30",
                                               "2027-01-01", "-", "configuration"}));
  EXPECT_TRUE(Has(t.io.err, "US dollars per million tokens")) << t.io.err;
  t.WriteConfig("[proxy]\nport = -1\n");
  EXPECT_EQ(t.Agm({"models", "--prices"}), 2);
}

}  // namespace
}  // namespace agm::cli
