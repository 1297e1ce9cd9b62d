#include "core/upstream/gemini/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_transport.h"

namespace agm::upstream {
namespace {

using test::FakeAnswer;
using test::FakeTransport;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const Secret& Key() {
  static const Secret key("k");
  return key;
}

auto List(FakeTransport& transport, const config::Account& account = {}) {
  return GeminiProvider().ListModels({transport, {}, NeverCancelled()}, account, Key());
}

TEST(ListModels, ReadsAllPages) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(R"({"models":[{"name":"models/gemini-2.5-flash",
    "displayName":"Gemini 2.5 Flash","inputTokenLimit":1048576,"outputTokenLimit":65536,
    "supportedGenerationMethods":["generateContent","countTokens"],"thinking":true}],
    "nextPageToken":"a b&c"})"));
  transport.Answer(FakeAnswer::Json(R"({"models":[{"name":"tunedModels/mine"},{}]})"));
  const auto result = List(transport);
  const auto& models = std::get<std::vector<ModelEntry>>(result);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].id, "gemini-2.5-flash");
  EXPECT_EQ(models[0].input_limit, 1'048'576);
  EXPECT_EQ(models[0].output_limit, 65'536);
  EXPECT_THAT(models[0].methods, ElementsAre("generateContent", "countTokens"));
  EXPECT_TRUE(models[0].thinking);
  EXPECT_EQ(models[1].id, "tunedModels/mine");
  const auto sent = transport.sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].method, "GET");
  EXPECT_THAT(sent[0].url, EndsWith("/v1beta/models?pageSize=1000"));
  EXPECT_THAT(sent[1].url, EndsWith("/v1beta/models?pageSize=1000&pageToken=a%20b%26c"));
  EXPECT_EQ(sent[0].credential, "k");
}

TEST(ListModels, ReadsVertexAisList) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(
      R"({"publisherModels":[{"name":"publishers/google/models/gemini-2.5-pro"}]})"));
  config::Account account;
  account.kind = config::AccountKind::kVertex;
  const auto result = List(transport, account);
  EXPECT_EQ(std::get<std::vector<ModelEntry>>(result).at(0).id, "gemini-2.5-pro");
  EXPECT_EQ(transport.sent().at(0).credential_header, "Authorization");
}

TEST(ListModels, SendsAPageTokenOfPlainCharactersAsItIs) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(R"({"nextPageToken":"aZ9-b_c.d"})"));
  transport.Answer(FakeAnswer::Json("{}"));
  List(transport);
  EXPECT_THAT(transport.sent().at(1).url, EndsWith("&pageToken=aZ9-b_c.d"));
}

TEST(ListModels, DoesNotFollowPagesForEver) {
  FakeTransport transport;
  transport.AnswerBy([](const auto&) { return FakeAnswer::Json(R"({"nextPageToken":"x"})"); });
  EXPECT_TRUE(std::holds_alternative<std::vector<ModelEntry>>(List(transport)));
  EXPECT_LE(transport.sent().size(), 20U);
}

TEST(ListModels, TellsWhatWentWrong) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})", 401));
  EXPECT_EQ(std::get<Failure>(List(transport)).trouble, Trouble::kUnauthenticated);
  FakeAnswer page = FakeAnswer::Json("<html>");
  page.headers = {{"content-type", "text/html; charset=utf-8"}};
  transport.Answer(page);
  EXPECT_EQ(std::get<Failure>(List(transport)).trouble, Trouble::kGarbage);
  transport.Answer(FakeAnswer::Json("[1]"));
  EXPECT_EQ(std::get<Failure>(List(transport)).trouble, Trouble::kGarbage);
  transport.Answer(FakeAnswer::Broken(Fail(ErrorCode::kUpstreamUnavailable, "refused")));
  EXPECT_EQ(std::get<Failure>(List(transport)).trouble, Trouble::kNetwork);
  EXPECT_EQ(transport.open(), 0);
}

TEST(CheckCredential, AsksForNextToNothing) {
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json("{}"));
  const auto result =
      GeminiProvider().CheckCredential({transport, {}, NeverCancelled()}, {}, Key());
  EXPECT_TRUE(std::holds_alternative<Duration>(result));
  EXPECT_THAT(transport.sent().at(0).url, EndsWith("/models?pageSize=1"));
}

TEST(CheckCredential, TellsABadKey) {
  FakeTransport transport;
  transport.Answer(
      FakeAnswer::Json(R"({"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}})", 400));
  const auto result =
      GeminiProvider().CheckCredential({transport, {}, NeverCancelled()}, {}, Key());
  EXPECT_EQ(std::get<Failure>(result).trouble, Trouble::kBadKey);
}

TEST(CheckCredential, CountsTokensOnVertexAiWhereTheListNeedsNoRight) {
  config::Account account;
  account.kind = config::AccountKind::kVertex;
  account.project = "p";
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(R"({"error":{"code":404,"status":"NOT_FOUND"}})", 404));
  const auto result =
      GeminiProvider().CheckCredential({transport, {}, NeverCancelled()}, account, Key());
  EXPECT_TRUE(std::holds_alternative<Duration>(result));
  EXPECT_THAT(transport.sent().at(0).url, HasSubstr("/projects/p/locations/global/"));
  EXPECT_THAT(transport.sent().at(0).url, EndsWith(":countTokens"));
  EXPECT_EQ(transport.sent().at(0).method, "POST");
}

TEST(CheckCredential, OnVertexAiARefusalOfTheCredentialIsAFailure) {
  config::Account account;
  account.kind = config::AccountKind::kVertex;
  account.project = "p";
  FakeTransport transport;
  transport.Answer(FakeAnswer::Json(R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})", 401));
  const auto result =
      GeminiProvider().CheckCredential({transport, {}, NeverCancelled()}, account, Key());
  ASSERT_TRUE(std::holds_alternative<Failure>(result));
  EXPECT_EQ(std::get<Failure>(result).trouble, Trouble::kUnauthenticated);
}

}  // namespace
}  // namespace agm::upstream
