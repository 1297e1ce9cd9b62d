// Any bytes from an upstream become events that obey the grammar, however they are split. The
// writers turn any events into valid JSON, and into streams of Responses and of Messages events
// that a strict client accepts. The first byte determines the split.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/response.h"
#include "core/protocol/anthropic/messages_response.h"
#include "core/protocol/gemini/response.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/responses/response.h"
#include "core/protocol/shared/sse.h"
#include "tests/support/event_grammar.h"
#include "tests/support/gemini_response.h"
#include "tests/support/messages_grammar.h"
#include "tests/support/responses_grammar.h"

namespace {

using namespace agm;
using Events = std::vector<chat::Event>;

Events Read(std::string_view stream, std::size_t piece) {
  protocol::GeminiReading reading;
  reading.citations = true;
  protocol::GeminiStreamReader reader([n = 0]() mutable { return std::to_string(++n); }, reading);
  Events events;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.Push(stream.substr(at, piece));
    while (auto event = reader.Next()) events.push_back(*std::move(event));
  }
  reader.Close();
  while (auto event = reader.Next()) events.push_back(*std::move(event));
  return events;
}

void CheckStream(const Events& events, const protocol::Reply& reply) {
  const auto writer = protocol::NewOpenAiChatStream(reply);
  std::string out;
  for (const chat::Event& event : events) writer->Write(event, out);
  protocol::SseReader sse;
  sse.Push(out);
  bool done = false;
  while (const auto chunk = sse.Next()) {
    if (chunk->stray || done) std::abort();
    done = chunk->data == "[DONE]";
    if (!done && !JsonDoc::Parse(chunk->data)) std::abort();
  }
  if (!done) std::abort();
}

// The Responses API has only one choice.
bool IsOfFirstChoice(const chat::Event& event) {
  if (const auto* e = std::get_if<chat::BlockStarted>(&event)) return e->choice == 0;
  if (const auto* e = std::get_if<chat::BlockDelta>(&event)) return e->choice == 0;
  if (const auto* e = std::get_if<chat::BlockStopped>(&event)) return e->choice == 0;
  return true;
}

void CheckResponses(const Events& events, const protocol::Reply& reply) {
  const auto writer = protocol::NewResponsesStream(reply);
  std::string out;
  for (const chat::Event& event : events) {
    if (IsOfFirstChoice(event)) writer->Write(event, out);
  }
  if (!test::ResponsesStreamProblem(out).empty()) std::abort();
}

// With the tools that the upstream runs itself; the search keeps text open until the end.
void CheckMessages(const Events& events, bool searches) {
  chat::Request request;
  request.reasoning.show = true;
  request.hosted_tools = {chat::HostedTool::kCodeExecution, chat::HostedTool::kUrlContext};
  if (searches) request.hosted_tools.push_back(chat::HostedTool::kWebSearch);
  const auto writer = protocol::NewMessagesStream({"id", "model", 1, &request});
  std::string out;
  for (const chat::Event& event : events) {
    if (IsOfFirstChoice(event)) writer->Write(event, out);
  }
  if (!test::MessagesStreamProblem(out).empty()) std::abort();
}

void CheckWhole(const Events& events, const protocol::Reply& reply) {
  chat::Fold fold;
  for (const chat::Event& event : events) fold.Add(event);
  const auto response = std::move(fold).Finish();
  if (!response) return;
  if (!JsonDoc::Parse(protocol::WriteOpenAiChatResponse(*response, reply), {512, 4'000'000})) {
    std::abort();
  }
  if (!JsonDoc::Parse(test::WriteGeminiResponse(*response), {512, 4'000'000})) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Events events = Read(stream, stream.size() + 1);
  if (!test::GrammarProblem(events).empty()) std::abort();
  if (test::Show(Read(stream, bytes[0] % 16U + 1U)) != test::Show(events)) std::abort();
  const chat::Request request;
  const protocol::Reply reply{"id", "model", 1, &request};
  CheckStream(events, reply);
  CheckResponses(events, reply);
  CheckMessages(events, bytes[0] % 2 == 0);
  CheckWhole(events, reply);
  return 0;
}
