#include "core/protocol/openai/chat_response.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/protocol/openai/choice.h"

namespace agm::protocol {
namespace {

std::string End(const chat::Extra& extra, bool usage = false) {
  chat::Request request;
  request.stream_usage = usage;
  const auto stream = NewOpenAiChatStream({"i", "m", 1, &request});
  chat::Finished finished;
  finished.choices.resize(2);
  finished.choices[1].choice = 1;
  finished.extra = extra;
  std::string out;
  stream->Write(chat::Started{}, out);
  stream->Write(finished, out);
  return out;
}

TEST(OpenAiChatStream, EndsTheLastChoiceWithWhatTheUpstreamAnsweredBeyondTheKnownFields) {
  const std::string plain = End({});
  EXPECT_EQ(plain.find("citations"), std::string::npos);
  const std::string more = End({{"openai.citations", R"(["a"])"}, {"openai.x", "1"}});
  EXPECT_NE(
      more.find(
          R"({"index":1,"delta":{},"logprobs":null,"finish_reason":"stop"}],"citations":["a"],"x":1})"
          "\n\ndata: [DONE]\n\n"),
      std::string::npos)
      << more;
  EXPECT_NE(more.find(R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]})"
                      "\n\n"),
            std::string::npos)
      << more;
  EXPECT_EQ(End({{"gemini.x", "1"}}), plain);
  EXPECT_NE(End({{"openai.x", "1"}}, true).find(R"("finish_reason":"stop"}],"usage":null,"x":1})"),
            std::string::npos);
}

// A stream with these events between its first and its last.
std::string Stream(const std::vector<chat::Event>& events, const chat::Request* request = nullptr,
                   const std::string& version = {}) {
  const auto stream = NewOpenAiChatStream({"i", "m", 1, request});
  std::string out;
  stream->Write(chat::Started{"", version}, out);
  for (const chat::Event& event : events) stream->Write(event, out);
  chat::Finished finished;
  finished.choices.resize(1);
  stream->Write(finished, out);
  return out;
}

std::vector<chat::Event> CallInPieces(chat::ToolKind kind, const std::string& signature = {}) {
  return {chat::BlockStarted{0, chat::BlockKind::kToolCall, "a", "f", {}, kind},
          chat::BlockDelta{0, "{\"x\"", {}}, chat::BlockDelta{0, ":1", {}},
          chat::BlockDelta{0, "}", {}}, chat::BlockStopped{0, signature}};
}

TEST(OpenAiChatStream, TellsTheRoleOfAChoiceWithoutContent) {
  EXPECT_NE(Stream({}).find(R"("delta":{"role":"assistant","content":"","refusal":null})"),
            std::string::npos);
}

TEST(OpenAiChatStream, TellsTheVersionOfTheModel) {
  EXPECT_NE(Stream({}, nullptr, "v1").find(R"("system_fingerprint":"v1")"), std::string::npos);
  EXPECT_NE(Stream({}).find(R"("system_fingerprint":null)"), std::string::npos);
}

TEST(OpenAiChatStream, PassesTheArgumentsOfAFunctionOnPieceByPiece) {
  const std::string out = Stream(CallInPieces(chat::ToolKind::kFunction, "s"));
  EXPECT_NE(out.find(R"("function":{"name":"f","arguments":"{\"x\""})"), std::string::npos) << out;
  EXPECT_NE(out.find(R"([{"index":0,"function":{"arguments":":1"}}])"), std::string::npos) << out;
  EXPECT_NE(out.find(R"([{"index":0,"function":{"arguments":"}"}}])"), std::string::npos) << out;
  EXPECT_NE(out.find(R"([{"index":0,"extra_content":{"google":{"thought_signature":"s"}}}])"),
            std::string::npos)
      << out;
}

TEST(OpenAiChatStream, WritesACustomCallAndALegacyCallWhole) {
  const std::string custom = Stream(CallInPieces(chat::ToolKind::kCustom));
  EXPECT_NE(custom.find(R"("custom":{"name":"f","input":"{\"x\":1}"})"), std::string::npos)
      << custom;
  chat::Request request;
  request.style = "functions";
  const std::string legacy = Stream(CallInPieces(chat::ToolKind::kFunction), &request);
  EXPECT_NE(legacy.find(R"("function_call":{"name":"f","arguments":"{\"x\":1}"})"),
            std::string::npos)
      << legacy;
  EXPECT_EQ(legacy.find("tool_calls"), std::string::npos) << legacy;
}

TEST(OpenAiChatStream, NumbersThePictures) {
  const chat::BlockStarted started{0, chat::BlockKind::kMedia, {}, {}, "image/png"};
  const std::string out =
      Stream({started, chat::BlockDelta{0, "AAAA", {}}, chat::BlockStopped{0, {}}, started,
              chat::BlockDelta{0, "BBBB", {}}, chat::BlockStopped{0, {}}});
  EXPECT_NE(
      out.find(
          R"("images":[{"index":0,"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}])"),
      std::string::npos)
      << out;
  EXPECT_NE(
      out.find(
          R"("images":[{"index":1,"type":"image_url","image_url":{"url":"data:image/png;base64,BBBB"}}])"),
      std::string::npos)
      << out;
}

TEST(OpenAiChatResponse, EndsWithWhatTheUpstreamAnsweredBeyondTheKnownFields) {
  chat::Response response;
  response.choices.resize(1);
  response.extra = {{"gemini.x", "1"}, {"openai.citations", R"(["a"])"}};
  const std::string out = WriteOpenAiChatResponse(response, {"i", "m", 1, nullptr});
  EXPECT_TRUE(out.ends_with(R"(,"citations":["a"]})")) << out;
  EXPECT_EQ(out.find(R"("x")"), std::string::npos) << out;
}

std::string Audio(const chat::Request* request, const std::string& mime = "audio/L16;rate=24000") {
  chat::Media media;
  media.mime = mime;
  media.data = "AQIDBA==";
  std::string out;
  JsonWriter json(out);
  WriteAudio(json, media, "id", 100, request);
  return out;
}

TEST(OpenAiChoice, WritesSpeechAsWavUnlessTheClientAskedForPcm) {
  chat::Request request;
  EXPECT_TRUE(Audio(&request).starts_with(R"({"id":"id","data":"UklGR)")) << Audio(&request);
  EXPECT_EQ(Audio(nullptr), Audio(&request));
  EXPECT_TRUE(Audio(&request).ends_with(R"(,"expires_at":3700,"transcript":""})"));
  request.extra["openai.audio"] = R"({"format":"wav"})";
  EXPECT_TRUE(Audio(&request).starts_with(R"({"id":"id","data":"UklGR)"));
  request.extra["openai.audio"] = R"({"format":"pcm16"})";
  EXPECT_TRUE(Audio(&request).starts_with(R"({"id":"id","data":"AQIDBA==")"));
  EXPECT_TRUE(Audio(nullptr, "audio/mpeg").starts_with(R"({"id":"id","data":"AQIDBA==")"));
}

}  // namespace
}  // namespace agm::protocol
