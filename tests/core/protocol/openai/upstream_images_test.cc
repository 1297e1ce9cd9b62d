#include "core/protocol/openai/upstream_images.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/support/event_grammar.h"

namespace agm::protocol {
namespace {

constexpr std::string_view kPng = "iVBORw0KGgoAAAANSUhEUg==";

chat::Request Order() {
  chat::Request request;
  chat::Message message;
  message.blocks = {chat::Text{"a cat", {}}};
  request.messages = {message};
  request.modalities = {"image"};
  request.fewer_will_do = true;
  return request;
}

std::string Write(const chat::Request& request, Repair repair = Repair::kNone,
                  std::string_view refused = {}) {
  return WriteOpenAiImageOrder(request, {"m", repair, refused});
}

std::vector<chat::Event> Read(std::string_view answer) {
  OpenAiImagesReader reader;
  reader.Push(answer);
  reader.Close();
  std::vector<chat::Event> events;
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  EXPECT_EQ(test::GrammarProblem(events), "");
  return events;
}

TEST(IsImageOrder, IsARequestForPicturesThatHasAPromptAlone) {
  EXPECT_TRUE(IsImageOrder(Order(), Repair::kNone));
  EXPECT_TRUE(IsImageOrder(Order(), Repair::kTellFormat));
  EXPECT_FALSE(IsImageOrder(Order(), Repair::kDrawInChat));

  chat::Request request = Order();
  request.fewer_will_do = false;
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
  request = Order();
  request.modalities = {"text"};
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
  request.modalities = {"image", "text"};
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
  request = Order();
  request.messages.push_back(request.messages.front());
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
  request = Order();
  request.messages[0].blocks.emplace_back(chat::Text{"and a dog", {}});
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
  request = Order();
  request.messages[0].blocks = {chat::Media()};
  EXPECT_FALSE(IsImageOrder(request, Repair::kNone));
}

TEST(OpenAiImageOrder, AsksForThePictureAsData) {
  EXPECT_EQ(Write(Order()), R"({"model":"m","prompt":"a cat","response_format":"b64_json"})");
  EXPECT_EQ(Write(Order(), Repair::kTellFormat), R"({"model":"m","prompt":"a cat"})");
  EXPECT_EQ(Write(Order(), Repair::kOmitField, "response_format"),
            R"({"model":"m","prompt":"a cat"})");
}

TEST(OpenAiImageOrder, HasTheFieldsOfTheClientsOwnOrder) {
  chat::Request request = Order();
  request.choices = 2;
  request.extra = {{"answer.size", R"("1024x1024")"},
                   {"answer.quality", R"("high")"},
                   {"answer.other", "1"},
                   {"gemini.x", "2"},
                   {"openai.background", R"("opaque")"}};
  const std::string begin = R"({"model":"m","prompt":"a cat","n":2,"response_format":"b64_json")";
  EXPECT_EQ(Write(request),
            begin + R"(,"quality":"high","size":"1024x1024","background":"opaque"})");
  EXPECT_EQ(Write(request, Repair::kOmitField, "quality"),
            begin + R"(,"size":"1024x1024","background":"opaque"})");
  EXPECT_EQ(Write(request, Repair::kNone, "quality"),
            begin + R"(,"quality":"high","size":"1024x1024","background":"opaque"})");
}

TEST(OpenAiImagesReader, GivesEachPictureAsABlock) {
  const std::string entry = R"({"b64_json":")" + std::string(kPng) + R"("})";
  const auto events = Read(
      R"({"data":[)" + entry + R"(,{"url":"https://a.example"},{"b64_json":"%"},)" + entry +
      R"(],"usage":{"input_tokens":9,"input_tokens_details":{"image_tokens":4},"output_tokens":-2}})");
  ASSERT_EQ(events.size(), 8U);
  EXPECT_TRUE(std::holds_alternative<chat::Started>(events[0]));
  for (const std::size_t at : {1U, 4U}) {
    EXPECT_EQ(std::get<chat::BlockStarted>(events[at]).kind, chat::BlockKind::kMedia);
    EXPECT_EQ(std::get<chat::BlockStarted>(events[at]).mime, "image/png");
    EXPECT_EQ(std::get<chat::BlockDelta>(events[at + 1]).text, kPng);
    EXPECT_TRUE(std::holds_alternative<chat::BlockStopped>(events[at + 2]));
  }
  const auto& finished = std::get<chat::Finished>(events[7]);
  ASSERT_EQ(finished.choices.size(), 1U);
  EXPECT_EQ(finished.choices[0].reason, chat::FinishReason::kStop);
  EXPECT_TRUE(finished.usage.known);
  EXPECT_EQ(finished.usage.input, 9);
  EXPECT_EQ(finished.usage.input_image, 4);
  EXPECT_EQ(finished.usage.output, 0);
}

TEST(OpenAiImagesReader, CountsTheTokensOfThePictures) {
  const auto events =
      Read(R"({"data":[{"b64_json":")" + std::string(kPng) + R"("}],"usage":{"output_tokens":5}})");
  const auto& usage = std::get<chat::Finished>(events.back()).usage;
  EXPECT_EQ(usage.output, 5);
  EXPECT_EQ(usage.output_image, 5);
}

TEST(OpenAiImagesReader, FailsWithoutAPicture) {
  const auto reason = [](std::string_view answer) {
    const auto events = Read(answer);
    const auto* failed = std::get_if<chat::Failed>(&events.back());
    return failed == nullptr ? "none" : failed->error.reason;
  };
  EXPECT_EQ(reason(R"({"data":[]})"), "no_candidates");
  EXPECT_EQ(reason("{}"), "no_candidates");
  EXPECT_EQ(reason("[]"), "upstream_garbage");
  EXPECT_EQ(reason("<html>"), "upstream_garbage");
  EXPECT_EQ(reason(""), "upstream_garbage");
  EXPECT_EQ(reason(R"({"error":{"code":429}})"), "upstream_error");
}

TEST(OpenAiImagesReader, GivesTheErrorInsideAGoodResponseForClassification) {
  OpenAiImagesReader reader;
  reader.Push(R"({"error":{"message":"no","code":429}})");
  EXPECT_FALSE(reader.upstream_error());
  reader.Close();
  ASSERT_TRUE(reader.upstream_error());
  EXPECT_EQ(reader.upstream_error()->status, 429);
  EXPECT_EQ(reader.upstream_error()->body, R"({"error":{"message":"no","code":429}})");
  EXPECT_TRUE(reader.held());
  int events = 0;
  while (reader.Next()) ++events;
  EXPECT_EQ(events, 2);
  reader.Push("more");
  reader.Close();
  EXPECT_FALSE(reader.Next());
  EXPECT_FALSE(reader.held());
}

TEST(OpenAiImagesReader, GivesNothingAfterItsEnd) {
  OpenAiImagesReader reader;
  reader.Push(R"({"data":[{"b64_json":")" + std::string(kPng) + R"("}]})");
  reader.Close();
  while (reader.Next()) {
  }
  reader.Close();
  EXPECT_FALSE(reader.Next());
}

}  // namespace
}  // namespace agm::protocol
