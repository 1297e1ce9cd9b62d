#include "core/protocol/responses/responses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/protocol/responses/items.h"
#include "core/protocol/responses/listing.h"
#include "core/protocol/responses/request.h"

namespace agm::protocol {
namespace {

using chat::BlockDelta;
using chat::BlockKind;
using chat::BlockStarted;
using chat::BlockStopped;
using chat::Event;
using chat::Finished;
using chat::FinishReason;
using chat::Started;
using testing::ElementsAre;
using testing::HasSubstr;

chat::Request Read(const std::string& body, const std::string& history = {}) {
  auto request = ReadResponsesRequest(body, {history, {}});
  if (!request) ADD_FAILURE() << request.error().message;
  return request ? *std::move(request) : chat::Request();
}

Error Refused(const std::string& body) {
  auto request = ReadResponsesRequest(body);
  if (request) ADD_FAILURE() << "taken: " << body;
  return request ? Error() : request.error();
}

std::vector<Event> Block(BlockKind kind, std::string text, std::string id = {},
                         std::string name = {}, std::string signature = {},
                         chat::ToolKind tool = {}) {
  BlockStarted started{0, kind, std::move(id), std::move(name), {}, tool};
  return {started, BlockDelta{0, std::move(text), {}}, BlockStopped{0, std::move(signature)}};
}

/// The events of a stream with their names.
std::vector<std::pair<std::string, Json>> Stream(const chat::Request& request,
                                                 std::vector<std::vector<Event>> blocks,
                                                 Event last) {
  Reply reply{"ID", "the-model", 1000, &request};
  auto writer = Responses().NewStreamWriter(reply);
  std::string out;
  writer->Write(Started{}, out);
  for (const auto& block : blocks) {
    for (const Event& event : block) writer->Write(event, out);
  }
  writer->Write(last, out);
  std::vector<std::pair<std::string, Json>> events;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find("\n\n", at);
    const std::string frame = out.substr(at, end - at);
    const std::size_t data = frame.find("\ndata: ");
    events.emplace_back(frame.substr(7, data - 7), Json::parse(frame.substr(data + 7)));
    at = end + 2;
  }
  return events;
}

Event Ending(FinishReason reason = FinishReason::kStop) {
  Finished finished;
  finished.choices = {{0, reason, {}}};
  finished.usage.input = 7;
  finished.usage.output = 5;
  finished.usage.thoughts = 2;
  finished.usage.known = true;
  return finished;
}

TEST(ResponsesRequest, TakesAStringAsOneUserMessage) {
  const auto request =
      Read(R"({"model":"m","input":"hi","instructions":"Be brief","stream":true})");
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].role, chat::Role::kSystem);
  EXPECT_EQ(std::get<chat::Text>(request.messages[1].blocks[0]).text, "hi");
  EXPECT_TRUE(request.stream);
}

TEST(ResponsesRequest, JoinsTheAssistantsSideAndPutsOutputsBehindTheirCalls) {
  const auto request = Read(R"({"model":"m","input":[
      {"role":"user","content":"go"},
      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]},
      {"type":"function_call","call_id":"c1","name":"a","arguments":"{\"x\":1}"},
      {"type":"custom_tool_call","call_id":"c2","name":"b","input":"raw"},
      {"type":"message","role":"developer","content":"note"},
      {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
      {"type":"function_call_output","call_id":"c1","output":"one"}]})");
  ASSERT_EQ(request.messages.size(), 4U);
  EXPECT_EQ(request.messages[1].blocks.size(), 3U);
  EXPECT_EQ(std::get<chat::ToolCall>(request.messages[1].blocks[2]).arguments, "raw");
  EXPECT_EQ(request.messages[2].role, chat::Role::kTool);
  ASSERT_EQ(request.messages[2].blocks.size(), 2U);
  EXPECT_EQ(std::get<chat::ToolResult>(request.messages[2].blocks[0]).name, "b");
  EXPECT_EQ(request.messages[3].role, chat::Role::kSystem);
}

