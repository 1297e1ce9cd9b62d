#include "core/protocol/responses/response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/protocol/responses/compaction.h"
#include "core/protocol/responses/items.h"
#include "core/protocol/responses/request.h"
#include "core/protocol/responses/responses.h"
#include "tests/support/responses_grammar.h"

namespace agm::protocol {
namespace {

using chat::BlockDelta;
using chat::BlockKind;
using chat::BlockStarted;
using chat::BlockStopped;
using chat::Event;
using testing::ElementsAre;

chat::Request Asking(bool encrypted = false) {
  chat::Request request;
  if (encrypted) request.extra[kResponsesEncrypted] = "true";
  return request;
}

Event Begin(BlockKind kind, std::string name = {}, std::string signature = {}) {
  BlockStarted started;
  started.kind = kind;
  if (kind == BlockKind::kToolCall) started.id = "call_1";
  (kind == BlockKind::kMedia ? started.mime : started.name) = std::move(name);
  started.signature = std::move(signature);
  return started;
}

Event Piece(std::string text) { return BlockDelta{0, std::move(text), {}}; }
Event End(std::string signature = {}) { return BlockStopped{0, std::move(signature)}; }

chat::Finished Ended(chat::FinishReason reason = chat::FinishReason::kStop) {
  chat::Finished finished;
  finished.choices.emplace_back();
  finished.choices.front().reason = reason;
  return finished;
}

Event Broken() { return chat::Failed{Fail(ErrorCode::kOverloaded, "too busy")}; }

struct Frame {
  std::string name;
  Json data;
};

std::vector<Frame> Frames(const chat::Request& request, const std::vector<Event>& events) {
  const auto writer = NewResponsesStream({"ID", "the-model", 1000, &request});
  std::string out;
  for (const Event& event : events) writer->Write(event, out);
  EXPECT_EQ(test::ResponsesStreamProblem(out), "");
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find("\n\n", at);
    const std::string frame = out.substr(at, end - at);
    const std::size_t data = frame.find("\ndata: ");
    frames.push_back({frame.substr(7, data - 7), Json::parse(frame.substr(data + 7))});
    at = end + 2;
  }
  return frames;
}

/// The names of the events without their common beginning.
std::vector<std::string> Names(const std::vector<Frame>& frames) {
  std::vector<std::string> names;
  for (const Frame& frame : frames) names.push_back(frame.name.substr(9));
  return names;
}

/// The items of the complete response.
Json Output(const std::vector<Frame>& frames) {
  return frames.back().data.at("response")["output"];
}

TEST(ResponsesAnswer, BeginsWithItsFirstEventWhateverThatIs) {
  EXPECT_THAT(Names(Frames(Asking(), {Ended()})),
              ElementsAre("created", "in_progress", "completed"));
  EXPECT_THAT(Names(Frames(Asking(), {Broken()})), ElementsAre("created", "in_progress", "failed"));
  EXPECT_THAT(Names(Frames(Asking(), {chat::Started{}, chat::Started{}, Broken()})),
              ElementsAre("created", "in_progress", "failed"));
  EXPECT_THAT(Names(Frames(Asking(), {Begin(BlockKind::kRefusal), Piece("no"), End(), Ended()})),
              ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                          "refusal.delta", "refusal.done", "content_part.done", "output_item.done",
                          "completed"));
}

TEST(ResponsesAnswer, BeginsBeforeTheModelHasSaidAnything) {
  const chat::Request request = Asking();
  std::string out;
  NewResponsesStream({"ID", "m", 1000, &request})->Write(chat::Started{}, out);
  EXPECT_NE(out.find("response.created"), std::string::npos);
  EXPECT_NE(out.find("response.in_progress"), std::string::npos);
}

TEST(ResponsesAnswer, RepeatsAllOfATextAtItsEnd) {
  BlockDelta first{0, "a", {{"a", -0.5, {}}}};
  BlockDelta second{0, "b", {{"b", -0.25, {}}}};
  const auto frames = Frames(Asking(), {Begin(BlockKind::kThought), Piece("h"), Piece("m"), End(),
                                        Begin(BlockKind::kText), first, second, End(), Ended()});
  for (const Frame& frame : frames) {
    if (frame.name == "response.reasoning_summary_text.done") {
      EXPECT_EQ(frame.data["text"], "hm");
    }
    if (frame.name != "response.output_text.done") continue;
    EXPECT_EQ(frame.data["text"], "ab");
    ASSERT_EQ(frame.data["logprobs"].size(), 2U);
    EXPECT_EQ(frame.data["logprobs"][1]["token"], "b");
  }
  EXPECT_EQ(Output(frames)[1]["content"][0]["logprobs"].size(), 2U);
}

