#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/protocol/responses/compaction.h"
#include "core/protocol/responses/request.h"

namespace agm::protocol {
namespace {

using Ids = std::vector<std::string>;

Ids Referred(std::string_view body) {
  const auto links = ReadResponsesLinks(body);
  EXPECT_TRUE(links) << body;
  return links ? links->references : Ids();
}

TEST(ResponsesReferences, AreToldOnceEach) {
  EXPECT_EQ(Referred(R"({"input":[{"type":"item_reference","id":"a"},
      {"type":"message","id":"x","role":"user","content":"Hi"},
      {"type":"item_reference","id":"b"},{"type":"item_reference","id":"a"}]})"),
            (Ids{"a", "b"}));
  EXPECT_EQ(Referred(R"({"input":"Hi"})"), Ids());
  EXPECT_EQ(Referred("{}"), Ids());
}

TEST(ResponsesReferences, StandForTheItemsThatTheyName) {
  ResponsesContext context;
  context.items["a"] = R"({"type":"message","id":"a","role":"user","content":"known"})";
  const auto read =
      ReadResponsesRequest(R"({"model":"m","input":[{"type":"item_reference","id":"a"},)"
                           R"({"role":"user","id":"a","content":"Hi"}]})",
                           context);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->extra.at(kResponsesInput),
            R"([{"type":"message","id":"a","role":"user","content":"known"},)"
            R"({"role":"user","id":"a","content":"Hi"}])");
  ASSERT_EQ(read->messages.size(), 2U);
  EXPECT_EQ(std::get<chat::Text>(read->messages[0].blocks.at(0)).text, "known");
  EXPECT_FALSE(ReadResponsesRequest(R"({"model":"m","input":[{"type":"item_reference","id":"b"}]})",
                                    context));
}

TEST(ResponsesInput, IsKeptAsAnArrayOfItems) {
  const auto kept = [](std::string_view body) {
    const auto read = ReadResponsesRequest(body);
    EXPECT_TRUE(read) << body;
    return read ? read->extra.at(kResponsesInput) : std::string();
  };
  EXPECT_EQ(kept(R"({"model":"m","input":"Hi"})"),
            R"([{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}])");
  EXPECT_EQ(kept(R"({"model":"m","input":[{"role":"user","content":"Hi"}]})"),
            R"([{"role":"user","content":"Hi"}])");
}

TEST(ResponsesInput, MayBeEmptyBehindAHistory) {
  const ResponsesContext context{R"([{"role":"user","content":"before"}])", {}};
  for (const char* body : {R"({"model":"m"})", R"({"model":"m","input":[]})"}) {
    const auto read = ReadResponsesRequest(body, context);
    ASSERT_TRUE(read) << body;
    EXPECT_EQ(read->extra.at(kResponsesInput), "[]") << body;
    EXPECT_EQ(read->messages.size(), 1U) << body;
  }
  EXPECT_EQ(ReadResponsesRequest(R"({"model":"m","input":5})").error().param, "input");
}

/// The texts of the messages, with their signatures.
std::string Texts(const chat::Request& request) {
  std::string out;
  for (const chat::Message& message : request.messages) {
    for (const chat::Block& block : message.blocks) {
      const auto* text = std::get_if<chat::Text>(&block);
      if (text != nullptr) out += text->text + "(" + text->signature + ") ";
    }
  }
  return out;
}

TEST(ResponsesHistory, BeginsWithItsLastCompaction) {
  const std::string summary = OpenCompaction(SealCompaction("in short"));
  const std::string compaction =
      R"({"type":"compaction","encrypted_content":")" + SealCompaction("in short") + R"("})";
  const ResponsesContext context{R"([{"role":"user","content":"old"},)"
                                 R"({"type":"compaction_trigger"},)" +
                                     compaction +
                                     R"(,{"role":"user","content":"new"},)"
                                     R"({"type":"compaction_trigger"}])",
                                 {}};
  const auto read = ReadResponsesRequest(R"({"model":"m","input":"Hi"})", context);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(Texts(*read), summary + "() new() Hi() ");
  EXPECT_FALSE(WantsCompaction(&*read)) << "an earlier request was answered with it";
  const auto only = ReadResponsesRequest(R"({"model":"m"})", context);
  ASSERT_TRUE(only) << only.error().message;
  EXPECT_FALSE(WantsCompaction(&*only));
  const auto again =
      ReadResponsesRequest(R"({"model":"m","input":[{"type":"compaction_trigger"}]})", context);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(WantsCompaction(&*again));
}

TEST(ResponsesHistory, GivesNoSignatureAcrossACompaction) {
  const auto read = ReadResponsesRequest(
      R"({"model":"m","input":[{"role":"user","content":"go"},)"
      R"({"type":"reasoning","summary":[],"encrypted_content":"agm1.c2ln"},)"
      R"({"type":"compaction","encrypted_content":")" +
      SealCompaction("in short") + R"("},{"role":"assistant","content":"one"},)" +
      R"({"role":"user","content":"on"}]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(Texts(*read).ends_with("one() on() ")) << Texts(*read);
}

TEST(ResponsesInput, GivesASignatureToTheTextBehindIt) {
  const auto signatures = [](std::string_view middle) {
    const auto read = ReadResponsesRequest(
        R"({"model":"m","input":[{"role":"user","content":"go"},)"
        R"({"type":"reasoning","summary":[],"encrypted_content":"agm1.c2ln"},)" +
        std::string(middle) + R"({"role":"assistant","content":"one"},)" +
        R"({"role":"assistant","content":"two"},{"role":"user","content":"on"}]})");
    EXPECT_TRUE(read) << read.error().message;
    return read ? Texts(*read) : std::string();
  };
  EXPECT_EQ(signatures(""), "go() one(c2ln) two() on() ");
  EXPECT_EQ(signatures(R"({"role":"assistant","content":[]},)"), "go() one(c2ln) two() on() ");
  EXPECT_EQ(signatures(R"({"role":"user","content":"stop"},)"), "go() stop() one() two() on() ");
}

TEST(ResponsesInput, PutsLateOutputsBehindTheCallsOfTheirTurn) {
  const auto read = ReadResponsesRequest(R"({"model":"m","input":[{"role":"user","content":"go"},
      {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
      {"role":"user","content":"and"},
      {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":"1"},
      {"type":"function_call_output","call_id":"b","output":"2"},
      {"type":"function_call_output","call_id":"b","output":"3"}]})");
  ASSERT_TRUE(read) << read.error().message;
  std::string out;
  for (const chat::Message& message : read->messages) {
    for (const chat::Block& block : message.blocks) {
      if (const auto* text = std::get_if<chat::Text>(&block)) out += text->text + " ";
      if (const auto* call = std::get_if<chat::ToolCall>(&block)) out += call->id + "! ";
      if (const auto* result = std::get_if<chat::ToolResult>(&block)) {
        out += result->id + "=" + std::get<chat::Text>(result->content.at(0)).text + " ";
      }
    }
  }
  EXPECT_EQ(out, "go a! a=1 and b! b=2 ");
}

}  // namespace
}  // namespace agm::protocol