TEST(ResponsesRequest, FindsALocalShellsCallByEitherOfItsIds) {
  const auto request = Read(R"({"model":"m","input":[{"role":"user","content":"go"},
      {"type":"local_shell_call","id":"sh_1","call_id":"c1","action":{"type":"exec"}},
      {"type":"local_shell_call_output","id":"sh_1","output":"done"}]})");
  EXPECT_EQ(std::get<chat::ToolResult>(request.messages[2].blocks[0]).id, "c1");
}

TEST(ResponsesRequest, GoesOnWithItsHistory) {
  const auto request = Read(R"({"model":"m","previous_response_id":"r","input":[
              {"type":"function_call_output","call_id":"c1","output":"hail"}]})",
                            R"([{"role":"user","content":"weather?"},
               {"type":"function_call","call_id":"c1","name":"w","arguments":"{}"}])");
  ASSERT_EQ(request.messages.size(), 3U);
  EXPECT_EQ(std::get<chat::ToolResult>(request.messages[2].blocks[0]).name, "w");
}

TEST(ResponsesRequest, OpensTheSignaturesThatItSealed) {
  const auto request = Read(R"({"model":"m","input":[{"role":"user","content":"go"},
      {"type":"reasoning","summary":[],"encrypted_content":"agm1.c2ln"},
      {"type":"function_call","call_id":"c1","name":"a","arguments":"{}"},
      {"type":"reasoning","summary":[],"encrypted_content":"somebody else's"},
      {"type":"function_call","call_id":"c2","name":"a","arguments":"{}"},
      {"type":"function_call_output","call_id":"c1","output":""},
      {"type":"function_call_output","call_id":"c2","output":""}]})");
  EXPECT_EQ(std::get<chat::ToolCall>(request.messages[1].blocks[0]).signature, "c2ln");
  EXPECT_EQ(std::get<chat::ToolCall>(request.messages[1].blocks[1]).signature, "");
}

TEST(ResponsesRequest, ReturnsASignatureToItsOwnTextOnly) {
  const auto request = Read(R"({"model":"m","input":[{"role":"user","content":"go"},
      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]},
      {"type":"reasoning","summary":[],"encrypted_content":"agm1t.dGV4dA=="},
      {"type":"reasoning","summary":[],"encrypted_content":"agm1.c2ln"},
      {"role":"user","content":"and now?"},
      {"type":"function_call","call_id":"c1","name":"a","arguments":"{}"},
      {"type":"function_call_output","call_id":"c1","output":""}]})");
  EXPECT_EQ(std::get<chat::Text>(request.messages[1].blocks[0]).signature, "dGV4dA==");
  EXPECT_EQ(std::get<chat::ToolCall>(request.messages[3].blocks[0]).signature, "")
      << "what the first turn signed belongs to no call of the second";
}

TEST(ResponsesRequest, TellsOfItsLinksBeforeItIsReadWhole) {
  const auto links = ReadResponsesLinks(R"({"previous_response_id":"resp_1","store":false})");
  ASSERT_TRUE(links);
  EXPECT_EQ(links->previous, "resp_1");
  EXPECT_FALSE(links->store);
  EXPECT_TRUE(ReadResponsesLinks(R"({"store":null})")->store);
  EXPECT_EQ(ReadResponsesLinks(R"({"store":"no"})").error().param, "store");
  EXPECT_EQ(ReadResponsesLinks(R"({"previous_response_id":7})").error().param,
            "previous_response_id");
}

TEST(ResponsesRequest, FlattensNamespacesAndShells) {
  const auto request = Read(R"({"model":"m","input":[
      {"type":"additional_tools","tools":[{"type":"namespace","name":"functions","tools":[
          {"type":"custom","name":"exec"}]}]},
      {"role":"user","content":"go"}],
      "tools":[{"type":"local_shell"},{"type":"tool_search"},
               {"type":"function","name":"f","parameters":null}]})");
  std::vector<std::string> names;
  for (const chat::Tool& tool : request.tools) names.push_back(tool.name);
  EXPECT_THAT(names, ElementsAre("local_shell", "f", "functions__exec"));
}

