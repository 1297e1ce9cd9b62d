#include "core/protocol/openai/error.h"

#include <gtest/gtest.h>

#include "core/base/json_doc.h"

namespace agm::protocol {
namespace {

std::string Header(const WireError& wire, std::string_view name) {
  for (const auto& [key, value] : wire.headers) {
    if (key == name) return value;
  }
  return "";
}

WireError Write(ErrorCode code, int retry_after_ms = -1) {
  Error error = Fail(code, "why");
  error.retry_after_ms = retry_after_ms;
  return WriteOpenAiError(error);
}

TEST(OpenAiError, HasAllFourMembersAlways) {
  const WireError wire = Write(ErrorCode::kInvalidRequest);
  EXPECT_EQ(wire.status, 400);
  EXPECT_EQ(
      wire.body,
      R"({"error":{"message":"why","type":"invalid_request_error","param":null,"code":null}})");
}

TEST(OpenAiError, NamesTheFieldAndTheReason) {
  EXPECT_EQ(
      OpenAiErrorBody(Invalid("invalid_type", "messages[2].content", "no")),
      R"({"error":{"message":"no","type":"invalid_request_error","param":"messages[2].content","code":"invalid_type"}})");
}

TEST(OpenAiError, GivesEachCodeItsStatus) {
  const std::pair<ErrorCode, int> rows[] = {
      {ErrorCode::kUnauthenticated, 401},  {ErrorCode::kForbidden, 403},
      {ErrorCode::kUnknownRoute, 404},     {ErrorCode::kMethodNotAllowed, 405},
      {ErrorCode::kUnknownModel, 404},     {ErrorCode::kNotFound, 404},
      {ErrorCode::kTooLarge, 413},         {ErrorCode::kUnsupportedMedia, 415},
      {ErrorCode::kRateLimited, 429},      {ErrorCode::kQuotaExhausted, 429},
      {ErrorCode::kNoAccount, 403},        {ErrorCode::kOverloaded, 503},
      {ErrorCode::kUpstreamRejected, 502}, {ErrorCode::kUpstreamUnavailable, 502},
      {ErrorCode::kTimeout, 504},          {ErrorCode::kInternal, 500}};
  for (const auto& [code, status] : rows) EXPECT_EQ(Write(code).status, status) << CodeName(code);
}

TEST(OpenAiError, TellsClientsHowLongToWait) {
  const WireError soon = Write(ErrorCode::kRateLimited, 1500);
  EXPECT_EQ(Header(soon, "Retry-After"), "2");
  EXPECT_EQ(Header(soon, "retry-after-ms"), "1500");
  EXPECT_EQ(Header(soon, "x-should-retry"), "");
}

TEST(OpenAiError, TellsClientsNotToTryAgainWhereItIsLongOrInVain) {
  const WireError late = Write(ErrorCode::kRateLimited, 61'000);
  EXPECT_EQ(Header(late, "Retry-After"), "61");
  EXPECT_EQ(Header(Write(ErrorCode::kRateLimited, 300'000), "Retry-After"), "300");
  EXPECT_EQ(Header(Write(ErrorCode::kRateLimited, 300'001), "Retry-After"), "");
  EXPECT_EQ(Header(Write(ErrorCode::kRateLimited, 300'001), "x-should-retry"), "false");
  EXPECT_EQ(Header(Write(ErrorCode::kUnauthenticated), "x-should-retry"), "false");
  EXPECT_EQ(Header(Write(ErrorCode::kNoAccount, 1000), "Retry-After"), "");
  EXPECT_EQ(Header(late, "x-should-retry"), "false");
  EXPECT_EQ(Header(Write(ErrorCode::kQuotaExhausted), "x-should-retry"), "false");
  EXPECT_EQ(Header(Write(ErrorCode::kNoAccount), "x-should-retry"), "false");
  EXPECT_EQ(Header(Write(ErrorCode::kRateLimited), "x-should-retry"), "");
}

TEST(OpenAiError, CarriesFurtherMembersInsideTheError) {
  Error error = Fail(ErrorCode::kRateLimited, "all rest");
  error.members = R"("accounts":[{"label":"work"}])";
  const std::string body = OpenAiErrorBody(error);
  const auto doc = JsonDoc::Parse(body);
  ASSERT_TRUE(doc);
  EXPECT_TRUE((*doc->root()["error"]["accounts"].items().begin())["label"].equals("work"));
}

TEST(OpenAiError, StaysJsonWhateverTheMessageHolds) {
  EXPECT_TRUE(JsonDoc::Parse(OpenAiErrorBody(Fail(ErrorCode::kInternal, "\xff\"\n"))));
}

}  // namespace
}  // namespace agm::protocol
