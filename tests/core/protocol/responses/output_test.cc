#include "core/protocol/responses/output.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/protocol/responses/request.h"

namespace agm::protocol {
namespace {

TEST(ResponsesOutput, SearchesOnlyWhereTheRequestAsksForIt) {
  EXPECT_FALSE(AsksForSearch(nullptr));
  chat::Request request;
  EXPECT_FALSE(AsksForSearch(&request));
  request.hosted_tools = {chat::HostedTool::kUrlContext};
  EXPECT_FALSE(AsksForSearch(&request));
  request.hosted_tools.push_back(chat::HostedTool::kWebSearch);
  EXPECT_TRUE(AsksForSearch(&request));
}

TEST(ResponsesOutput, NamesAnErrorByItsCode) {
  const auto code = [](ErrorCode of, std::string_view reason = "") {
    Error error = Fail(of, "x");
    error.reason = reason;
    return ResponsesErrorCode(error);
  };
  EXPECT_EQ(code(ErrorCode::kInvalidRequest, "context_length_exceeded"), "context_length_exceeded");
  EXPECT_EQ(code(ErrorCode::kInvalidRequest), "invalid_prompt");
  EXPECT_EQ(code(ErrorCode::kTooLarge), "invalid_prompt");
  EXPECT_EQ(code(ErrorCode::kRateLimited), "rate_limit_exceeded");
  EXPECT_EQ(code(ErrorCode::kQuotaExhausted), "insufficient_quota");
  EXPECT_EQ(code(ErrorCode::kOverloaded), "server_is_overloaded");
  EXPECT_EQ(code(ErrorCode::kTimeout), "server_error");
}

TEST(ResponsesOutput, WritesAnActionThatIsAnObject) {
  const auto item = [](const std::string& arguments) {
    chat::ToolCall call;
    call.id = "c";
    call.name = "local_shell";
    call.arguments = arguments;
    CallShape shape;
    shape.type = "local_shell_call";
    return CallItem("i", call, shape, true);
  };
  EXPECT_NE(item(R"({"command":["ls"],"type":"x"})")
                .find(R"("action":{"type":"exec","command":["ls"],"env":{}})"),
            std::string::npos)
      << item(R"({"command":["ls"],"type":"x"})");
  for (const char* arguments : {"[1]", "5", "{", ""}) {
    EXPECT_NE(item(arguments).find(R"("action":{"type":"exec","env":{}})"), std::string::npos)
        << item(arguments);
  }
}

TEST(ResponsesRequest, AsksForLogprobsOnlyWhereTheClientWantsSome) {
  const auto top = [](std::string_view number) {
    const auto request = ReadResponsesRequest(R"({"model":"m","input":"Hi","top_logprobs":)" +
                                              std::string(number) + "}");
    EXPECT_TRUE(request) << request.error().message;
    return request ? request->sampling.top_logprobs : std::nullopt;
  };
  EXPECT_EQ(top("0"), std::nullopt);
  EXPECT_EQ(top("1"), 1);
  EXPECT_EQ(top("20"), 20);
}

TEST(ResponsesRequest, GoesOnFromTheHistory) {
  ResponsesContext context;
  context.history = R"([{"role":"user","content":"one"},{"role":"assistant","content":"two"}])";
  const auto request = ReadResponsesRequest(R"({"model":"m","input":"three"})", context);
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->messages.size(), 3U);
  EXPECT_EQ(request->messages[0].role, chat::Role::kUser);
  EXPECT_EQ(request->messages[1].role, chat::Role::kAssistant);

  context.history = R"([{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}])";
  EXPECT_FALSE(ReadResponsesRequest(R"({"model":"m","input":"three"})", context));
}

}  // namespace
}  // namespace agm::protocol