TEST(ResponsesRequest, RefusesWhatWouldMislead) {
  EXPECT_EQ(Refused(R"({"model":"m"})").param, "input");
  EXPECT_EQ(Refused(R"({"model":"m","input":[]})").reason, "empty_array");
  EXPECT_EQ(Refused(R"({"model":"m","input":"x","background":true})").param, "background");
  EXPECT_EQ(Refused(R"({"model":"m","input":"x","conversation":"c"})").reason,
            "unsupported_parameter");
  EXPECT_THAT(Refused(R"({"model":"m","input":[{"type":"function_call_output","call_id":"c9",
                        "output":"x"}]})")
                  .message,
              HasSubstr("no tool call found"));
  EXPECT_THAT(Refused(R"({"model":"m","input":[{"type":"function_call","call_id":"c9","name":"a",
                        "arguments":"{}"}]})")
                  .message,
              HasSubstr("no tool output found"));
  EXPECT_EQ(Refused(R"({"model":"m","input":[7]})").param, "input[0]");
  EXPECT_EQ(Refused(R"({"model":"m","input":[{"type":"item_reference","id":"x"}]})").code,
            ErrorCode::kInvalidRequest);
}

TEST(ResponsesStream, TellsEveryItemFromItsBirthToItsEnd) {
  const auto request = Read(R"({"model":"m","input":"hi"})");
  const auto events = Stream(request,
                             {Block(BlockKind::kThought, "hmm"), Block(BlockKind::kText, "hello"),
                              Block(BlockKind::kToolCall, R"({"a":1})", "call_1", "f")},
                             Ending(FinishReason::kToolCalls));
  std::vector<std::string> names;
  int sequence = 0;
  for (const auto& [name, data] : events) {
    names.push_back(name);
    EXPECT_EQ(data["type"], name);
    EXPECT_EQ(data["sequence_number"], sequence++);
  }
  EXPECT_THAT(
      names,
      ElementsAre("response.created", "response.in_progress", "response.output_item.added",
                  "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                  "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
                  "response.output_item.done", "response.output_item.added",
                  "response.content_part.added", "response.output_text.delta",
                  "response.output_text.done", "response.content_part.done",
                  "response.output_item.done", "response.output_item.added",
                  "response.function_call_arguments.delta", "response.function_call_arguments.done",
                  "response.output_item.done", "response.completed"));
  Json whole = events.back().second["response"];
  EXPECT_EQ(whole["status"], "completed");
  ASSERT_EQ(whole["output"].size(), 3U);
  EXPECT_EQ(whole["output"][1]["content"][0]["text"], "hello");
  EXPECT_EQ(whole["output"][2]["arguments"], R"({"a":1})");
  EXPECT_EQ(whole["usage"]["total_tokens"], 12);
  EXPECT_EQ(whole["usage"]["output_tokens_details"]["reasoning_tokens"], 2);
}

TEST(ResponsesStream, GivesToolsTheShapesThatTheyCameIn) {
  const auto request = Read(R"({"model":"m","input":"hi","tools":[{"type":"local_shell"},
      {"type":"namespace","name":"ns","tools":[{"type":"function","name":"f"}]},
      {"type":"custom","name":"patch"}]})");
  const auto events =
      Stream(request,
             {Block(BlockKind::kToolCall, R"({"command":["ls"]})", "call_1", "local_shell"),
              Block(BlockKind::kToolCall, "{}", "call_2", "ns__f"),
              Block(BlockKind::kToolCall, "text", "call_3", "patch", {}, chat::ToolKind::kCustom)},
             Ending(FinishReason::kToolCalls));
  Json output = events.back().second["response"]["output"];
  EXPECT_EQ(output[0]["type"], "local_shell_call");
  EXPECT_EQ(output[0]["action"]["command"][0], "ls");
  EXPECT_EQ(output[1]["namespace"], "ns");
  EXPECT_EQ(output[1]["name"], "f");
  EXPECT_EQ(output[2]["type"], "custom_tool_call");
  EXPECT_EQ(output[2]["input"], "text");
}

