#include "core/protocol/openai/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::protocol {
namespace {

const std::string kSpoken =
    R"({"language":"en","segments":[{"start":0,"end":1.5,"text":" Hello\nthere "},)"
    R"({"start":3661.0005,"end":3662,"text":"a --> b"}],)"
    R"("words":[{"start":0,"end":4000,"word":"Hello"}]})";

Error Refusal(const std::string& text) {
  const auto read = ReadTranscript(text);
  EXPECT_FALSE(read) << text;
  return read ? Error() : read.error();
}

TEST(Transcript, IsReadFromTheModelsObject) {
  const auto read = ReadTranscript(kSpoken);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->language, "en");
  ASSERT_EQ(read->segments.size(), 2U);
  EXPECT_EQ(read->segments[0].start, 0);
  EXPECT_EQ(read->segments[0].end, 1.5);
  EXPECT_EQ(read->segments[0].text, "Hello\nthere");
  ASSERT_EQ(read->words.size(), 1U);
  EXPECT_EQ(read->words[0].text, "Hello");
  EXPECT_EQ(read->Text(), "Hello\nthere a --> b");
  EXPECT_EQ(read->Seconds(), 4'000);
}

TEST(Transcript, IsFoundInsideAFenceOrASentence) {
  EXPECT_TRUE(ReadTranscript("```json\n" + kSpoken + "\n```"));
  EXPECT_TRUE(ReadTranscript("Here it is: " + kSpoken + " Done."));
}

TEST(Transcript, OfSilenceIsEmpty) {
  for (const char* text : {"", " \r\n\t", R"({"segments":[]})"}) {
    const auto read = ReadTranscript(text);
    ASSERT_TRUE(read) << text;
    EXPECT_TRUE(read->segments.empty());
    EXPECT_EQ(read->Text(), "");
    EXPECT_EQ(read->Seconds(), 0);
  }
}

TEST(Transcript, IsRefusedWithoutItsTimes) {
  for (const char* text :
       {"just words", "} {", "{", R"({"segments":{}})", R"({"words":[]})",
        R"({"segments":[{"end":1,"text":"a"}]})", R"({"segments":[{"start":0,"text":"a"}]})",
        R"({"segments":[{"start":0,"end":1}]})",
        R"({"segments":[],"words":[{"start":0,"end":1,"text":"a"}]})"}) {
    const Error error = Refusal(text);
    EXPECT_EQ(error.code, ErrorCode::kUpstreamRejected) << text;
    EXPECT_EQ(error.reason, "transcript_unreadable") << text;
  }
}

TEST(Transcript, KeepsTimesInOrderAndInRange) {
  const auto read = ReadTranscript(
      R"({"segments":[{"start":-1,"end":-2,"text":"a"},{"start":5,"end":4,"text":"b"},)"
      R"({"start":2e6,"end":3e6,"text":"c"}]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->segments[0].start, 0);
  EXPECT_EQ(read->segments[0].end, 0);
  EXPECT_EQ(read->segments[1].end, 5);
  EXPECT_EQ(read->segments[2].start, 1e6);
  EXPECT_EQ(read->segments[2].end, 1e6);
}

TEST(Transcript, JoinsItsSegmentsWithOneSpace) {
  Transcript transcript;
  transcript.segments = {{0, 1, ""}, {1, 2, "a"}, {2, 3, ""}, {3, 4, "b"}};
  EXPECT_EQ(transcript.Text(), "a b");
}

TEST(Transcript, IsWrittenAsSubtitles) {
  const auto read = ReadTranscript(kSpoken);
  ASSERT_TRUE(read);
  EXPECT_EQ(WriteSrt(*read),
            "1\n00:00:00,000 --> 00:00:01,500\nHello there\n\n"
            "2\n01:01:01,001 --> 01:01:02,000\na -> b\n\n");
  EXPECT_EQ(WriteVtt(*read),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello there\n\n"
            "01:01:01.001 --> 01:01:02.000\na -> b\n\n");
}

}  // namespace
}  // namespace agm::protocol
