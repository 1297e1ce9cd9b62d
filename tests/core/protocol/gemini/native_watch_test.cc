#include "core/protocol/gemini/native_watch.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {
namespace {

using Framing = NativeWatch::Framing;

const std::string kChunk =
    R"({"candidates":[{"content":{"parts":[{"text":"a \"{[\\"}]}}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5,"totalTokenCount":12}})";

TEST(NativeWatch, AllowsInsertionsBetweenEventsOnly) {
  for (const std::string end : {"\r\n\r\n", "\n\n"}) {
    const std::string event = "data: " + kChunk + end;
    NativeWatch watch(Framing::kEvents);
    EXPECT_TRUE(watch.between());
    const std::string bytes = event + event;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      watch.See(bytes.substr(i, 1));
      EXPECT_EQ(watch.between(), (i + 1) % event.size() == 0) << i;
    }
  }
}

TEST(NativeWatch, AllowsInsertionsBetweenElementsOnly) {
  const std::string bytes = "[" + kChunk + "\n,\r\n" + kChunk + "]";
  NativeWatch watch(Framing::kArray);
  const std::size_t second = bytes.find(kChunk, 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    watch.See(bytes.substr(i, 1));
    const bool first_inside = i >= 1 && i < kChunk.size();
    const bool second_inside = i >= second && i + 1 < second + kChunk.size();
    EXPECT_EQ(watch.between(), !first_inside && !second_inside) << i;
  }
}

TEST(NativeWatch, AllowsNoInsertionIntoOneObject) {
  NativeWatch watch(Framing::kNone);
  EXPECT_FALSE(watch.between());
  watch.See(kChunk);
  EXPECT_FALSE(watch.between());
}

TEST(NativeWatch, ReadsTheLastUsageHoweverTheBytesAreCut) {
  const std::string filler(100'000, 'x');
  const std::string bytes =
      "data: {\"usageMetadata\":{\"promptTokenCount\":1}}\n\ndata: {\"t\":\"" + filler +
      R"(\"usageMetadata\":{\"promptTokenCount\":9}","usageMetadata" : )" +
      R"({"promptTokenCount":7,"candidatesTokenCount":5,"thoughtsTokenCount":2}})" + "\n\n";
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, bytes.size()}) {
    NativeWatch watch(Framing::kEvents);
    for (std::size_t i = 0; i < bytes.size(); i += size) watch.See(bytes.substr(i, size));
    EXPECT_TRUE(watch.usage().known);
    EXPECT_EQ(watch.usage().input, 7);
    EXPECT_EQ(watch.usage().output, 7);
  }
}

TEST(NativeWatch, FindsTheErrorWithWhichAResponseEnds) {
  const std::string error = R"({"error":{"code":503,"message":"busy"}})";
  const auto seen = [](Framing framing, const std::string& bytes) {
    NativeWatch watch(framing);
    watch.See(bytes);
    return std::string(watch.error());
  };
  EXPECT_EQ(seen(Framing::kEvents, "data: " + kChunk + "\n\ndata: " + error + "\n\n"), error);
  EXPECT_EQ(seen(Framing::kArray, "[" + kChunk + ",\r\n" + error + "]"), error);
  EXPECT_EQ(seen(Framing::kNone, error), error);
  EXPECT_EQ(seen(Framing::kEvents, "data: " + kChunk + "\n\n"), "");
  EXPECT_EQ(seen(Framing::kNone, R"({"args":{"error":1}})"), "");
}

TEST(FirstJsonObject, SkipsTheFramingBeforeIt) {
  for (const std::string before : {"", "data: ", "[", "[\r\n ", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(FirstJsonObject(before + kChunk + "\n\n").text, kChunk) << before;
  }
  EXPECT_EQ(FirstJsonObject("[]").text, "");
  EXPECT_EQ(FirstJsonObject("data: {\"a\":{}").text, "{\"a\":{}");
  EXPECT_FALSE(FirstJsonObject("data: {\"a\":{}").whole);
  EXPECT_TRUE(FirstJsonObject("data: {\"a\":{}} {").whole);
  EXPECT_TRUE(IsGoogleError("{ \n\"error\": {}}"));
  EXPECT_FALSE(IsGoogleError(R"({"candidates":[{"error":1}]})"));
}

}  // namespace
}  // namespace agm::protocol
