#include "core/protocol/gemini/embeddings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

chat::EmbeddingRequest Request(std::size_t texts) {
  chat::EmbeddingRequest request;
  request.model = "text-embedding-3-small";
  for (std::size_t i = 0; i < texts; ++i) request.texts.push_back("text " + std::to_string(i));
  request.dimensions = 768;
  request.task = "RETRIEVAL_QUERY";
  return request;
}

TEST(GeminiEmbeddings, AsksForAHundredTextsAtOnce) {
  const auto request = Request(150);
  const auto call = WriteGeminiEmbeddings(request, request.texts, "gemini-embedding-2", false);
  EXPECT_EQ(call.method, "batchEmbedContents");
  EXPECT_EQ(call.texts, 100U);
  Json json = Json::parse(call.body);
  ASSERT_EQ(json["requests"].size(), 100U);
  EXPECT_EQ(DumpJson(json["requests"][1]),
            R"({"model":"models/gemini-embedding-2","content":{"parts":[{"text":"text 1"}]},)"
            R"("taskType":"RETRIEVAL_QUERY","outputDimensionality":768})");
}

TEST(GeminiEmbeddings, AsksVertexForOneTextAtATime) {
  const auto request = Request(2);
  const auto old = WriteGeminiEmbeddings(request, request.texts, "gemini-embedding-001", true);
  EXPECT_EQ(old.method, "predict");
  EXPECT_EQ(old.texts, 1U);
  EXPECT_EQ(old.body, R"({"instances":[{"content":"text 0","task_type":"RETRIEVAL_QUERY"}],)"
                      R"("parameters":{"outputDimensionality":768}})");
  const auto later = WriteGeminiEmbeddings(request, request.texts, "gemini-embedding-2", true);
  EXPECT_EQ(later.method, "embedContent");
  EXPECT_EQ(later.texts, 1U);
  EXPECT_EQ(later.body, R"({"content":{"parts":[{"text":"text 0"}]},)"
                        R"("taskType":"RETRIEVAL_QUERY","outputDimensionality":768})");
}

TEST(GeminiEmbeddings, ReadsEachShapeOfAnswer) {
  chat::Embeddings out;
  ASSERT_TRUE(ReadGeminiEmbeddings(
      R"({"embeddings":[{"values":[1,0]},{"values":[0,1]}],"usageMetadata":{"promptTokenCount":4}})",
      2, out));
  ASSERT_TRUE(ReadGeminiEmbeddings(R"({"embedding":{"values":[0.6,0.8]}})", 1, out));
  ASSERT_TRUE(ReadGeminiEmbeddings(
      R"({"predictions":[{"embeddings":{"values":[1,0],"statistics":{"token_count":3}}}]})", 1,
      out));
  ASSERT_EQ(out.vectors.size(), 4U);
  EXPECT_FLOAT_EQ(out.vectors[2][1], 0.8F);
  EXPECT_EQ(out.tokens, 7);
}

TEST(GeminiEmbeddings, GivesShortenedVectorsUnitLength) {
  chat::Embeddings out;
  ASSERT_TRUE(ReadGeminiEmbeddings(R"({"embedding":{"values":[3,4]}})", 1, out));
  EXPECT_FLOAT_EQ(out.vectors[0][0], 0.6F);
  EXPECT_FLOAT_EQ(out.vectors[0][1], 0.8F);
}

TEST(GeminiEmbeddings, RefusesAnswersThatLackVectors) {
  for (const char* body : {"{}", "nothing", "[]", R"({"embeddings":[{"values":[1]}]})",
                           R"({"embeddings":[{"values":[1]},{"values":["x"]}]})",
                           R"({"embeddings":[{"values":[1]},{"values":[]}]})"}) {
    chat::Embeddings out;
    const auto read = ReadGeminiEmbeddings(body, 2, out);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kUpstreamRejected) << body;
  }
}

}  // namespace
}  // namespace agm::protocol
