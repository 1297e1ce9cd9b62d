// Embeddings whose upstream fails on the way, and what the log tells of them.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

FakeAnswer Vectors(std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back({{"values", {0.5}}});
  return FakeAnswer::Json(DumpJson(Json{{"embeddings", list}}));
}

FakeAnswer NotServed() {
  return FakeAnswer::Json(
      R"({"error":{"code":404,"status":"NOT_FOUND","message":"models/first is not found for API )"
      R"(version v1beta, or is not supported for embedContent."}})",
      404);
}

class EmbeddingsRouteTest : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("work", "key-work");
    config_.mapping.push_back({"house-model", {"first", "second"}});
  }

  Got Embed(std::size_t texts) {
    Json input = Json::array();
    for (std::size_t i = 0; i < texts; ++i) input.push_back("text " + std::to_string(i));
    return Ask("POST", "/v1/embeddings",
               DumpJson(Json{{"model", "house-model"}, {"input", input}}));
  }

  static std::size_t TextsOf(const SentRequest& request) {
    const Json body = Json::parse(request.body, nullptr, false);
    return body.contains("requests") ? body["requests"].size() : 1;
  }
  static bool IsFor(const SentRequest& request, const std::string& model) {
    return request.url.find("/" + model + ":") != std::string::npos;
  }

  test::FakeTransport network_;
};

TEST_F(EmbeddingsRouteTest, GoOnWithTheNextTarget) {
  network_.AnswerBy([](const SentRequest& request) {
    return IsFor(request, "first") ? NotServed() : Vectors(TextsOf(request));
  });
  Start();
  const Got got = Embed(2);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["data"].size(), 2U);
  EXPECT_EQ(got.header("x-mapped-model"), "second");
  const Json row = RowOf(got);
  EXPECT_EQ(row["model"], "house-model");
  EXPECT_EQ(row["target"], "second");
  EXPECT_EQ(row["tries"], 2);
  EXPECT_EQ(row["attempts"].size(), 2U);
  EXPECT_TRUE(row["input_tokens"].is_null()) << "the upstream told none";
  EXPECT_TRUE(row["cost_usd"].is_null());
}

TEST_F(EmbeddingsRouteTest, BeginAnewWithTheNextTarget) {
  std::size_t calls = 0;
  network_.AnswerBy([&calls](const SentRequest& request) {
    if (IsFor(request, "first") && ++calls > 1) return NotServed();
    return Vectors(TextsOf(request));
  });
  Start();
  const Got got = Embed(150);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_GT(calls, 1U) << "one call takes fewer texts";
  EXPECT_EQ(got.json()["data"].size(), 150U);
}

TEST_F(EmbeddingsRouteTest, CountAVectorOnceWhereACallGivesOnlyAPart) {
  std::size_t calls = 0;
  network_.AnswerBy([&calls](const SentRequest& request) {
    if (++calls == 1) return FakeAnswer::Json(R"({"embeddings":[{"values":[0.5]},{"x":1}]})");
    return Vectors(TextsOf(request));
  });
  Start();
  const Got got = Embed(2);
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["data"].size(), 2U);
  EXPECT_GT(calls, 1U);
}

TEST_F(EmbeddingsRouteTest, FailWithWhatTheLastTargetSaid) {
  network_.AnswerBy([](const SentRequest&) { return NotServed(); });
  Start();
  const Got got = Embed(1);
  EXPECT_EQ(got.status, 404) << got.body;
  const std::string said = got.json()["error"]["message"];
  EXPECT_EQ(said.find("the upstream does not serve the model \"second\""), 0U) << said;
  EXPECT_EQ(RowOf(got)["target"], "second");
}

}  // namespace
}  // namespace agm::gateway
