// The mock as a server with OpenAI's API.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/mock/openai_answer.h"
#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

class OpenAiMock : public ServedMock {
 protected:
  void SetUp() override { Start({.speaks = Speaks::kOpenAi}); }

  Answered Chat(const Json& request, std::string_view key = "k") const {
    return Post(port(), "/v1/chat/completions", DumpJson(request), key);
  }
  Answered Stream(Json request, std::string_view key = "k") const {
    request["stream"] = true;
    return Chat(request, key);
  }
  void Odd(std::string_view oddity) const {
    Script(fmt::format(R"({{"steps":[{{"do":{{"odd":"{}"}}}}]}})", oddity));
  }
};

Json Ask(const std::string& text) {
  return {{"model", "tiny"}, {"messages", {{{"role", "user"}, {"content", text}}}}};
}

Json Weather() {
  Json tools = Json::array();
  for (const char* name : {"weather", "time"}) {
    tools.push_back({{"type", "function"},
                     {"function",
                      {{"name", name},
                       {"parameters",
                        {{"type", "object"}, {"properties", {{"city", {{"type", "string"}}}}}}}}}});
  }
  return tools;
}

// The data of each frame, without [DONE].
std::vector<Json> Chunks(const std::string& body) {
  std::vector<Json> chunks;
  for (std::size_t at = body.find("data: {"); at != body.npos; at = body.find("data: {", at + 1)) {
    const std::size_t end = body.find("\n\n", at);
    chunks.push_back(ParseJson(body.substr(at + 6, end - at - 6)).value());
  }
  return chunks;
}

// The texts of a member of the deltas, joined.
std::string Joined(const std::vector<Json>& chunks, const char* member) {
  std::string text;
  for (const Json& chunk : chunks) {
    for (const Json& choice : chunk["choices"]) text += choice["delta"].value(member, "");
  }
  return text;
}

TEST_F(OpenAiMock, ListsItsModels) {
  const Json list = Get(port(), "/v1/models").json();
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(list["data"].size(), 2U);
  EXPECT_EQ(Get(port(), "/models").json(), list);  // the base URL may have no /v1
}