TEST(ResponsesStream, CarriesSignaturesForClientsThatAskForThem) {
  const auto request =
      Read(R"({"model":"m","input":"hi","include":["reasoning.encrypted_content"]})");
  const auto events =
      Stream(request, {Block(BlockKind::kToolCall, "{}", "call_1", "f", "c2ln")}, Ending());
  Json output = events.back().second["response"]["output"];
  ASSERT_EQ(output.size(), 2U);
  EXPECT_EQ(output[0]["type"], "reasoning");
  EXPECT_EQ(OpenSignature(output[0]["encrypted_content"].get<std::string>(), Signs::kNext), "c2ln");
}

std::vector<std::string> NamesFrom(const std::vector<std::pair<std::string, Json>>& events,
                                   std::string_view first) {
  std::vector<std::string> names;
  for (const auto& [name, data] : events) {
    if (!names.empty() || name == first) names.push_back(name);
  }
  return names;
}

Event EndingWith(std::vector<chat::Citation> citations) {
  Event ending = Ending();
  std::get<Finished>(ending).choices[0].citations = std::move(citations);
  return ending;
}

TEST(ResponsesStream, NamesItsSourcesBeforeTheTextIsDone) {
  const auto request = Read(R"({"model":"m","input":"hi"})");
  const auto events =
      Stream(request, {Block(BlockKind::kText, "Grüße von hier")},
             EndingWith({{0, 5, "https://a.test", "A"}, {6, 14, "https://b.test", "B"}}));
  EXPECT_THAT(
      NamesFrom(events, "response.output_text.delta"),
      ElementsAre("response.output_text.delta", "response.output_text.annotation.added",
                  "response.output_text.annotation.added", "response.output_text.done",
                  "response.content_part.done", "response.output_item.done", "response.completed"));
  Json added = events[5].second;
  EXPECT_EQ(added["annotation_index"], 0);
  EXPECT_EQ(added["content_index"], 0);
  EXPECT_EQ(added["annotation"]["url"], "https://a.test");
  Json done = events[events.size() - 2].second["item"];
  Json whole = events.back().second["response"]["output"][0];
  EXPECT_EQ(done["content"][0]["annotations"].size(), 2U);
  EXPECT_EQ(whole, done);
}

TEST(ResponsesStream, CountsSourcesFromTheBeginOfTheirMessage) {
  const auto request =
      Read(R"({"model":"m","input":"hi","tools":[{"type":"function","name":"f"}]})");
  const auto events =
      Stream(request,
             {Block(BlockKind::kText, "Grüße. "), Block(BlockKind::kToolCall, "{}", "call_1", "f"),
              Block(BlockKind::kText, "Bis bald.")},
             EndingWith({{0, 5, "https://a.test", "A"}, {7, 10, "https://b.test", "B"}}));
  Json output = events.back().second["response"]["output"];
  Json first = output[0]["content"][0]["annotations"];
  Json last = output[2]["content"][0]["annotations"];
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0]["url"], "https://a.test");
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0]["start_index"], 0);
  EXPECT_EQ(last[0]["end_index"], 3);
}

TEST(ResponsesStream, ClosesAWholeTextBeforeItTellsOfAFailure) {
  const auto request = Read(R"({"model":"m","input":"hi"})");
  const auto events = Stream(request, {Block(BlockKind::kText, "whole")},
                             chat::Failed{Fail(ErrorCode::kOverloaded, "too busy")});
  EXPECT_THAT(NamesFrom(events, "response.output_item.done"),
              ElementsAre("response.output_item.done", "response.failed"));
  Json output = events.back().second["response"]["output"];
  EXPECT_EQ(output.size(), 1U);
}

TEST(ResponsesStream, GivesATextsSignatureToTheClient) {
  const auto request =
      Read(R"({"model":"m","input":"hi","include":["reasoning.encrypted_content"]})");
  const auto events =
      Stream(request, {Block(BlockKind::kText, "ok", {}, {}, "dGV4dA==")}, Ending());
  Json output = events.back().second["response"]["output"];
  ASSERT_EQ(output.size(), 2U);
  EXPECT_EQ(OpenSignature(output[1]["encrypted_content"].get<std::string>(), Signs::kTextBefore),
            "dGV4dA==");
}

