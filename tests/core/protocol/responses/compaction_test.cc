#include "core/protocol/responses/compaction.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace agm::protocol {
namespace {

chat::Response Saying(const std::string& text) {
  chat::Response response;
  response.choices.emplace_back();
  if (!text.empty()) response.choices.front().blocks.emplace_back(chat::Text{text, {}});
  return response;
}

JsonDoc ItemOf(const std::string& text) { return JsonDoc::Parse(text).value(); }

TEST(Compaction, AsksTheModelForASummaryAndNothingElse) {
  const auto request = ResponsesCompaction().ReadRequest(
      R"({"model":"m","stream":true,"input":"Hi","tools":[{"type":"function","name":"f",)"
      R"("parameters":{}},{"type":"web_search"}],"tool_choice":"required",)"
      R"("text":{"format":{"type":"json_object"}}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_TRUE(WantsCompaction(&*request));
  EXPECT_FALSE(request->stream);
  EXPECT_EQ(request->messages.size(), 2U);
  const auto* task = std::get_if<chat::Text>(&request->messages.back().blocks.front());
  ASSERT_NE(task, nullptr);
  EXPECT_NE(task->text.find("Summarize the conversation"), std::string::npos);
  EXPECT_TRUE(request->hosted_tools.empty());
  ASSERT_TRUE(request->tool_choice);
  EXPECT_EQ(request->tool_choice->mode, chat::ToolMode::kNone);
  EXPECT_EQ(request->format.kind, chat::OutputFormat::kText);
}

TEST(Compaction, ChoosesNoToolWhereThereIsNone) {
  const auto request = ResponsesCompaction().ReadRequest(R"({"model":"m","input":"Hi"})");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->tool_choice);
  chat::Request other;
  other.tool_choice = chat::ToolChoice{chat::ToolMode::kAuto, {}};
  AskForCompaction(other);
  EXPECT_FALSE(other.tool_choice);
}

TEST(Compaction, AsksOnceWhereTheInputAsksToo) {
  const auto request = ResponsesCompaction().ReadRequest(
      R"({"model":"m","input":[{"role":"user","content":"Hi"},{"type":"compaction_trigger"}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_TRUE(WantsCompaction(&*request));
  EXPECT_EQ(request->messages.size(), 2U);
}

TEST(Compaction, RefusesABadRequest) {
  const auto request = ResponsesCompaction().ReadRequest("{}");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, ErrorCode::kInvalidRequest);
}

TEST(Compaction, IsOpenedAsItWasSealed) {
  const std::string sealed = SealCompaction("what was done");
  EXPECT_TRUE(OpenCompaction(sealed).ends_with("\n\nwhat was done"));
  EXPECT_EQ(OpenCompaction("gAAAA-of-another"), "");
  EXPECT_EQ(OpenCompaction("agm1c.no base64!"), "");
}

TEST(Compaction, IsKnownByItsTypeAndSeal) {
  EXPECT_TRUE(IsCompaction(ItemOf(CompactionItem("c", "s", true)).root()));
  EXPECT_FALSE(IsCompaction(ItemOf(CompactionItem("c", "s", false)).root()));
  EXPECT_FALSE(
      IsCompaction(ItemOf(R"({"type":"reasoning","encrypted_content":"agm1c.YQ=="})").root()));
}

TEST(Compaction, IsWrittenAsOneItemWithTheUsage) {
  chat::Response response = Saying("what was ");
  response.choices.front().blocks.emplace_back(chat::Text{"done", {}});
  const auto request = ResponsesCompaction().ReadRequest(R"({"model":"m","input":"Hi"})");
  ASSERT_TRUE(request);
  const Reply reply{"7", "m", 1700000000, &*request};
  const auto body = ResponsesCompaction().WriteResponse(response, reply);
  ASSERT_TRUE(body) << body.error().message;
  const Json json = Json::parse(*body);
  EXPECT_EQ(json["id"], "resp_7");
  EXPECT_EQ(json["object"], "response.compaction");
  EXPECT_EQ(json["created_at"], 1700000000);
  ASSERT_EQ(json["output"].size(), 1U);
  EXPECT_EQ(json["output"][0]["id"], "cmp_700");
  EXPECT_EQ(json["output"][0]["encrypted_content"], SealCompaction("what was done"));
  EXPECT_TRUE(json.contains("usage"));
}

TEST(Compaction, FailsWhereTheModelWroteNoSummary) {
  const auto request = ResponsesCompaction().ReadRequest(R"({"model":"m","input":"Hi"})");
  ASSERT_TRUE(request);
  const Reply reply{"7", "m", 1700000000, &*request};
  for (const chat::Response& response : {Saying(""), chat::Response()}) {
    const auto body = ResponsesCompaction().WriteResponse(response, reply);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().reason, "empty_response");
  }
  EXPECT_FALSE(LackingSummary(Saying("x"), reply));
  const chat::Request other;
  EXPECT_FALSE(LackingSummary(Saying(""), {"7", "m", 1700000000, &other}));
  EXPECT_FALSE(LackingSummary(Saying(""), {"7", "m", 1700000000, nullptr}));
}

}  // namespace
}  // namespace agm::protocol