TEST_F(OpenAiMock, AnswersAChat) {
  const Json answer = Chat(Ask("hello there")).json();
  EXPECT_EQ(answer["object"], "chat.completion");
  EXPECT_EQ(answer["model"], "tiny");
  ASSERT_EQ(answer["choices"].size(), 1U);
  const Json& choice = answer["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "stop");
  EXPECT_EQ(choice["message"]["role"], "assistant");
  EXPECT_TRUE(std::string(choice["message"]["content"]).ends_with("hello there"));
  const Json& usage = answer["usage"];
  EXPECT_EQ(usage["total_tokens"].get<int>(),
            usage["prompt_tokens"].get<int>() + usage["completion_tokens"].get<int>());
}

TEST_F(OpenAiMock, MakesUpArgumentsFromTheSchema) {
  Json request = Ask("call weather");
  request["tools"] = Weather();
  const Json answer = Chat(request).json();
  const Json call = answer["choices"][0]["message"]["tool_calls"][0]["function"];
  EXPECT_EQ(call["name"], "weather");
  const Json arguments = Json::parse(call["arguments"].get<std::string>());
  EXPECT_TRUE(arguments.contains("city")) << arguments.dump();
}

TEST_F(OpenAiMock, NamesItsContentTypeAsServersDo) {
  EXPECT_TRUE(Chat(Ask("hello")).head.find("Content-Type: application/json\r\n") !=
              std::string::npos);
  EXPECT_NE(Stream(Ask("hello")).head.find("Content-Type: text/event-stream"), std::string::npos);
}

TEST_F(OpenAiMock, KeepsTheLimitTheStopsAndTheNumberOfChoices) {
  Json request = Ask("hello there");
  request["max_tokens"] = 1;
  EXPECT_EQ(Chat(request).json()["choices"][0]["finish_reason"], "length");
  request = Ask("hello there");
  request["max_completion_tokens"] = 1;
  EXPECT_EQ(Chat(request).json()["choices"][0]["finish_reason"], "length");
  request = Ask("hello there");
  request["stop"] = {"hello"};
  EXPECT_EQ(std::string(Chat(request).json()["choices"][0]["message"]["content"]).find("hello"),
            std::string::npos);
  request = Ask("hello there");
  request["n"] = 2;
  const Json choices = Chat(request).json()["choices"];
  ASSERT_EQ(choices.size(), 2U);
  EXPECT_EQ(choices[1]["index"], 1);
}

TEST_F(OpenAiMock, CallsToolsAndReadsTheirResults) {
  Json request = Ask("call weather {\"city\":\"Bonn\"}");
  request["tools"] = Weather();
  const Json message = Chat(request).json()["choices"][0]["message"];
  EXPECT_TRUE(message["content"].is_null());
  ASSERT_EQ(message["tool_calls"].size(), 1U);
  const Json& call = message["tool_calls"][0];
  EXPECT_EQ(call["function"]["name"], "weather");
  EXPECT_EQ(call["function"]["arguments"], R"({"city":"Bonn"})");
  request["messages"].push_back(message);
  request["messages"].push_back(
      {{"role", "tool"}, {"tool_call_id", call["id"]}, {"content", "sunny"}});
  const Json second = Chat(request).json()["choices"][0];
  EXPECT_EQ(second["finish_reason"], "stop");
  EXPECT_NE(std::string(second["message"]["content"]).find("weather answered"), std::string::npos);
  EXPECT_NE(std::string(second["message"]["content"]).find("sunny"), std::string::npos);
}

TEST_F(OpenAiMock, CallsTheToolThatItMust) {
  Json request = Ask("hello");
  request["tools"] = Weather();
  EXPECT_EQ(Chat(request).json()["choices"][0]["finish_reason"], "stop");
  request["tool_choice"] = "required";
  EXPECT_EQ(Chat(request).json()["choices"][0]["finish_reason"], "tool_calls");
  request["tool_choice"] = {{"type", "function"}, {"function", {{"name", "time"}}}};
  const Json call = Chat(request).json()["choices"][0]["message"]["tool_calls"][0];
  EXPECT_EQ(call["function"]["name"], "time");
}

TEST_F(OpenAiMock, KeepsToASchema) {
  Json request = Ask("hello");
  request["response_format"] = {
      {"type", "json_schema"},
      {"json_schema", {{"schema", {{"type", "object"}, {"properties", {{"n", {{"const", 7}}}}}}}}}};
  EXPECT_EQ(Chat(request).json()["choices"][0]["message"]["content"], R"({"n":7})");
  request["response_format"] = {{"type", "text"}};
  EXPECT_FALSE(ParseJson(std::string(Chat(request).json()["choices"][0]["message"]["content"])));
}

TEST_F(OpenAiMock, StreamsChunksThatEndWithDone) {
  const Answered answer = Stream(Ask("hello there"));
  EXPECT_TRUE(answer.body.ends_with("data: [DONE]\n\n"));
  const auto chunks = Chunks(answer.body);
  ASSERT_GT(chunks.size(), 3U);
  EXPECT_EQ(Joined(chunks, "role"), "assistant");
  EXPECT_TRUE(Joined(chunks, "content").ends_with("hello there"));
  EXPECT_EQ(chunks[chunks.size() - 2]["choices"][0]["finish_reason"], "stop");
  EXPECT_TRUE(chunks.back()["choices"].empty());
  EXPECT_GT(chunks.back()["usage"]["total_tokens"], 0);
  EXPECT_FALSE(chunks.front().contains("usage"));
}

TEST_F(OpenAiMock, StreamsItsCallsOneByOne) {
  Json request = Ask("call weather {\"city\":\"Bonn\"}\ncall time");
  request["tools"] = Weather();
  const auto calls = [&] {
    std::vector<Json> found;
    for (const Json& chunk : Chunks(Stream(request).body)) {
      for (const Json& choice : chunk["choices"]) {
        if (choice["delta"].contains("tool_calls")) found.push_back(choice["delta"]["tool_calls"]);
      }
    }
    return found;
  };
  const auto one_by_one = calls();
  ASSERT_EQ(one_by_one.size(), 2U);
  EXPECT_EQ(one_by_one[0][0]["index"], 0);
  EXPECT_EQ(one_by_one[1][0]["index"], 1);
  EXPECT_EQ(one_by_one[1][0]["function"]["name"], "time");
  Odd("whole-calls");
  ASSERT_EQ(calls().size(), 1U);
  EXPECT_EQ(calls()[0].size(), 2U);
  Odd("no-index");
  ASSERT_EQ(calls().size(), 2U);
  EXPECT_FALSE(calls()[1][0].contains("index"));
}

TEST_F(OpenAiMock, StreamsWithTheOddityOfTheScript) {
  Odd("roles");
  EXPECT_TRUE(Joined(Chunks(Stream(Ask("a b")).body), "role").starts_with("assistantassistant"));
  Odd("no-done");
  EXPECT_EQ(Stream(Ask("a")).body.find("[DONE]"), std::string::npos);
  Odd("no-usage");
  EXPECT_EQ(Stream(Ask("a")).body.find("usage"), std::string::npos);
  EXPECT_FALSE(Chat(Ask("a")).json().contains("usage"));
  Odd("usage-with-choices");
  const Json last = Chunks(Stream(Ask("a")).body).back();
  EXPECT_EQ(last["choices"][0]["finish_reason"], "stop");
  EXPECT_TRUE(last.contains("usage"));
  Odd("comments");
  EXPECT_TRUE(Stream(Ask("a")).body.starts_with(": PROCESSING\n\ndata: {"));
  Odd("event-lines");
  EXPECT_TRUE(Stream(Ask("a")).body.starts_with("event: message\ndata: {"));
}

TEST_F(OpenAiMock, ShowsItsThoughtsInTheFormOfTheScript) {
  Json request = Ask("hello");
  request["reasoning_effort"] = "none";
  EXPECT_EQ(Joined(Chunks(Stream(request).body), "reasoning_content"), "");
  request["reasoning_effort"] = "low";
  const std::string thoughts = Joined(Chunks(Stream(request).body), "reasoning_content");
  EXPECT_FALSE(thoughts.empty());
  EXPECT_EQ(Chat(request).json()["choices"][0]["message"]["reasoning_content"], thoughts);
  Odd("reasoning");
  EXPECT_EQ(Joined(Chunks(Stream(request).body), "reasoning"), thoughts);
  EXPECT_EQ(Chat(request).json()["choices"][0]["message"]["reasoning"], thoughts);
  Odd("think");
  EXPECT_TRUE(Joined(Chunks(Stream(request).body), "content")
                  .starts_with("<think>" + thoughts + "</think>"));
  EXPECT_TRUE(std::string(Chat(request).json()["choices"][0]["message"]["content"])
                  .starts_with("<think>" + thoughts + "</think>"));
}

TEST_F(OpenAiMock, EmbedsOneTextOrSeveral) {
  const auto embed = [&](const Json& input) {
    return Post(port(), "/v1/embeddings", DumpJson({{"model", "tiny"}, {"input", input}})).json();
  };
  const Json one = embed("a cat");
  ASSERT_EQ(one["data"].size(), 1U);
  EXPECT_EQ(one["data"][0]["embedding"].size(), 64U);
  const Json two = embed({"a dog", "a cat"});
  ASSERT_EQ(two["data"].size(), 2U);
  EXPECT_EQ(two["data"][1]["index"], 1);
  EXPECT_EQ(two["data"][1]["embedding"], one["data"][0]["embedding"]);
}

TEST_F(OpenAiMock, RefusesWhatSuchAServerRefuses) {
  EXPECT_EQ(Post(port(), "/v1/completions", "{}").status, 404);
  EXPECT_EQ(Get(port(), "/v1/chat/completions").status, 404);
  EXPECT_EQ(Post(port(), "/v1/models", "{}").status, 404);
  EXPECT_EQ(Post(port(), "/v1/chat/completions", "{").message(), "the body is no JSON");
  EXPECT_EQ(Chat({{"model", "tiny"}, {"messages", Json::array()}}).message(),
            "messages: field required");
}

TEST_F(OpenAiMock, FailsAsTheKeyOrTheScriptWants) {
  const auto code = [](const Answered& answer) { return answer.json()["error"]["code"]; };
  const Answered limited = Chat(Ask("a"), "quota-minute-r7");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(code(limited), "rate_limit_exceeded");
  EXPECT_NE(limited.head.find("retry-after: 7"), std::string::npos) << limited.head;
  EXPECT_EQ(code(Chat(Ask("a"), "key-invalid")), "invalid_api_key");
  EXPECT_EQ(code(Chat(Ask("a"), "unauthenticated")), "invalid_api_key");
  EXPECT_EQ(code(Chat(Ask("a"), "not-found")), "model_not_found");
  EXPECT_EQ(code(Chat(Ask("a"), "overloaded")), 503);
  const Answered page = Chat(Ask("a"), "bad-gateway");
  EXPECT_EQ(page.status, 502);
  EXPECT_NE(page.head.find("text/html"), std::string::npos);

  Script(R"({"steps":[{"match":{"method":"chat","model":"tiny"},
                       "do":{"body":"x","status":418,"content_type":"text/plain"}}]})");
  EXPECT_EQ(Chat(Ask("a")).status, 418);
  EXPECT_EQ(Chat(Ask("a")).body, "x");
  EXPECT_NE(Chat(Ask("a")).head.find("text/plain"), std::string::npos);
  EXPECT_EQ(Post(port(), "/v1/embeddings", R"({"input":"a"})").status, 200);
}

