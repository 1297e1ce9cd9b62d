#include "core/replay/player.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/base/file.h"
#include "core/replay/export.h"
#include "tests/support/source_dir.h"

namespace agm::replay {
namespace {

constexpr std::string_view kAnswer =
    R"({"candidates":[{"content":{"role":"model","parts":[{"text":"Hello there."}]},)"
    R"("finishReason":"STOP","index":0}],)"
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7}})";

std::vector<ledger::TapePart> Tape() {
  return {
      {"request", 0,
       R"({"method":"POST","path":"/v1/chat/completions","content_type":"application/json"})",
       R"({"model":"gpt-4o","messages":[{"role":"user","content":"My secret plan"}]})", false},
      {"sent", 1, R"({"method":"POST","path":"/v1beta/models/gemini-2.5-flash:generateContent"})",
       R"({"contents":[]})", false},
      {"received", 1,
       R"({"status":429,"content_type":"application/json","retry_after":"7","ended":"complete"})",
       R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}})", false},
      {"sent", 2, R"({"method":"POST","path":"/v1beta/models/gemini-2.5-flash:generateContent"})",
       R"({"contents":[]})", false},
      {"received", 2, R"({"status":200,"content_type":"application/json","ended":"complete"})",
       std::string(kAnswer), false},
      {"response", 0, R"({"status":200})", R"({"choices":[]})", false}};
}

ledger::Entry Recorded() {
  ledger::Entry entry;
  entry.id = "req_1";
  entry.status = 200;
  entry.model = "gpt-4o";
  entry.target = "gemini-2.5-flash";
  entry.account = "home";
  entry.history = {{"work", "gemini-2.5-flash", "shared_limit", "slow down", {}, {}},
                   {"home", "gemini-2.5-flash", "ok", "", {}, {}}};
  return entry;
}

TEST(Export, ACaptureIsMaskedAndTrueOfItself) {
  const auto capture = MakeCapture(Recorded(), Tape(), Texts::kReplace);
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ(capture->accounts, 2);
  EXPECT_EQ(capture->response.status, 200);
  const std::string file = WriteCapture(*capture);
  EXPECT_EQ(file.find("secret"), std::string::npos) << file;
  EXPECT_EQ(file.find("work"), std::string::npos) << "an account's name is in the file";
  EXPECT_EQ(file.find("Hello"), std::string::npos);
  const auto again = ReadCapture(file);
  ASSERT_TRUE(again) << again.error().message;
  const auto played = Play(*again);
  ASSERT_TRUE(played) << played.error().message;
  for (const auto& each : Compare(*again, *played)) {
    ADD_FAILURE() << each.what << "\n" << each.expected << "\n" << each.found;
  }
}

TEST(Export, BodiesOfManyMegabytesAreMaskedAndPlayed) {
  constexpr std::size_t kMany = 2'200'000;
  std::string words;
  while (words.size() < kMany) words += "a secret plan ";
  std::string picture;
  while (picture.size() < kMany) picture += "SECR";
  auto tape = Tape();
  tape[0].body =
      R"({"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":")" + words +
      R"("},{"type":"image_url","image_url":{"url":"data:image/png;base64,)" + picture +
      R"("}}]}]})";
  const auto capture = MakeCapture(Recorded(), tape, Texts::kReplace);
  ASSERT_TRUE(capture) << capture.error().message;
  const std::string file = WriteCapture(*capture);
  EXPECT_GT(file.size(), 2 * kMany);
  EXPECT_EQ(file.find("secret"), std::string::npos);
  EXPECT_EQ(file.find("SECRSECRSECRSECRSECR"), std::string::npos);
  const auto again = ReadCapture(file);
  ASSERT_TRUE(again) << again.error().message;
  const auto played = Play(*again);
  ASSERT_TRUE(played) << played.error().message;
  EXPECT_TRUE(Compare(*again, *played).empty());
  EXPECT_EQ(played->response.status, 200);
}

TEST(Export, ADifferenceIsFound) {
  auto capture = *MakeCapture(Recorded(), Tape(), Texts::kKeep);
  EXPECT_NE(capture.response.body.find("Hello there."), std::string::npos);
  capture.upstream[1].body = std::string(kAnswer);
  capture.upstream[1].body.replace(capture.upstream[1].body.find("Hello"), 5, "Howdy");
  capture.response.status = 201;
  const auto differences = Compare(capture, *Play(capture));
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].what, "response.status");
  EXPECT_EQ(differences[1].what, "response.body.choices[0].message.content");
  EXPECT_EQ(differences[1].found, "\"Howdy there.\"");
}

TEST(Compare, MembersThatTheCaptureLeavesOutAreNotCompared) {
  Capture capture;
  capture.response = {200, "", R"({"a":{"b":[1,{"c":"x"}]}})"};
  Played played;
  played.response = {200, "text/plain", R"({"new":1,"a":{"b":[1,{"c":"x","d":2}]}})"};
  EXPECT_TRUE(Compare(capture, played).empty());
  played.response.body = R"({"a":{"b":[1,{"d":2}]}})";
  ASSERT_EQ(Compare(capture, played).size(), 1U);
  EXPECT_EQ(Compare(capture, played)[0].what, "response.body.a.b[1].c");
  capture.response.body = "data: {\"a\":1}\n\ndata: [DONE]\n\n";
  played.response.body = "data: {\"a\":1,\"b\":2}\n\ndata: [DONE]\n\n";
  EXPECT_TRUE(Compare(capture, played).empty());
  played.response.body = "data: {\"a\":1,\"b\":2}\n\n";
  EXPECT_FALSE(Compare(capture, played).empty());
}