TEST(ResponsesStream, SaysHowAnAnswerEnded) {
  const auto request = Read(R"({"model":"m","input":"hi"})");
  const auto cut =
      Stream(request, {Block(BlockKind::kText, "half")}, Ending(FinishReason::kLength));
  EXPECT_EQ(cut.back().first, "response.incomplete");
  Json half = cut.back().second["response"]["output"][0];
  EXPECT_EQ(half["status"], "incomplete");
  Json details = cut.back().second["response"]["incomplete_details"];
  EXPECT_EQ(details["reason"], "max_output_tokens");
  const auto failed = Stream(request, {Block(BlockKind::kText, "half")},
                             chat::Failed{Fail(ErrorCode::kOverloaded, "too busy")});
  EXPECT_EQ(failed.back().first, "response.failed");
  Json error = failed.back().second["response"]["error"];
  EXPECT_EQ(error["code"], "server_is_overloaded");
}

TEST(ResponsesObject, EchoesTheRequestAndCarriesChoices) {
  const auto request = Read(
      R"({"model":"m","input":"hi","temperature":0.3,"metadata":{"k":"v"},"reasoning":{"effort":"low"}})");
  chat::Response response;
  response.choices = {{0, {chat::Text{"hello", {}}}, FinishReason::kStop, {}, {}}};
  Json object =
      Json::parse(*Responses().WriteResponse(response, {"ID", "the-model", 1000, &request}));
  EXPECT_EQ(object["id"], "resp_ID");
  EXPECT_EQ(object["temperature"], 0.3);
  EXPECT_EQ(object["metadata"]["k"], "v");
  EXPECT_EQ(object["reasoning"]["effort"], "low");
  EXPECT_EQ(object["output"][0]["content"][0]["text"], "hello");
  EXPECT_EQ(object["choices"][0]["message"]["content"], "hello");
}

TEST(ResponsesObject, EchoesToolsWithEveryMemberThatTheirTypeMustHave) {
  const auto request =
      Read(R"({"model":"m","input":"hi","tools":[{"type":"function","name":"f"}]})");
  chat::Response response;
  response.choices.emplace_back();
  Json object = Json::parse(*Responses().WriteResponse(response, {"ID", "m", 1000, &request}));
  EXPECT_EQ(object["tools"].dump(),
            R"([{"type":"function","name":"f","parameters":null,"strict":null}])");
}

TEST(ResponsesObject, GivesShellCallsEveryMemberThatTheirTypeMustHave) {
  const auto request = Read(R"({"model":"m","input":"hi","tools":[{"type":"shell"}]})");
  const auto events =
      Stream(request, {Block(BlockKind::kToolCall, R"({"commands":["ls"]})", "c1", "shell")},
             Ending(FinishReason::kToolCalls));
  Json call = events.back().second["response"]["output"][0];
  EXPECT_EQ(call["action"].dump(),
            R"({"commands":["ls"],"timeout_ms":null,"max_output_length":null})");
  EXPECT_TRUE(call["environment"].is_null());
}

std::string Listed(const std::string& item) {
  const auto doc = JsonDoc::Parse(item);
  std::string out;
  JsonWriter json(out);
  WriteListedItem(json, doc->root(), "item_1");
  return out;
}

TEST(ResponsesListing, ShowsItemsWithAllThatClientsMayLeaveOut) {
  EXPECT_EQ(Listed(R"({"role":"user","content":"hi"})"),
            R"({"id":"item_1","type":"message","status":"completed","role":"user",)"
            R"("content":[{"type":"input_text","text":"hi"}]})");
  EXPECT_EQ(
      Listed(R"({"id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"a"}]})"),
      R"({"id":"msg_1","type":"message","status":"completed","role":"assistant",)"
      R"("content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]})");
  EXPECT_EQ(
      Listed(R"({"type":"function_call","id":null,"call_id":"c","name":"f","arguments":"{}"})"),
      R"({"id":"item_1","type":"function_call","status":"completed","call_id":"c",)"
      R"("name":"f","arguments":"{}"})");
}

}  // namespace
}  // namespace agm::protocol
