#include "core/protocol/openai/embeddings.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/base/base64.h"
#include "core/base/json.h"

namespace agm::protocol {
namespace {

Error Refused(const std::string& body) {
  auto request = ReadOpenAiEmbeddings(body);
  EXPECT_FALSE(request) << body;
  return request ? Error{} : request.error();
}

chat::EmbeddingRequest RequestFor(std::vector<std::string> texts) {
  chat::EmbeddingRequest request;
  request.model = "m";
  request.texts = std::move(texts);
  return request;
}

TEST(OpenAiEmbeddings, ReadsOneTextAndSeveral) {
  auto one = ReadOpenAiEmbeddings(R"({"model":"m","input":"hello"})");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->texts, std::vector<std::string>{"hello"});
  EXPECT_FALSE(one->base64);
  auto several = ReadOpenAiEmbeddings(
      R"({"model":"m","input":["a","b"],"encoding_format":"base64","dimensions":256,"user":"u"})");
  ASSERT_TRUE(several);
  EXPECT_EQ(several->texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(several->base64);
  EXPECT_EQ(several->dimensions, 256);
}

TEST(OpenAiEmbeddings, TakesTheTasksThatOtherClientsName) {
  const auto by = [](const std::string& field) {
    auto request = ReadOpenAiEmbeddings(R"({"model":"m","input":"x",)" + field + "}");
    return request ? request->task : request.error().reason;
  };
  EXPECT_EQ(by(R"("input_type":"query")"), "RETRIEVAL_QUERY");
  EXPECT_EQ(by(R"("input_type":"search_document")"), "RETRIEVAL_DOCUMENT");
  EXPECT_EQ(by(R"("task_type":"SEMANTIC_SIMILARITY")"), "SEMANTIC_SIMILARITY");
  EXPECT_EQ(by(R"("task_type":"cooking")"), "invalid_value");
}

TEST(OpenAiEmbeddings, HaveTheSizeThatTheModelsNameImplies) {
  const auto size = [](const std::string& model) {
    const auto request = ReadOpenAiEmbeddings(R"({"input":"x","model":")" + model + "\"}");
    EXPECT_TRUE(request) << model;
    return request ? request->dimensions.value_or(0) : -1;
  };
  EXPECT_EQ(size("text-embedding-3-small"), 1536);
  EXPECT_EQ(size("text-embedding-ada-002"), 1536);
  EXPECT_EQ(size("openai/text-embedding-3-large"), 3072);
  EXPECT_EQ(size("m"), 0);
}

TEST(OpenAiEmbeddings, ReadsAsManyTextsAsOpenAiTakes) {
  std::string texts = "\"x\"";
  for (int i = 1; i < 2048; ++i) texts += ",\"x\"";
  EXPECT_TRUE(ReadOpenAiEmbeddings(R"({"model":"m","input":[)" + texts + "]}"));
  EXPECT_FALSE(ReadOpenAiEmbeddings(R"({"model":"m","input":["x",)" + texts + "]}"));
}

TEST(OpenAiEmbeddings, RefusesWhatCannotBeEmbedded) {
  EXPECT_EQ(Refused(R"({"input":"x"})").param, "model");
  EXPECT_EQ(Refused(R"({"model":"m"})").reason, "missing_required_parameter");
  EXPECT_EQ(Refused(R"({"model":"m","input":[]})").reason, "empty_array");
  EXPECT_EQ(Refused(R"({"model":"m","input":""})").param, "input");
  EXPECT_EQ(Refused(R"({"model":"m","input":["a",""]})").param, "input[1]");
  EXPECT_EQ(Refused(R"({"model":"m","input":["a",null]})").reason, "invalid_type");
  EXPECT_EQ(Refused(R"({"model":"m","input":{}})").reason, "invalid_type");
  EXPECT_EQ(Refused(R"({"model":"m","input":"x","encoding_format":"hex"})").reason,
            "invalid_value");
  EXPECT_EQ(Refused(R"({"model":"m","input":"x","dimensions":0})").reason,
            "integer_below_min_value");
  EXPECT_EQ(Refused(R"({"model":"m","input":"x","dimensions":4000})").reason,
            "integer_above_max_value");
  EXPECT_EQ(Refused("[]").reason, "invalid_type");
}

TEST(OpenAiEmbeddings, SaysWhatToDoAboutTokens) {
  const Error flat = Refused(R"({"model":"m","input":[1,2,3]})");
  EXPECT_EQ(flat.reason, "unsupported_value");
  EXPECT_NE(flat.message.find("check_embedding_ctx_length"), std::string::npos);
  EXPECT_EQ(Refused(R"({"model":"m","input":[[1,2],[3]]})").reason, "unsupported_value");
}

TEST(OpenAiEmbeddings, RefusesMoreTextsThanOpenAiTakes) {
  std::string body = R"({"model":"m","input":["a")";
  for (int i = 0; i < 2048; ++i) body += R"(,"a")";
  EXPECT_EQ(Refused(body + "]}").reason, "array_above_max_length");
}

TEST(OpenAiEmbeddings, WritesNumbersThatReadBackTheSame) {
  const chat::Embeddings embeddings{{{0.1F, -2.5F, 1e-9F}, {1.0F, 0.0F, 0.0F}}, 7};
  Json json = Json::parse(WriteOpenAiEmbeddings(RequestFor({"a", "b"}), embeddings));
  EXPECT_EQ(json["object"], "list");
  EXPECT_EQ(json["model"], "m");
  EXPECT_EQ(json["usage"], (Json{{"prompt_tokens", 7}, {"total_tokens", 7}}));
  ASSERT_EQ(json["data"].size(), 2U);
  EXPECT_EQ(json["data"][1]["index"], 1);
  EXPECT_EQ(json["data"][0]["object"], "embedding");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(json["data"][0]["embedding"][i].get<float>(), embeddings.vectors[0][i]);
  }
}

TEST(OpenAiEmbeddings, PacksLittleEndianFloats) {
  const chat::Embeddings embeddings{{{1.0F, -2.5F}}, 0};
  chat::EmbeddingRequest request = RequestFor({"four"});
  request.base64 = true;
  Json json = Json::parse(WriteOpenAiEmbeddings(request, embeddings));
  const std::string bytes = DecodeBase64(json["data"][0]["embedding"].get<std::string>());
  EXPECT_EQ(bytes, std::string("\x00\x00\x80\x3F\x00\x00\x20\xC0", 8));
  EXPECT_EQ(json["usage"]["prompt_tokens"], 1);  // an estimate if the upstream reports nothing
}

}  // namespace
}  // namespace agm::protocol
