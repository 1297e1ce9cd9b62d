#include "core/protocol/openai/speech.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json.h"

namespace agm::protocol {
namespace {

const std::string kSamples = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";

std::vector<chat::Event> Spoken() {
  chat::BlockStarted started;
  started.kind = chat::BlockKind::kMedia;
  started.mime = "audio/L16;rate=24000";
  chat::Finished finished;
  finished.choices.emplace_back();
  finished.usage.known = true;
  finished.usage.input = 7;
  finished.usage.output = 30;
  return {chat::Started{}, started, chat::BlockDelta{0, EncodeBase64(kSamples), {}},
          chat::BlockStopped{}, finished};
}

/// The data of each server-sent event of the stream.
std::vector<Json> StreamOf(const std::vector<chat::Event>& events) {
  chat::Request request;
  request.style = "wav";
  Reply reply;
  reply.request = &request;
  const auto writer = Speech().NewStreamWriter(reply);
  std::string out;
  for (const chat::Event& event : events) writer->Write(event, out);
  std::vector<Json> all;
  for (std::size_t at = 0; (at = out.find("data: ", at)) != std::string::npos;) {
    at += 6;
    all.push_back(Json::parse(out.substr(at, out.find('\n', at) - at), nullptr, false));
  }
  return all;
}

TEST(Speech, StreamsTheFileAndThenItsTokens) {
  const auto events = StreamOf(Spoken());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]["type"], "speech.audio.delta");
  const std::string file = DecodeBase64(events[0]["audio"].get<std::string>());
  EXPECT_TRUE(file.starts_with("RIFF"));
  EXPECT_TRUE(file.ends_with(kSamples));
  EXPECT_EQ(events[1]["type"], "speech.audio.done");
  EXPECT_EQ(events[1]["usage"]["input_tokens"], 7);
  EXPECT_EQ(events[1]["usage"]["output_tokens"], 30);
  EXPECT_EQ(events[1]["usage"]["total_tokens"], 37);
}

TEST(Speech, TellsTheModelHowToSpeak) {
  const auto prompt = [](const std::string& more) {
    const auto request = Speech().ReadRequest(R"({"model":"m","voice":"alloy","input":"Hi",)"
                                              R"("response_format":"wav")" +
                                              more + "}");
    EXPECT_TRUE(request) << request.error().message;
    return std::get<chat::Text>(request->messages.back().blocks.back()).text;
  };
  EXPECT_EQ(prompt(""), "Hi");
  EXPECT_EQ(prompt(R"(,"speed":1)"), "Hi");
  EXPECT_EQ(prompt(R"(,"speed":2)"), "Speak faster than usual, at 2 times the speed.:\nHi");
  EXPECT_EQ(prompt(R"(,"speed":0.5,"instructions":"Be calm.")"),
            "Be calm. Speak more slowly than usual, at 0.5 times the speed.:\nHi");
}

TEST(Speech, StreamsAnErrorWhereTheModelWasSilent) {
  std::vector<chat::Event> silent = Spoken();
  silent.erase(silent.begin() + 1, silent.begin() + 4);
  const auto events = StreamOf(silent);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["error"]["message"], "the model answered without sound");
}

}  // namespace
}  // namespace agm::protocol
