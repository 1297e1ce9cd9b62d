#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

#include "core/base/base64.h"
#include "core/protocol/openai/chat_request.h"
#include "core/protocol/openai/completions_request.h"
#include "core/protocol/openai/speech.h"
#include "core/protocol/openai/transcript.h"

namespace agm::protocol {
namespace {

Result<chat::Request> Chat(std::string_view content, std::string_view more = {}) {
  return ReadOpenAiChatRequest(fmt::format(
      R"({{"model":"m","messages":[{{"role":"user","content":{}}}]{}}})", content, more));
}

TEST(OpenAiChat, TakesAtMostFiveStopSequences) {
  const auto read = Chat(R"("Hi")", R"(,"stop":["a","b","","c",null,"d","e"])");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->sampling.stop.size(), 5U) << "empty ones do not count";
  const auto refused = Chat(R"("Hi")", R"(,"stop":["a","b","c","d","e","f"])");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().param, "stop");
  EXPECT_EQ(refused.error().reason, "array_above_max_length");
}

TEST(OpenAiChat, RemembersWhereAnAddressOfMediaStood) {
  const auto media = [](std::string_view url) {
    const auto read = Chat(fmt::format(
        R"([{{"type":"text","text":"a"}},{{"type":"image_url","image_url":{{"url":"{}"}}}}])",
        url));
    EXPECT_TRUE(read) << read.error().message;
    return std::get<chat::Media>(read->messages.at(0).blocks.at(1));
  };
  EXPECT_EQ(media("https://a.test/x.png").place.path, "messages[0].content[1].image_url.url");
  EXPECT_EQ(media("data:image/png;base64,AAAA").place.path, "");
}

TEST(OpenAiChat, ReadsPicturesThatAClientEchoes) {
  const auto read = ReadOpenAiChatRequest(
      R"({"model":"m","messages":[{"role":"user","content":"draw"},
          {"role":"assistant","content":"here","images":[{"type":"image_url",
            "image_url":{"url":"data:image/png;base64,AAAA"}}]},
          {"role":"user","content":"again"}]})");
  ASSERT_TRUE(read) << read.error().message;
  const auto& blocks = read->messages.at(1).blocks;
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(std::get<chat::Media>(blocks[1]).data, "AAAA");
}

Result<chat::Request> Complete(std::string_view more) {
  return ReadCompletionsRequest(fmt::format(R"({{"model":"m","prompt":"Hi"{}}})", more));
}

TEST(Completions, TakeTheBestOfSeveralOnlyWhole) {
  const auto best_of = [](std::string_view more) {
    const auto read = Complete(more);
    if (!read) return read.error().param;
    const auto found = read->extra.find("openai.best_of");
    return found == read->extra.end() ? std::string("-") : found->second;
  };
  EXPECT_EQ(best_of(""), "-");
  EXPECT_EQ(best_of(R"(,"best_of":1)"), "-");
  EXPECT_EQ(best_of(R"(,"best_of":2)"), "2");
  EXPECT_EQ(best_of(R"(,"best_of":20)"), "20");
  EXPECT_EQ(best_of(R"(,"best_of":21)"), "best_of");
  EXPECT_EQ(best_of(R"(,"best_of":1,"stream":true)"), "-");
  EXPECT_EQ(best_of(R"(,"best_of":2,"stream":true)"), "best_of");
  EXPECT_EQ(best_of(R"(,"n":3,"best_of":3)"), "-");
  EXPECT_EQ(best_of(R"(,"n":3,"best_of":2)"), "best_of");
  EXPECT_EQ(best_of(R"(,"n":3,"best_of":0)"), "-");
}

