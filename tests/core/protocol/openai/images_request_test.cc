#include "core/protocol/openai/images_request.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <variant>

namespace agm::protocol {
namespace {

Result<chat::Request> Generate(std::string_view more) {
  return ReadImageGeneration(fmt::format(R"({{"prompt":"a cat"{}}})", more));
}

std::string Refusal(const Result<chat::Request>& request) {
  return request ? "none" : request.error().message;
}

Result<chat::Request> Edit(std::string_view images, std::string_view more = {}) {
  return ReadImageEdit("application/json",
                       fmt::format(R"({{"prompt":"a cat","images":[{}]{}}})", images, more));
}

TEST(ImageGeneration, TakesAPromptUpToTheLongest) {
  const auto prompt = [](std::size_t size) {
    return Refusal(
        ReadImageGeneration(fmt::format(R"({{"prompt":"{}"}})", std::string(size, 'x'))));
  };
  EXPECT_EQ(prompt(32'000), "none");
  EXPECT_EQ(prompt(32'001), "prompt: expected at most 32000 characters, found 32001");
  EXPECT_EQ(prompt(0), "prompt: expected some text, found none");
}

TEST(ImageGeneration, DrawsALargePictureWhereTheQualityIsHigh) {
  const auto size = [](std::string_view quality, std::string_view more = {}) {
    const auto request = Generate(fmt::format(R"(,"quality":"{}"{})", quality, more));
    EXPECT_TRUE(request) << Refusal(request);
    return request ? request->picture.size : "";
  };
  for (const char* quality : {"high", "xhigh", "max", "hd"}) EXPECT_EQ(size(quality), "2K");
  for (const char* quality : {"auto", "low", "medium", "standard"}) EXPECT_EQ(size(quality), "");
  EXPECT_EQ(size("high", R"(,"size":"auto")"), "2K");
  EXPECT_NE(Generate(R"(,"quality":"high","size":"1024x1024")")->picture.ratio, "");
}

TEST(ImageGeneration, RefusesOutputThatNoModelDraws) {
  EXPECT_EQ(Refusal(Generate(R"(,"output_format":"png")")), "none");
  EXPECT_EQ(Refusal(Generate(R"(,"output_format":"gif")")),
            "output_format: expected png, jpeg or webp, found \"gif\"");
  EXPECT_EQ(Refusal(Generate(R"(,"output_format":"svg")")),
            "output_format: expected png, jpeg or webp, found \"svg\"");
  EXPECT_EQ(Refusal(Generate(R"(,"output_compression":100)")), "none");
  EXPECT_EQ(Refusal(Generate(R"(,"output_compression":101)")),
            "output_compression: expected at most 100, found 101");
  EXPECT_EQ(Refusal(Generate(R"(,"partial_images":3)")), "none");
  EXPECT_EQ(Refusal(Generate(R"(,"partial_images":4)")),
            "partial_images: expected at most 3, found 4");
}

TEST(ImageEdit, NotesWhereTheAddressOfAPictureStands) {
  const auto request = Edit(R"({"image_url":"https://a.example/b.png"},"https://a.example/c.png")");
  ASSERT_TRUE(request) << Refusal(request);
  const auto& blocks = request->messages.front().blocks;
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(std::get<chat::Media>(blocks[0]).place.path, "images[0].image_url");
  EXPECT_EQ(std::get<chat::Media>(blocks[1]).place.path, "images[1]");
  EXPECT_EQ(std::get<chat::Text>(blocks[2]).text, "a cat");
}

TEST(ImageEdit, PutsTheMaskBehindThePictures) {
  const auto request = Edit(R"({"image_url":"https://a.example/b.png"})",
                            R"(,"mask":{"image_url":"https://a.example/m.png"})");
  ASSERT_TRUE(request) << Refusal(request);
  const auto& blocks = request->messages.front().blocks;
  ASSERT_EQ(blocks.size(), 4U);
  EXPECT_NE(std::get<chat::Text>(blocks[1]).text.find("mask"), std::string::npos);
  EXPECT_EQ(std::get<chat::Media>(blocks[2]).uri, "https://a.example/m.png");
}

TEST(ImageEdit, TakesUpToSixteenPictures) {
  const auto edit = [](int count) {
    std::string images;
    for (int i = 0; i < count; ++i) {
      images += fmt::format(R"({}"https://a.example/{}.png")", i == 0 ? "" : ",", i);
    }
    return Refusal(Edit(images));
  };
  EXPECT_EQ(edit(0), "images: at least one image is required");
  EXPECT_EQ(edit(16), "none");
  EXPECT_EQ(edit(17), "images: expected at most 16 images, found 17");
}

}  // namespace
}  // namespace agm::protocol
