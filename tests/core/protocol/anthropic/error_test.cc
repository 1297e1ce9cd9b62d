#include "core/protocol/anthropic/error.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

Error TooLong(const std::string& message) {
  Error error = Fail(ErrorCode::kInvalidRequest, "{}", message);
  error.reason = "context_length_exceeded";
  return error;
}

std::string MessageOf(const Error& error) {
  return Json::parse(WriteAnthropicError(error, "r").body)["error"]["message"];
}

TEST(AnthropicError, TellsOfATooLongPromptWithBothNumbers) {
  const std::string expected = "prompt is too long: 1048999 tokens > 1048576 maximum";
  EXPECT_EQ(
      MessageOf(TooLong("The input token count (1048999) exceeds the maximum number of tokens "
                        "allowed (1048576).")),
      expected);
  EXPECT_EQ(
      MessageOf(TooLong("gemini-2.5-pro takes 1,048,576 tokens, found 1,048,999 (status 400)")),
      expected);
  EXPECT_EQ(MessageOf(TooLong("the context is too long")),
            "prompt is too long: the context is too long");
}

TEST(AnthropicError, TakesOnlyNumbersOfTokensForSuch) {
  const std::string expected = "prompt is too long: 2000 tokens > 1000 maximum";
  EXPECT_EQ(MessageOf(TooLong("status 999 at 1000 of 2000")), expected);
  EXPECT_EQ(MessageOf(TooLong("1,000 x 2,000")), expected);
  EXPECT_EQ(MessageOf(TooLong("1000000000000 is no number of tokens, 1000 and 2000 are")),
            expected);
  EXPECT_EQ(MessageOf(TooLong("at most 1000, not 999")),
            "prompt is too long: at most 1000, not 999");
}

TEST(AnthropicError, NamesNoFieldThatTheMessageDoesNotBeginWith) {
  EXPECT_EQ(MessageOf(Invalid("invalid_value", "a[0]", "b[1] is wrong")), "b[1] is wrong");
  EXPECT_EQ(MessageOf(Invalid("invalid_value", "", "b[1] is wrong")), "b[1] is wrong");
}

TEST(AnthropicError, NamesAFieldByItsDottedPath) {
  const Error error =
      Invalid("invalid_value", "messages[2].content[0]", "messages[2].content[0]: expected text");
  EXPECT_EQ(MessageOf(error), "messages.2.content.0: expected text");
}

TEST(AnthropicError, SaysThinkingAndSignatureWhereASignatureIsRefused) {
  const std::string message =
      MessageOf(Invalid("invalid_thought_signature", "", "Thought signature is not valid."));
  EXPECT_NE(message.find("thinking"), std::string::npos);
  EXPECT_NE(message.find("signature"), std::string::npos);
}

TEST(AnthropicError, OfAStreamAsksForANewTryWhereOneMayHelp) {
  const auto type = [](ErrorCode code) {
    return Json::parse(AnthropicStreamError(Fail(code, "x"), "r"))["error"]["type"];
  };
  EXPECT_EQ(type(ErrorCode::kUpstreamUnavailable), "overloaded_error");
  EXPECT_EQ(type(ErrorCode::kOverloaded), "overloaded_error");
  EXPECT_EQ(type(ErrorCode::kRateLimited), "overloaded_error");
  EXPECT_EQ(type(ErrorCode::kTimeout), "overloaded_error");
  EXPECT_EQ(type(ErrorCode::kUpstreamRejected), "api_error");
}

}  // namespace
}  // namespace agm::protocol
