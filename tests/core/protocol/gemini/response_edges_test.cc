#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/response.h"
#include "core/protocol/gemini/embeddings.h"
#include "core/protocol/gemini/native_watch.h"
#include "core/protocol/gemini/partial_args.h"
#include "core/protocol/gemini/response.h"

namespace agm::protocol {
namespace {

Result<chat::Response> Read(std::string_view body) {
  GeminiReading reading;
  reading.citations = true;
  GeminiStreamReader reader([n = 0]() mutable { return std::to_string(++n); }, reading);
  reader.Push(body);
  reader.Close();
  chat::Fold fold;
  while (auto event = reader.Next()) fold.Add(*std::move(event));
  return std::move(fold).Finish();
}

Result<chat::Response> WithUsage(const std::string& usage) {
  return Read(R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],)"
              R"("usageMetadata":)" +
              usage + "}");
}

TEST(GeminiUsage, CountsCachedTokensAsAPartOfThePrompt) {
  struct Row {
    const char* usage;
    int input;
    int cached;
  };
  const Row rows[] = {
      {R"({"promptTokenCount":10})", 10, 0},
      {R"({"promptTokenCount":10,"cachedContentTokenCount":4})", 10, 4},
      {R"({"promptTokenCount":10,"cachedContentTokenCount":10})", 10, 10},
      {R"({"promptTokenCount":10,"cachedContentTokenCount":11})", 21, 11},
      {R"({"promptTokenCount":10,"toolUsePromptTokenCount":5,"cachedContentTokenCount":15})", 15,
       15},
  };
  for (const Row& row : rows) {
    const auto response = WithUsage(row.usage);
    ASSERT_TRUE(response) << row.usage;
    EXPECT_EQ(response->usage.input, row.input) << row.usage;
    EXPECT_EQ(response->usage.cached, row.cached) << row.usage;
  }
}

TEST(GeminiUsage, CountsThoughtsOnce) {
  struct Row {
    const char* usage;
    int output;
    int thoughts;
  };
  const Row rows[] = {
      {R"({"promptTokenCount":1,"candidatesTokenCount":5,"totalTokenCount":6})", 5, 0},
      {R"({"promptTokenCount":1,"candidatesTokenCount":5,"thoughtsTokenCount":3,)"
       R"("totalTokenCount":9})",
       8, 3},
      {R"({"promptTokenCount":1,"candidatesTokenCount":5,"thoughtsTokenCount":3,)"
       R"("totalTokenCount":6})",
       5, 3},
      {R"({"promptTokenCount":1,"candidatesTokenCount":3,"thoughtsTokenCount":3,)"
       R"("totalTokenCount":4})",
       3, 3},
      {R"({"promptTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":3,)"
       R"("totalTokenCount":3})",
       5, 3},
  };
  for (const Row& row : rows) {
    const auto response = WithUsage(row.usage);
    ASSERT_TRUE(response) << row.usage;
    EXPECT_EQ(response->usage.output, row.output) << row.usage;
    EXPECT_EQ(response->usage.thoughts, row.thoughts) << row.usage;
    EXPECT_TRUE(response->usage.known);
  }
}

TEST(GeminiContinuedAnswer, EndsWithItsTokenAndNoReason) {
  const auto open =
      Read(R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"continuationToken":"t"}]})");
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->choices.at(0).finish, chat::FinishReason::kLength);
  const auto ended = Read(R"({"candidates":[{"content":{"parts":[{"text":"a"}]},)"
                          R"("finishReason":"STOP","continuationToken":"t"}]})");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->choices.at(0).finish, chat::FinishReason::kStop);
  EXPECT_FALSE(Read(R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}]})"))
      << "without either the answer was cut off";
}

TEST(GeminiAnswer, MayEndLikeOneOfOpenAi) {
  const auto response = Read(
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},"
      "\"finishReason\":\"STOP\"}]}\n\ndata:\n\ndata: [DONE]\n\n");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->choices.at(0).finish, chat::FinishReason::kStop);
}

