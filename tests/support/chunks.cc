#include "tests/support/chunks.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/base/json_doc.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/openai/messages.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/sse.h"
#include "tests/support/openai_response.h"

namespace agm::test {
namespace {

/// One choice, accumulated like in a client.
struct Sum {
  bool role = false;
  bool finished = false;
  std::string text;
  std::string thoughts;
  std::string refusal;
  std::string signature;
  std::vector<chat::ToolCall> calls;
  std::vector<chat::Media> images;
  chat::Choice choice;
};

void AddCall(Sum& sum, JsonView json) {
  const auto index = json["index"].integer().value_or(-1);
  if (!json["id"] && index + 1 == static_cast<std::int64_t>(sum.calls.size())) {
    chat::ToolCall& open = sum.calls.back();
    open.arguments += json["function"]["arguments"].text();
    const std::string signature = protocol::EchoedSignature(json);
    if (!signature.empty()) open.signature = signature;
    return;
  }
  EXPECT_EQ(index, static_cast<std::int64_t>(sum.calls.size())) << "tool indexes grow by one";
  chat::ToolCall call;
  call.id = json["id"].text();
  EXPECT_FALSE(call.id.empty());
  const bool custom = json["type"].equals("custom");
  const JsonView body = json[custom ? "custom" : "function"];
  call.kind = custom ? chat::ToolKind::kCustom : chat::ToolKind::kFunction;
  call.name = body["name"].text();
  call.arguments = body[custom ? "input" : "arguments"].text();
  call.signature = protocol::EchoedSignature(json);
  sum.calls.push_back(std::move(call));
}

void AddDelta(Sum& sum, JsonView delta) {
  EXPECT_TRUE(delta.is(JsonKind::kObject));
  if (delta["role"]) {
    EXPECT_FALSE(sum.role) << "the role comes once";
    sum.role = true;
  }
  EXPECT_TRUE(sum.role) << "the role comes first";
  sum.text += delta["content"].text();
  sum.thoughts += delta["reasoning_content"].text();
  sum.refusal += delta["refusal"].text();
  const std::string signature = protocol::EchoedSignature(delta);
  if (!signature.empty()) sum.signature = signature;
  for (const JsonView call : delta["tool_calls"].items()) AddCall(sum, call);
  for (const JsonView image : delta["images"].items()) {
    auto media = protocol::MediaFromUrl(image["image_url"]["url"].text(), chat::MediaKind::kImage);
    ASSERT_TRUE(media);
    media->signature = protocol::EchoedSignature(image);
    sum.images.push_back(*std::move(media));
  }
}

chat::Choice Finish(int index, Sum&& sum) {
  EXPECT_TRUE(sum.finished) << "choice " << index << " has no finish reason";
  chat::Choice& choice = sum.choice;
  choice.index = index;
  if (!sum.thoughts.empty()) choice.blocks.emplace_back(chat::Thought{sum.thoughts, {}});
  if (!sum.text.empty()) choice.blocks.emplace_back(chat::Text{sum.text, sum.signature});
  if (!sum.refusal.empty()) choice.blocks.emplace_back(chat::Refusal{sum.refusal});
  for (chat::Media& image : sum.images) choice.blocks.emplace_back(std::move(image));
  for (chat::ToolCall& call : sum.calls) choice.blocks.emplace_back(std::move(call));
  return std::move(choice);
}

}  // namespace

chat::Response FoldChunks(std::string_view stream) {
  protocol::SseReader sse;
  sse.Push(stream);
  sse.Close();
  std::map<int, Sum> sums;
  chat::Response response;
  bool done = false;
  while (const auto event = sse.Next()) {
    EXPECT_FALSE(done) << "nothing comes behind [DONE]";
    if (event->data == "[DONE]") {
      done = true;
      continue;
    }
    const auto doc = JsonDoc::Parse(event->data);
    EXPECT_TRUE(doc) << event->data;
    if (!doc) break;
    // Logprobs, citations and the finish reason are one level up, where a whole response has them,
    // so read the chunk as a response whose message is the delta.
    const auto part = test::ReadOpenAiChatResponse(event->data);
    if (!part) break;
    EXPECT_TRUE(doc->root()["choices"].is(JsonKind::kArray));
    std::size_t at = 0;
    for (const JsonView choice : doc->root()["choices"].items()) {
      Sum& sum = sums[static_cast<int>(choice["index"].integer().value_or(-1))];
      AddDelta(sum, choice["delta"]);
      const chat::Choice& read = part->choices[at++];
      sum.choice.logprobs.insert(sum.choice.logprobs.end(), read.logprobs.begin(),
                                 read.logprobs.end());
      for (const JsonView note : choice["delta"]["annotations"].items()) {
        const JsonView url = note["url_citation"];
        sum.choice.citations.push_back({url["start_index"].integer().value_or(0),
                                        url["end_index"].integer().value_or(0), url["url"].text(),
                                        url["title"].text()});
      }
      if (choice["finish_reason"]) {
        EXPECT_FALSE(sum.finished) << "one finish reason a choice";
        sum.finished = true;
        sum.choice.finish = read.finish;
      }
    }
    if (doc->root()["usage"]) response.usage = part->usage;
  }
  EXPECT_TRUE(done) << "the stream ends with [DONE]";
  for (auto& [index, sum] : sums) response.choices.push_back(Finish(index, std::move(sum)));
  return response;
}

}  // namespace agm::test
