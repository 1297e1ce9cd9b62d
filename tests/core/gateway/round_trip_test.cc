// The model gets its own output back unchanged, in whatever form the client sends it back: every
// kind of part, on chat and on Responses.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"

namespace agm::gateway {
namespace {

constexpr const char* kPicture =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+"
    "M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

struct Turn {
  const char* name;
  const char* parts;
};

const std::vector<Turn> kTurns = {
    {"Text", R"([{"text":"The Oder."}])"},
    {"SignedText", R"([{"text":"The Oder.","thoughtSignature":"QUFB"}])"},
    {"TextsOfWhichOneIsSigned", R"([{"text":"The ","thoughtSignature":"QUFB"},{"text":"Oder."}])"},
    {"TextsThatAreSigned",
     R"([{"text":"Größe ","thoughtSignature":"QUFB"},{"text":"😀.","thoughtSignature":"QkJC"}])"},
    {"Call", R"([{"functionCall":{"id":"c1","name":"look","args":{"n":9007199254740993}},
                  "thoughtSignature":"QUFB"}])"},
    {"Calls", R"([{"functionCall":{"id":"c1","name":"look","args":{}},"thoughtSignature":"QUFB"},
                  {"functionCall":{"id":"c2","name":"look","args":{"a":"b"}}}])"},
    {"SignedTextAndCall",
     R"([{"text":"Let me look.","thoughtSignature":"QUFB"},
         {"functionCall":{"id":"c1","name":"look","args":{}},"thoughtSignature":"QkJC"}])"},
    {"CallBeforeText",
     R"([{"functionCall":{"id":"c1","name":"look","args":{}},"thoughtSignature":"QUFB"},
         {"text":"I asked."}])"},
    {"SignedThought",
     R"([{"text":"Hm.","thought":true,"thoughtSignature":"QUFB"},{"text":"The Oder."}])"},
    {"SignedPicture", R"([{"inlineData":{"mimeType":"image/png","data":"PICTURE"},
                           "thoughtSignature":"QUFB"}])"},
    {"TextAndPictures",
     R"([{"text":"Two:"},{"inlineData":{"mimeType":"image/png","data":"PICTURE"},
          "thoughtSignature":"QUFB"},{"text":"Or"},
         {"inlineData":{"mimeType":"image/png","data":"PICTURE"}}])"},
    {"ServerToolAndText",
     R"([{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","args":{"queries":["oder"]},"id":"s1"},
          "thoughtSignature":"QUFB"},
         {"toolResponse":{"toolType":"GOOGLE_SEARCH_WEB","response":{"x":1},"id":"s1"},
          "thoughtSignature":"QkJC"},{"text":"The Oder."}])"},
    {"ServerToolTextAndCall",
     R"([{"text":"First I search."},
         {"toolCall":{"toolType":"URL_CONTEXT","args":{},"id":"s1"},"thoughtSignature":"QUFB"},
         {"toolResponse":{"toolType":"URL_CONTEXT","response":{},"id":"s1"}},
         {"text":"Now I look."},
         {"functionCall":{"id":"c1","name":"look","args":{}},"thoughtSignature":"QkJC"}])"},
    {"ServerToolAndCalls",
     R"([{"toolCall":{"toolType":"URL_CONTEXT","args":{},"id":"s1"},"thoughtSignature":"QUFB"},
         {"toolResponse":{"toolType":"URL_CONTEXT","response":{},"id":"s1"}},
         {"text":"I look twice."},
         {"functionCall":{"id":"c1","name":"look","args":{}},"thoughtSignature":"QkJC"},
         {"functionCall":{"id":"c2","name":"look","args":{"a":"b"}}}])"},
    {"Code", R"([{"executableCode":{"language":"PYTHON","code":"print(1)\n"},
                  "thoughtSignature":"QUFB"},
                 {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},
                 {"text":"It is 1."}])"},
};