TEST(Export, WithoutARecordingThereIsNothingToExport) {
  EXPECT_EQ(MakeCapture(Recorded(), {}, Texts::kKeep).error().code, ErrorCode::kNotFound);
}

TEST(Capture, AWrongFileIsRefusedWithItsPlace) {
  EXPECT_EQ(ReadCapture("{}").error().message.substr(0, 11), "agm_capture");
  EXPECT_NE(ReadCapture(R"({"agm_capture":1,"request":{"path":"x"}})")
                .error()
                .message.find("request.path"),
            std::string::npos);
  EXPECT_FALSE(ReadCapture("[1]"));
  EXPECT_FALSE(
      ReadCapture(R"({"agm_capture":1,"request":{"path":"/"},"upstream":[{"status":"x"}]})"));
}

TEST(Normal, MakesIdsTimesAndWaitsAlike) {
  EXPECT_EQ(Normal(R"({"id":"chatcmpl-abcdefghij0123456789","created":1795262400,"b":"abc"})"),
            R"({"id":"chatcmpl-#1","created":0,"b":"abc"})");
  EXPECT_EQ(Normal("x-abcdefghij0123456789 y-abcdefghij0123456789 z-bbbbbbbbbb0123456789"),
            "x-#1 y-#2 z-#3");
  EXPECT_EQ(Normal("chatcmpl-SzVVCJwTHOyoUrDVQbCxaFTt"), "chatcmpl-#1") << "an id without digits";
  EXPECT_EQ(Normal("unknown-abcdefghijklmnopqrstuvwxyz"), "unknown-abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(Normal("try again in 18s"), "try again in #s");
  EXPECT_EQ(Normal("a\n: keep-alive\n\nb"), "a\nb");
}

/// The project's regression cases: each file of tests/replay must come out as it says.
class Cases : public testing::TestWithParam<std::string> {};

std::vector<std::string> CaseNames() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(test::SourceDir() / "tests/replay")) {
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

TEST_P(Cases, ComesOutAsTheFileSays) {
  const auto text = ReadFile(test::SourceDir() / "tests/replay" / (GetParam() + ".json"));
  ASSERT_TRUE(text) << text.error().message;
  const auto capture = ReadCapture(*text);
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_FALSE(capture->about.empty());
  const auto played = Play(*capture);
  ASSERT_TRUE(played) << played.error().message;
  for (const auto& each : Compare(*capture, *played)) {
    ADD_FAILURE() << capture->about << "\n"
                  << each.what << "\nexpected " << each.expected << "\nfound    " << each.found;
  }
}

INSTANTIATE_TEST_SUITE_P(Replay, Cases, testing::ValuesIn(CaseNames()), [](const auto& each) {
  std::string name = each.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

// A transcription as a form: its text fields and its sound must not leave the machine.
std::vector<ledger::TapePart> TapeOfAForm() {
  std::string sound = "RIFF";
  sound += std::string("\x24\x00\x00\x00", 4) + "WAVEfmt " + std::string(5'000'000, '\xee');
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nMy secret plan\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"secret talk.wav\"\r\n"
      "Content-Type: audio/wav\r\n\r\n" +
      sound + "\r\n--b--\r\n";
  return {
      {"request", 0,
       R"({"method":"POST","path":"/v1/audio/transcriptions","content_type":"multipart/form-data; boundary=b"})",
       form, false},
      {"sent", 1, R"({"method":"POST","path":"/v1beta/models/gemini-2.5-flash:generateContent"})",
       R"({"contents":[]})", false},
      {"received", 1, R"({"status":200,"content_type":"application/json","ended":"complete"})",
       std::string(kAnswer), false},
      {"response", 0, R"({"status":200})", R"({"text":"Hello"})", false}};
}

TEST(Export, AFormIsMaskedAndPlayed) {
  ledger::Entry entry = Recorded();
  entry.model = "whisper-1";
  entry.history.clear();
  const auto capture = MakeCapture(entry, TapeOfAForm(), Texts::kReplace);
  ASSERT_TRUE(capture) << capture.error().message;
  EXPECT_EQ(capture->response.status, 200) << capture->response.body;
  EXPECT_NE(capture->body.find("whisper-1"), std::string::npos);
  EXPECT_NE(capture->body.find("filename=\"file.wav\""), std::string::npos);
  const std::string file = WriteCapture(*capture);
  EXPECT_LT(file.size(), 10'000U);
  EXPECT_EQ(file.find("secret"), std::string::npos) << file;
  const auto again = ReadCapture(file);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->body, capture->body);
  const auto played = Play(*again);
  ASSERT_TRUE(played) << played.error().message;
  EXPECT_TRUE(Compare(*again, *played).empty());
}

TEST(Export, BytesThatAreNoTextStayInTheFile) {
  Capture capture;
  capture.path = "/v1/files";
  capture.body = std::string("a\0\xff\xfe", 4);
  const auto again = ReadCapture(WriteCapture(capture));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->body, capture.body);
}

}  // namespace
}  // namespace agm::replay