TEST(GeminiNativeAnswer, TellsItsTokensBehindALongText) {
  NativeWatch watch(NativeWatch::Framing::kNone);
  watch.See(R"({"candidates":[],"usageMetadata":{"promptTokenCount":1}})");
  watch.See(R"({"candidates":[{"content":{"parts":[{"text":")" + std::string(2'000'000, 'x') +
            R"("}]}}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":5}})");
  EXPECT_EQ(watch.usage().input, 7);
  EXPECT_EQ(watch.usage().output, 5);
}

TEST(GeminiEmbeddings, AreTheUpstreamsErrorWhereTheyAreNone) {
  chat::Embeddings out;
  const auto read = ReadGeminiEmbeddings(R"({"embeddings":[{"values":["x"]}]})", 1, out);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUpstreamRejected);
  EXPECT_EQ(read.error().reason, "upstream_error");
}

TEST(GeminiCitations, CountFromTheirPartOfTheirOwnPiece) {
  const auto response = Read(
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"aaaa\"},"
      "{\"text\":\"bb\"}]}}]}\n\n"
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"cccc\"},"
      "{\"text\":\"dddd\"}]},\"groundingMetadata\":{\"groundingChunks\":[{\"web\":"
      "{\"uri\":\"https://a.test\",\"title\":\"A\"}}],\"groundingSupports\":[{\"segment\":"
      "{\"partIndex\":1,\"startIndex\":1,\"endIndex\":3},\"groundingChunkIndices\":[0]}]},"
      "\"finishReason\":\"STOP\"}]}\n\n");
  ASSERT_TRUE(response) << response.error().message;
  const auto& citations = response->choices.at(0).citations;
  ASSERT_EQ(citations.size(), 1U);
  EXPECT_EQ(citations[0].start, 11) << "the piece before has 6 letters, the part before 4";
  EXPECT_EQ(citations[0].end, 13);
}

// The arguments that these pieces give in one part.
std::string Arguments(std::string_view pieces) {
  const auto doc = JsonDoc::Parse(pieces);
  GeminiPartialArgs args;
  std::string out = args.Add(doc->root());
  out += args.End();
  return args.broken() ? "broken" : out;
}

TEST(GeminiPartialArgs, NameAMemberInEitherQuotes) {
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$['a.b']","numberValue":1}])"), R"({"a.b":1})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$[\"a.b\"]","numberValue":1}])"), R"({"a.b":1})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$['a'].b","numberValue":1}])"), R"({"a":{"b":1}})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$['']","numberValue":1}])"), "{}");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$[']","numberValue":1}])"), "{}");
}

TEST(GeminiPartialArgs, HoldListsOfMoreThanTenValues) {
  std::string pieces;
  std::string list;
  for (int i = 0; i < 12; ++i) {
    pieces += (i == 0 ? "" : ",") + std::string(R"({"jsonPath":"$.l[)") + std::to_string(i) +
              R"(]","numberValue":)" + std::to_string(i) + "}";
    list += (i == 0 ? "" : ",") + std::to_string(i);
  }
  EXPECT_EQ(Arguments("[" + pieces + "]"), R"({"l":[)" + list + "]}");
}

TEST(GeminiPartialArgs, ContinueATextOnlyInItsOwnPlace) {
  EXPECT_EQ(
      Arguments(R"([{"jsonPath":"$.a","stringValue":"x"},{"jsonPath":"$.a","stringValue":"y"}])"),
      R"({"a":"xy"})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$.o.a","stringValue":"x"},)"
                      R"({"jsonPath":"$.a","stringValue":"y"}])"),
            R"({"o":{"a":"x"},"a":"y"})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$.a","stringValue":"x"},)"
                      R"({"jsonPath":"$.b.a","stringValue":"y"}])"),
            R"({"a":"x","b":{"a":"y"}})");
  EXPECT_EQ(
      Arguments(R"([{"jsonPath":"$.a","stringValue":"x"},{"jsonPath":"$.b","stringValue":"y"}])"),
      R"({"a":"x","b":"y"})");
  EXPECT_EQ(Arguments(R"([{"jsonPath":"$.l[0]","stringValue":"x"},)"
                      R"({"jsonPath":"$.l[1]","stringValue":"y"}])"),
            R"({"l":["x","y"]})");
  EXPECT_EQ(
      Arguments(R"([{"jsonPath":"$.a","numberValue":1},{"jsonPath":"$.a","stringValue":"y"}])"),
      "broken");
}

}  // namespace
}  // namespace agm::protocol