TEST(ResponsesAnswer, TellsARefusalWithItsText) {
  const auto frames =
      Frames(Asking(), {Begin(BlockKind::kRefusal), Piece("no, "), Piece("never"), End(), Ended()});
  const Json item = Output(frames)[0];
  EXPECT_EQ(item["content"].dump(), R"([{"type":"refusal","refusal":"no, never"}])");
  EXPECT_EQ(frames[3].data["part"].dump(), R"({"type":"refusal","refusal":""})");
  EXPECT_EQ(frames[4].data["delta"], "no, ");
  EXPECT_EQ(frames[6].data["refusal"], "no, never");
}

TEST(ResponsesAnswer, WritesNothingForEmptyPieces) {
  const auto frames = Frames(
      Asking(), {Begin(BlockKind::kText), Piece(""), Piece("hi"), Piece(""), End(), Ended()});
  EXPECT_THAT(Names(frames),
              ElementsAre("created", "in_progress", "output_item.added", "content_part.added",
                          "output_text.delta", "output_text.done", "content_part.done",
                          "output_item.done", "completed"));
}

TEST(ResponsesAnswer, HidesPartsThatOnlyTheUpstreamUnderstands) {
  const auto frames =
      Frames(Asking(), {Begin(BlockKind::kText), Piece("a"), End(),
                        Begin(BlockKind::kOpaque, "gemini"), Piece(R"({"x":1})"), End(), Ended()});
  const Json output = Output(frames);
  ASSERT_EQ(output.size(), 1U);
  EXPECT_EQ(output[0]["content"][0]["text"], "a");
}

TEST(ResponsesAnswer, WritesACallPieceByPieceFromItsSecondPieceOn) {
  const auto whole =
      Frames(Asking(), {Begin(BlockKind::kToolCall, "f"), Piece(R"({"a":1})"), End(), Ended()});
  EXPECT_THAT(
      Names(whole),
      ElementsAre("created", "in_progress", "output_item.added", "function_call_arguments.delta",
                  "function_call_arguments.done", "output_item.done", "completed"));
  const auto cut = Frames(Asking(), {Begin(BlockKind::kToolCall, "f"), Piece(R"({"a")"),
                                     Piece(":1"), Piece("}"), End(), Ended()});
  EXPECT_THAT(Names(cut),
              ElementsAre("created", "in_progress", "output_item.added",
                          "function_call_arguments.delta", "function_call_arguments.delta",
                          "function_call_arguments.done", "output_item.done", "completed"));
  EXPECT_EQ(cut[3].data["delta"], R"({"a":1)");
  EXPECT_EQ(cut[4].data["delta"], "}");
  EXPECT_EQ(cut[5].data["arguments"], R"({"a":1})");
  EXPECT_EQ(cut[5].data["name"], "f");
  EXPECT_EQ(Output(cut), Output(whole));
}

TEST(ResponsesAnswer, WritesEachCallInItsOwnWay) {
  const auto frames =
      Frames(Asking(), {Begin(BlockKind::kToolCall, "f"), Piece("{"), Piece("}"), End(),
                        Begin(BlockKind::kToolCall, "g"), Piece(R"({"b":2})"), End(), Ended()});
  const Json output = Output(frames);
  ASSERT_EQ(output.size(), 2U);
  EXPECT_EQ(output[0]["name"], "f");
  EXPECT_EQ(output[0]["arguments"], "{}");
  EXPECT_EQ(output[1]["name"], "g");
  EXPECT_EQ(output[1]["arguments"], R"({"b":2})");
}

TEST(ResponsesAnswer, GivesACallWithoutArgumentsAnEmptyObject) {
  const auto frames = Frames(Asking(), {Begin(BlockKind::kToolCall, "f"), End(), Ended()});
  EXPECT_EQ(frames[3].data["delta"], "{}");
  EXPECT_EQ(frames[4].data["arguments"], "{}");
  EXPECT_EQ(Output(frames)[0]["arguments"], "{}");
}