Json PartsOf(const Turn& turn) {
  std::string text = turn.parts;
  for (std::size_t at = 0; (at = text.find("PICTURE")) != std::string::npos;) {
    text.replace(at, 7, kPicture);
  }
  return Json::parse(text);
}

class RoundTripTest : public GatewayTest, public testing::WithParamInterface<Turn> {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    Add("work", "good-key");
    Start();
    const Json answer = {
        {"candidates", Json::array({{{"content", {{"role", "model"}, {"parts", parts_}}},
                                     {"finishReason", "STOP"}}})}};
    const Json step = {{"do", {{"body", DumpJson(answer)}, {"content_type", "application/json"}}}};
    const Json script = {{"steps", Json::array({step})}};
    ASSERT_TRUE(mock_->SetScript(DumpJson(script)));
  }

  Json Post(const std::string& path, const Json& body) {
    const Got got = Ask("POST", path, DumpJson(body));
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(got.body.find("Hm."), std::string::npos) << "a thought that nobody asked for";
    return got.json();
  }

  // The client asks for no thoughts, so it sees none; the model gets its own back all the same.
  Json PostChat(const Json& messages) {
    const Json tool = {{"type", "function"}, {"function", {{"name", "look"}}}};
    return Post("/v1/chat/completions", {{"model", "gemini-3-flash-preview"},
                                         {"messages", messages},
                                         {"tools", Json::array({tool})}});
  }

  Json PostResponses(Json body) {
    body["model"] = "gemini-3-flash-preview";
    body["tools"] = Json::array({{{"type", "function"}, {"name", "look"}}});
    return Post("/v1/responses", body);
  }

  // Checks the model's own turn in the next request: each call gets a result, and the user goes on.
  void ExpectTheModelsOwn() {
    const auto requests = mock_->TakeRequests();
    ASSERT_EQ(requests.size(), 2U);
    const Json asked = Json::parse(requests.back().body);
    EXPECT_EQ(asked["contents"][1]["role"], "model");
    EXPECT_EQ(DumpJson(asked["contents"][1]["parts"]), DumpJson(parts_));
  }

  void Chat(const Json& message) {
    Json messages = Json::array({question_, message});
    if (message.contains("tool_calls")) {
      for (const Json& call : message["tool_calls"]) {
        messages.push_back({{"role", "tool"}, {"tool_call_id", call["id"]}, {"content", "ok"}});
      }
    }
    messages.push_back({{"role", "user"}, {"content", "And?"}});
    PostChat(messages);
    ExpectTheModelsOwn();
  }

  static void AddOutputs(const Json& output, Json& input) {
    for (const Json& item : output) {
      if (item["type"] != "function_call") continue;
      input.push_back(
          {{"type", "function_call_output"}, {"call_id", item["call_id"]}, {"output", "ok"}});
    }
    input.push_back({{"role", "user"}, {"content", "And?"}});
  }

  const Json parts_ = PartsOf(GetParam());
  const Json question_ = {{"role", "user"}, {"content", "A river?"}};
};

TEST_P(RoundTripTest, ByAChatMessageAsItCame) {
  Json message = PostChat(Json::array({question_}))["choices"][0]["message"];
  Chat(message);
}

TEST_P(RoundTripTest, ByAChatMessageOfWhichTheClientKeepsWhatItKnows) {
  Json message = PostChat(Json::array({question_}))["choices"][0]["message"];
  message.erase("extra_content");
  for (const char* list : {"tool_calls", "images"}) {
    if (!message.contains(list)) continue;
    for (Json& item : message[list]) item.erase("extra_content");
  }
  Chat(message);
}

TEST_P(RoundTripTest, ByTheItemsOfAResponse) {
  const Json output =
      PostResponses({{"input", Json::array({question_})}, {"store", false}})["output"];
  Json input = Json::array({question_});
  for (const Json& item : output) input.push_back(item);
  AddOutputs(output, input);
  PostResponses({{"input", input}});
  ExpectTheModelsOwn();
}

