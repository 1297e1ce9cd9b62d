#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/protocol/openai/transcriptions_request.h"
#include "core/protocol/openai/transcriptions_response.h"

namespace agm::protocol {
namespace {

// What the client is told of a form with a file and this field.
std::string Refusal(const std::string& name, const std::string& value) {
  const auto part = [](const std::string& head, const std::string& data) {
    return "--x\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + data + "\r\n";
  };
  const auto request = ReadTranscription("multipart/form-data; boundary=x",
                                         part("name=model", "whisper-1") +
                                             part("name=file; filename=a.wav", "RIFF0000WAVEfmt ") +
                                             part("name=\"" + name + "\"", value) + "--x--");
  return request ? "none" : request.error().message;
}

TEST(Transcriptions, AreInLanguagesThatHaveACode) {
  EXPECT_EQ(Refusal("language", "en"), "none");
  EXPECT_EQ(Refusal("language", std::string(40, 'x')), "none");
  EXPECT_EQ(Refusal("language", std::string(41, 'x')),
            "language: expected a language's code such as \"en\"");
  EXPECT_EQ(Refusal("languages[]", "de-CH"), "none");
  EXPECT_EQ(Refusal("languages[]", "de; x"),
            "languages[0]: expected a language's code such as \"en\"");
}

TEST(Transcriptions, StreamTextOnly) {
  chat::Request request;
  const auto stream = NewTranscriptionStream({"i", "m", 0, &request});
  const auto written = [&](const chat::Event& event) {
    std::string out;
    stream->Write(event, out);
    return out;
  };
  chat::BlockStarted thought;
  thought.kind = chat::BlockKind::kThought;
  EXPECT_EQ(written(thought), "");
  EXPECT_EQ(written(chat::BlockDelta{0, "hm", {}}), "");
  EXPECT_EQ(written(chat::BlockStopped{}), "");
  EXPECT_EQ(written(chat::BlockStarted{}), "");
  EXPECT_EQ(written(chat::BlockDelta{0, "", {}}), "");
  EXPECT_NE(written(chat::BlockDelta{0, "hi", {}}).find(R"("delta":"hi")"), std::string::npos);
}

}  // namespace
}  // namespace agm::protocol