TEST(ResponsesAnswer, WritesTheInputOfACustomToolAtItsEnd) {
  const auto call = [](const std::vector<std::string>& pieces) {
    BlockStarted started;
    started.kind = BlockKind::kToolCall;
    started.id = "call_1";
    started.name = "patch";
    started.tool = chat::ToolKind::kCustom;
    std::vector<Event> events = {started};
    for (const std::string& piece : pieces) events.push_back(Piece(piece));
    events.push_back(End());
    events.emplace_back(Ended());
    return Frames(Asking(), events);
  };
  const auto frames = call({"a", "b", "c"});
  EXPECT_THAT(
      Names(frames),
      ElementsAre("created", "in_progress", "output_item.added", "custom_tool_call_input.delta",
                  "custom_tool_call_input.done", "output_item.done", "completed"));
  EXPECT_EQ(frames[3].data["delta"], "abc");
  EXPECT_EQ(frames[4].data["input"], "abc");
  EXPECT_EQ(Output(frames)[0]["input"], "abc");
  const auto empty = call({});
  EXPECT_THAT(Names(empty),
              ElementsAre("created", "in_progress", "output_item.added",
                          "custom_tool_call_input.done", "output_item.done", "completed"));
  EXPECT_EQ(Output(empty)[0]["input"], "");
}

/// The types of the items and what each seals, separated by spaces.
std::string Sealed(const Json& output) {
  std::string out;
  for (const Json& item : output) {
    if (!out.empty()) out += ' ';
    out += TextOf(item, "type");
    const std::string seal = TextOf(item, "encrypted_content");
    if (seal.empty()) continue;
    const std::string next = OpenSignature(seal, Signs::kNext);
    out += next.empty() ? "<" + OpenSignature(seal, Signs::kTextBefore) : ">" + next;
  }
  return out;
}

TEST(ResponsesAnswer, SealsSignaturesOnlyForClientsThatCarryThem) {
  const std::vector<Event> events = {Begin(BlockKind::kThought),
                                     Piece("hm"),
                                     End("dGhvdWdodA=="),
                                     Begin(BlockKind::kMedia, "image/png"),
                                     Piece("AAAA"),
                                     End("cGljdHVyZQ=="),
                                     Begin(BlockKind::kText),
                                     Piece("look"),
                                     End("dGV4dA=="),
                                     Begin(BlockKind::kToolCall, "f"),
                                     Piece("{}"),
                                     End("Y2FsbA=="),
                                     Begin(BlockKind::kThought),
                                     Piece("so"),
                                     End(),
                                     Ended()};
  EXPECT_EQ(Sealed(Output(Frames(Asking(true), events))),
            "reasoning>dGhvdWdodA== reasoning>cGljdHVyZQ== image_generation_call message "
            "reasoning<dGV4dA== reasoning>Y2FsbA== function_call reasoning");
  EXPECT_EQ(Sealed(Output(Frames(Asking(), events))),
            "reasoning image_generation_call message function_call reasoning");
}

TEST(ResponsesAnswer, SealsTheSignatureOfACallThatComesInPieces) {
  const auto frames = Frames(Asking(true), {Begin(BlockKind::kToolCall, "f", "c3RhcnQ="),
                                            Piece("{"), Piece("}"), End(), Ended()});
  EXPECT_EQ(Sealed(Output(frames)), "reasoning>c3RhcnQ= function_call");
}

TEST(ResponsesAnswer, TellsAPictureByItsSteps) {
  const auto frames = Frames(
      Asking(), {Begin(BlockKind::kMedia, "image/png"), Piece("AA"), Piece("AA"), End(), Ended()});
  EXPECT_THAT(Names(frames),
              ElementsAre("created", "in_progress", "output_item.added",
                          "image_generation_call.in_progress", "image_generation_call.generating",
                          "image_generation_call.completed", "output_item.done", "completed"));
  EXPECT_EQ(frames[2].data["item"]["status"], "in_progress");
  EXPECT_EQ(Output(frames)[0]["result"], "AAAA");
  EXPECT_EQ(Output(frames)[0]["status"], "completed");
}

TEST(ResponsesAnswer, MakesSoundAFile) {
  const auto frames = Frames(Asking(), {Begin(BlockKind::kMedia, "audio/L16;rate=8000"),
                                        Piece(EncodeBase64("abcd")), End(), Ended()});
  EXPECT_THAT(Names(frames), ElementsAre("created", "in_progress", "output_item.added",
                                         "content_part.added", "audio.delta", "audio.done",
                                         "content_part.done", "output_item.done", "completed"));
  const std::string file = DecodeBase64(TextOf(frames[4].data, "delta"));
  EXPECT_TRUE(file.starts_with("RIFF"));
  EXPECT_TRUE(file.ends_with("abcd"));
  const auto mp3 =
      Frames(Asking(), {Begin(BlockKind::kMedia, "audio/mpeg"), Piece("AAAA"), End(), Ended()});
  EXPECT_EQ(mp3[4].data["delta"], "AAAA");
}