TEST_P(RoundTripTest, ByTheItemsOfAResponseOfWhichCallsAlternateWithOutputs) {
  const Json output =
      PostResponses({{"input", Json::array({question_})}, {"store", false}})["output"];
  Json input = Json::array({question_});
  Json outputs = Json::array();
  for (const Json& item : output) {
    if (item["type"] == "function_call") input.insert(input.end(), outputs.begin(), outputs.end());
    if (item["type"] == "function_call") outputs = Json::array();
    input.push_back(item);
    AddOutputs(Json::array({item}), outputs);
    outputs.erase(outputs.size() - 1);
  }
  input.insert(input.end(), outputs.begin(), outputs.end());
  input.push_back({{"role", "user"}, {"content", "And?"}});
  PostResponses({{"input", input}});
  ExpectTheModelsOwn();
}

TEST_P(RoundTripTest, ByTheItemsOfAResponseWithSealedSignatures) {
  const Json include = Json::array({"reasoning.encrypted_content"});
  const Json output = PostResponses(
      {{"input", Json::array({question_})}, {"store", false}, {"include", include}})["output"];
  Json input = Json::array({question_});
  for (const Json& item : output) input.push_back(item);
  AddOutputs(output, input);
  PostResponses({{"input", input}, {"include", include}});
  ExpectTheModelsOwn();
}

TEST_P(RoundTripTest, ByReferencesToItems) {
  const Json output = PostResponses({{"input", Json::array({question_})}})["output"];
  Json input = Json::array({question_});
  for (const Json& item : output) {
    input.push_back({{"type", "item_reference"}, {"id", item["id"]}});
  }
  AddOutputs(output, input);
  PostResponses({{"input", input}});
  ExpectTheModelsOwn();
}

TEST_P(RoundTripTest, ByThePreviousResponse) {
  const Json response = PostResponses({{"input", Json::array({question_})}});
  Json input = Json::array();
  AddOutputs(response["output"], input);
  PostResponses({{"input", input}, {"previous_response_id", response["id"]}});
  ExpectTheModelsOwn();
}

/// The Messages API has no block for pictures in an answer.
class MessagesRoundTrip : public RoundTripTest {
 protected:
  Json PostMessages(const Json& messages) {
    const Json tools =
        Json::array({{{"name", "look"}, {"input_schema", {{"type", "object"}}}},
                     {{"type", "code_execution_20250825"}, {"name", "code_execution"}}});
    return Post("/v1/messages", {{"model", "gemini-3-flash-preview"},
                                 {"max_tokens", 100},
                                 {"messages", messages},
                                 {"tools", tools}});
  }
};

TEST_P(MessagesRoundTrip, ByTheBlocksOfAMessage) {
  const Json content = PostMessages(Json::array({question_}))["content"];
  Json results = Json::array();
  for (const Json& block : content) {
    if (block["type"] != "tool_use") continue;
    results.push_back({{"type", "tool_result"}, {"tool_use_id", block["id"]}, {"content", "ok"}});
  }
  results.push_back({{"type", "text"}, {"text", "And?"}});
  PostMessages(Json::array({question_,
                            {{"role", "assistant"}, {"content", content}},
                            {{"role", "user"}, {"content", results}}}));
  ExpectTheModelsOwn();
}

std::vector<Turn> WithoutPictures() {
  std::vector<Turn> turns = kTurns;
  std::erase_if(turns, [](const Turn& turn) {
    return std::string(turn.parts).find("PICTURE") != std::string::npos;
  });
  return turns;
}

INSTANTIATE_TEST_SUITE_P(Turns, MessagesRoundTrip, testing::ValuesIn(WithoutPictures()),
                         [](const auto& turn) { return turn.param.name; });
INSTANTIATE_TEST_SUITE_P(Turns, RoundTripTest, testing::ValuesIn(kTurns),
                         [](const auto& turn) { return turn.param.name; });

}  // namespace
}  // namespace agm::gateway
