#include "core/protocol/openai/upstream_embeddings.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

TEST(UpstreamEmbeddings, AskForNumbersAndAtMost128TextsAtOnce) {
  const std::vector<std::string> two = {"a", "b"};
  chat::EmbeddingRequest request;
  const auto plain = WriteOpenAiEmbeddingCall(request, two, "m");
  EXPECT_EQ(plain.texts, 2U);
  EXPECT_EQ(plain.body, R"({"model":"m","input":["a","b"],"encoding_format":"float"})");
  request.dimensions = 256;
  EXPECT_EQ(WriteOpenAiEmbeddingCall(request, two, "m").body,
            R"({"model":"m","input":["a","b"],"encoding_format":"float","dimensions":256})");
  const std::vector<std::string> many(129, "x");
  const auto first = WriteOpenAiEmbeddingCall(request, many, "m");
  EXPECT_EQ(first.texts, 128U);
  EXPECT_EQ(Json::parse(first.body)["input"].size(), 128U);
}

using Vectors = std::vector<std::vector<float>>;

/// What an answer to `texts` texts holds; an empty list if it is refused.
chat::Embeddings Read(std::string_view body, std::size_t texts) {
  chat::Embeddings out;
  const auto read = ReadOpenAiEmbeddingCall(body, texts, out);
  if (!read) {
    EXPECT_EQ(read.error().code, ErrorCode::kUpstreamRejected);
    EXPECT_TRUE(out.vectors.empty());
  }
  return out;
}

TEST(UpstreamEmbeddings, StandInTheOrderOfTheirIndex) {
  const auto read = Read(R"({"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}],
                             "usage":{"prompt_tokens":9}})",
                         2);
  EXPECT_EQ(read.vectors, (Vectors{{1, 2}, {3, 4}}));
  EXPECT_EQ(read.tokens, 9);
  EXPECT_EQ(Read(R"({"data":[{"embedding":[1]},{"embedding":[2]}]})", 2).vectors,
            (Vectors{{1}, {2}}));
  EXPECT_EQ(Read(R"({"data":[{"embedding":[1]}],"usage":{"prompt_tokens":-5}})", 1).tokens, 0);
}

TEST(UpstreamEmbeddings, MayComePacked) {
  // 1.0 and -2.5 as little-endian floats.
  EXPECT_EQ(Read(R"({"data":[{"embedding":"AACAPwAAIMA="}]})", 1).vectors, (Vectors{{1, -2.5F}}));
}

TEST(UpstreamEmbeddings, AreRefusedUnlessThereIsOneForEachText) {
  for (const char* body : {
           "{}",
           "x",
           R"({"data":[{"embedding":[1]}]})",
           R"({"data":[{"embedding":[1]},{"embedding":[]}]})",
           R"({"data":[{"embedding":[1]},{"embedding":"!"}]})",
           R"({"data":[{"embedding":[1]},{"embedding":[2]},{"embedding":[3]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[2]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[2]}]})",
           R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2]},
                       {"index":1,"embedding":[3]}]})",
       }) {
    EXPECT_TRUE(Read(body, 2).vectors.empty()) << body;
  }
}

}  // namespace
}  // namespace agm::protocol