TEST(ResponsesAnswer, LeavesTheLastMessageAsItEnded) {
  chat::Finished cut = Ended(chat::FinishReason::kLength);
  cut.choices[0].citations = {{0, 1, "https://a.test", "A"}, {2, 3, "https://b.test", "B"}};
  const auto frames = Frames(Asking(), {Begin(BlockKind::kText), Piece("ab"), End(),
                                        Begin(BlockKind::kText), Piece("cd"), End(), cut});
  const Json output = Output(frames);
  ASSERT_EQ(output.size(), 2U);
  EXPECT_EQ(output[0]["status"], "completed");
  EXPECT_EQ(output[0]["content"][0]["annotations"][0]["url"], "https://a.test");
  EXPECT_EQ(output[1]["status"], "incomplete");
  EXPECT_EQ(output[1]["content"][0]["annotations"][0]["url"], "https://b.test");
  EXPECT_EQ(output[1]["content"][0]["annotations"].size(), 1U);
}

TEST(ResponsesAnswer, NeedsNoTextToNameItsSources) {
  chat::Finished finished = Ended();
  finished.choices[0].citations = {{0, 1, "https://a.test", "A"}};
  const auto frames = Frames(Asking(), {Begin(BlockKind::kToolCall, "f"), End(), finished});
  EXPECT_EQ(Output(frames).size(), 1U);
  EXPECT_EQ(frames.back().name, "response.completed");
}

TEST(ResponsesAnswer, ShowsASearchOnceAndOnlyWhereThereWasOne) {
  chat::Request searching = Asking();
  searching.hosted_tools = {chat::HostedTool::kWebSearch};
  const auto types = [](const chat::Request& request, const chat::WebUse& web) {
    chat::Finished finished = Ended();
    finished.choices[0].web = web;
    return Sealed(Output(Frames(request, {Begin(BlockKind::kText), Piece("a"), End(), finished})));
  };
  chat::Finished searched = Ended();
  searched.choices[0].web.queries = {"q"};
  EXPECT_THAT(Names(Frames(searching, {searched})),
              ElementsAre("created", "in_progress", "output_item.added",
                          "web_search_call.in_progress", "web_search_call.searching",
                          "web_search_call.completed", "output_item.done", "completed"));
  EXPECT_EQ(types(searching, {}), "message");
  EXPECT_EQ(types(Asking(), {{"q"}, {}, {}}), "message web_search_call");
  EXPECT_EQ(types(searching, {{}, {{"https://a.test", "A", false}}, {}}),
            "message web_search_call");
  EXPECT_EQ(types(Asking(), {{}, {{"https://a.test", "A", false}}, {}}), "message");
  chat::Response response;
  response.choices.emplace_back();
  response.choices[0].blocks.emplace_back(chat::Text{"a", {}});
  response.choices[0].web.queries = {"q"};
  const Json whole = Json::parse(WriteResponsesResponse(response, {"ID", "m", 0, &searching}));
  EXPECT_EQ(Sealed(whole["output"]), "web_search_call message");
}

TEST(ResponsesAnswer, OfACompactionIsTheSummaryAlone) {
  chat::Request request = Asking();
  AskForCompaction(request);
  const auto frames =
      Frames(request, {Begin(BlockKind::kThought), Piece("hm"), End(), Begin(BlockKind::kText),
                       Piece("all "), Piece("of it"), End(), Ended()});
  EXPECT_THAT(Names(frames), ElementsAre("created", "in_progress", "output_item.added",
                                         "output_item.done", "completed"));
  const Json output = Output(frames);
  ASSERT_EQ(output.size(), 1U);
  EXPECT_EQ(output[0]["type"], "compaction");
  EXPECT_NE(OpenCompaction(TextOf(output[0], "encrypted_content")).find("all of it"),
            std::string::npos);
  const auto silent = Frames(request, {Begin(BlockKind::kThought), Piece("hm"), End(), Ended()});
  EXPECT_EQ(silent.back().name, "response.failed");
  EXPECT_EQ(silent.back().data["response"]["error"]["message"], "the model wrote no summary");
}

TEST(ResponsesAnswer, KeepsWhatWasWholeWhenItBreaksOff) {
  const auto frames = Frames(Asking(), {Begin(BlockKind::kThought), Piece("hm"), End(),
                                        Begin(BlockKind::kText), Piece("ha"), Broken()});
  EXPECT_EQ(Sealed(Output(frames)), "reasoning") << "half a text is no item of the answer";
  const auto whole = Frames(Asking(), {Begin(BlockKind::kText), Piece("whole"), End(), Broken()});
  EXPECT_EQ(Sealed(Output(whole)), "message");
}

}  // namespace
}  // namespace agm::protocol