TEST_F(OpenAiMock, FailsOrBreaksOffInsideAStream) {
  Script(R"({"steps":[{"do":{"fail_after_events":2,"error":"overloaded"}}]})");
  const auto chunks = Chunks(Stream(Ask("a b c")).body);
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(chunks.back()["error"]["code"], 503);
  EXPECT_EQ(Chat(Ask("a b c")).status, 503);
  Script(R"({"steps":[{"do":{"cut_after_events":2}}]})");
  const Answered cut = Stream(Ask("a b c"));
  EXPECT_FALSE(cut.complete);
  EXPECT_EQ(Chunks(cut.body).size(), 2U);
  EXPECT_FALSE(Chat(Ask("a b c")).complete);
  Script(R"({"steps":[{"do":{"finish":""}}]})");
  EXPECT_EQ(Stream(Ask("a")).body.find("[DONE]"), std::string::npos);
  Script(R"({"steps":[{"do":{"finish":"SAFETY"}}]})");
  EXPECT_EQ(Chat(Ask("a")).json()["choices"][0]["finish_reason"], "content_filter");
}

TEST_F(OpenAiMock, SaysTheNumberOfWordsThatTheScriptWants) {
  Script(R"({"steps":[{"do":{"words":6}}]})");
  EXPECT_EQ(Chat(Ask("a")).json()["choices"][0]["message"]["content"],
            "one small step after another one");
}

TEST_F(OpenAiMock, SendsTheHeadersOfTheScriptAndBreaksOffWhereItSays) {
  Script(R"({"steps":[{"do":{"body":"abcdef","headers":{"x-odd":"1"}}}]})");
  const Answered whole = Chat(Ask("a"));
  EXPECT_NE(whole.head.find("x-odd: 1"), std::string::npos) << whole.head;
  EXPECT_TRUE(whole.complete);
  Script(R"({"steps":[{"do":{"body":"abcdef","cut_after_bytes":3}}]})");
  EXPECT_FALSE(Chat(Ask("a")).complete);
}

}  // namespace
}  // namespace agm::mock