TEST(Completions, KnowEachPromptAgain) {
  const auto read = ReadCompletionsRequest(R"({"model":"m","prompt":["one","two","three"]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(CompletionsPrompt(*read, 0), "one");
  EXPECT_EQ(CompletionsPrompt(*read, 1), "two");
  EXPECT_EQ(CompletionsPrompt(*read, 2), "three");
  EXPECT_EQ(CompletionsPrompt(*read, 3), "");
}

TEST(Completions, TakeAtMostSixteenPrompts) {
  const auto prompts = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += i == 0 ? "\"a\"" : ",\"a\"";
    return ReadCompletionsRequest(fmt::format(R"({{"model":"m","prompt":[{}]}})", list));
  };
  ASSERT_TRUE(prompts(16));
  EXPECT_EQ(prompts(16)->further.size(), 15U);
  EXPECT_EQ(prompts(17).error().param, "prompt");
}

TEST(Speech, RefusesFormatsThatNobodyKnowsAndTextsWithoutWords) {
  const auto param = [](std::string_view more) {
    const auto read = Speech().ReadRequest(fmt::format(R"({{"model":"m"{}}})", more));
    return read ? "style " + read->style : read.error().param;
  };
  EXPECT_EQ(param(R"(,"input":"Hi","response_format":"wav")"), "style wav");
  EXPECT_EQ(param(R"(,"input":"Hi","response_format":"pcm")"), "style pcm");
  EXPECT_EQ(param(R"(,"input":"Hi","response_format":"midi")"), "response_format");
  EXPECT_EQ(param(R"(,"input":"Hi","response_format":"aac")"), "response_format");
  EXPECT_EQ(param(R"(,"input":"","response_format":"wav")"), "input");
  EXPECT_EQ(param(R"(,"response_format":"wav")"), "input");
}

TEST(Speech, TakesAVoiceByItsNameOrAsAnObject) {
  const auto voice = [](std::string_view json) {
    const auto read = Speech().ReadRequest(
        fmt::format(R"({{"model":"m","input":"Hi","response_format":"wav","voice":{}}})", json));
    EXPECT_TRUE(read) << read.error().message;
    return read ? read->voice : std::string();
  };
  EXPECT_EQ(voice(R"("alloy")"), "alloy");
  EXPECT_EQ(voice(R"({"id":"voice_1"})"), "voice_1");
}

TEST(Speech, IsMadeOfSoundAlone) {
  chat::Response response;
  response.choices.emplace_back();
  chat::Media picture;
  picture.mime = "image/png";
  picture.data = EncodeBase64("abcd");
  response.choices[0].blocks.emplace_back(picture);
  chat::Request request;
  request.style = "pcm";
  Reply reply;
  reply.request = &request;
  const auto file = Speech().WriteResponse(response, reply);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, "empty_response");
}

TEST(Speech, KeepsTheRateOfTheSound) {
  chat::Response response;
  response.choices.emplace_back();
  chat::Media sound;
  sound.mime = "audio/L16;rate=16000";
  sound.data = EncodeBase64("abcd");
  response.choices[0].blocks.emplace_back(sound);
  response.choices[0].blocks.emplace_back(chat::Text{"words", {}});
  chat::Request request;
  request.style = "wav";
  Reply reply;
  reply.request = &request;
  const auto file = Speech().WriteResponse(response, reply);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->substr(24, 4), std::string("\x80\x3E\0\0", 4)) << "16000, the lowest byte first";
  EXPECT_EQ(file->substr(44), "abcd");
  request.style = "pcm";
  EXPECT_EQ(*Speech().WriteResponse(response, reply), "abcd");
  EXPECT_EQ(Speech().ContentType(request), "audio/pcm");
  request.style = "unheard-of";
  EXPECT_EQ(Speech().ContentType(request), "application/octet-stream");
}

TEST(Transcript, IsFoundInFrontOfMoreWords) {
  const auto read = ReadTranscript(
      "Here it is: {\"segments\":[{\"start\":0,\"end\":1,\"text\":\" a\\r\\nb --> c \"}]}. Bye.");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->segments.size(), 1U);
  EXPECT_EQ(WriteSrt(*read), "1\n00:00:00,000 --> 00:00:01,000\na b -> c\n\n");
  EXPECT_FALSE(ReadTranscript("} or {"));
}

}  // namespace
}  // namespace agm::protocol
