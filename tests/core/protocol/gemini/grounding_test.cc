#include "core/protocol/gemini/grounding.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace agm::protocol {
namespace {

chat::ChoiceFinish Finished(GeminiGrounding& grounding, std::string_view metadata) {
  const auto doc = JsonDoc::Parse(metadata);
  EXPECT_TRUE(doc) << metadata;
  if (doc) grounding.Read(doc->root());
  chat::ChoiceFinish finish;
  grounding.Finish(finish);
  return finish;
}

// The spans that the citations of `text` have, for one segment of one source.
std::string Spans(std::string_view text, std::string_view segment, std::string_view indices = "0") {
  GeminiGrounding grounding(true);
  grounding.BeginChunk();
  grounding.BeginPart();
  grounding.AddText(text);
  const chat::ChoiceFinish finish = Finished(
      grounding,
      fmt::format(
          R"({{"groundingChunks":[{{"web":{{"uri":"https://a.example","title":"A"}}}}],"groundingSupports":[{{"segment":{},"groundingChunkIndices":[{}]}}]}})",
          segment, indices));
  std::string out;
  for (const chat::Citation& citation : finish.citations) {
    out += fmt::format("{}-{} ", citation.start, citation.end);
  }
  return out;
}

TEST(GeminiGrounding, TellsEachSearchAndEachPageOnce) {
  GeminiGrounding grounding;
  const chat::ChoiceFinish finish = Finished(
      grounding,
      R"({"webSearchQueries":["a","","a","b"],"groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},{"web":{"title":"none"}},{"web":{"uri":"https://a.example","title":"A"}},{"retrievedContext":{"uri":"https://b.example"}},{"maps":{"uri":"https://c.example"}}]})");
  EXPECT_EQ(finish.web.queries, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(finish.web.found.size(), 3U);
  EXPECT_EQ(finish.web.found[0].url, "https://a.example");
  EXPECT_EQ(finish.web.found[1].url, "https://b.example");
  EXPECT_EQ(finish.web.found[2].url, "https://c.example");
  EXPECT_TRUE(finish.citations.empty());
}

TEST(GeminiGrounding, FindsTheTextOfASegmentNearestToItsOffsets) {
  const auto at = [](int begin) {
    return Spans("abc......abc", fmt::format(R"({{"startIndex":{},"endIndex":{},"text":"abc"}})",
                                             begin, begin + 3));
  };
  EXPECT_EQ(at(0), "0-3 ");
  EXPECT_EQ(at(9), "9-12 ");
  EXPECT_EQ(at(2), "0-3 ");
  EXPECT_EQ(at(7), "9-12 ");
  EXPECT_EQ(at(11), "9-12 ");
  EXPECT_EQ(Spans("abc...abc", R"({"startIndex":3,"endIndex":6,"text":"abc"})"), "0-3 ");
  EXPECT_EQ(Spans("..abc", R"({"startIndex":0,"endIndex":3,"text":"abc"})"), "2-5 ");
}

TEST(GeminiGrounding, TellsTheWholeTextWhereNoSpanIsKnown) {
  EXPECT_EQ(Spans("äbc", R"({"startIndex":0,"endIndex":3,"text":"xyz"})"), "0-3 ");
  EXPECT_EQ(Spans("abc", R"({"startIndex":0,"endIndex":2})", "1"), "0-3 ");
  EXPECT_EQ(Spans("abc", R"({"startIndex":0,"endIndex":2})", "-1"), "0-3 ");
  EXPECT_EQ(Spans("abc", R"({"startIndex":0,"endIndex":2})"), "0-2 ");
  EXPECT_EQ(Spans("abc", R"({"startIndex":1,"endIndex":99})"), "1-3 ");
}

TEST(GeminiGrounding, CountsTheOffsetsOfAPartFromItsBeginning) {
  const auto start = [](std::string_view part) {
    GeminiGrounding grounding(true);
    grounding.BeginChunk();
    grounding.BeginPart();
    grounding.AddText("ab");
    grounding.BeginPart();
    grounding.AddText("cdef");
    const chat::ChoiceFinish finish = Finished(
        grounding,
        fmt::format(
            R"({{"groundingChunks":[{{"web":{{"uri":"https://a.example"}}}}],"groundingSupports":[{{"segment":{{"partIndex":{},"startIndex":1,"endIndex":2}},"groundingChunkIndices":[0]}}]}})",
            part));
    return finish.citations.front().start;
  };
  EXPECT_EQ(start("0"), 1);
  EXPECT_EQ(start("1"), 3);
  EXPECT_EQ(start("2"), 1);
  EXPECT_EQ(start("-1"), 1);
}

}  // namespace
}  // namespace agm::protocol
