// A Messages request is refused with a message, or it is written as valid JSON for every family of
// models, and an answer to it is valid JSON, whole and streamed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/protocol/anthropic/messages.h"
#include "core/protocol/anthropic/messages_request.h"
#include "core/protocol/gemini/count.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/shared/token_estimate.h"
#include "tests/support/messages_grammar.h"

namespace {

using namespace agm;

constexpr JsonLimits kDeep{512, 16'000'000};

void CheckJson(std::string_view text) {
  if (!JsonDoc::Parse(text, kDeep)) std::abort();
}

chat::Response AnswerTo(const chat::Request& request) {
  chat::Response response;
  response.choices.emplace_back();
  chat::Choice& choice = response.choices.back();
  choice.blocks.emplace_back(chat::Thought{"thought", {}});
  choice.blocks.emplace_back(chat::Text{"te\xc3\xa4xt", "c2ln"});
  int calls = 0;
  for (const chat::Tool& tool : request.tools) {
    const std::string id = "call" + std::to_string(++calls);
    choice.blocks.emplace_back(chat::ToolCall{id, tool.name, "{}", tool.kind, {}});
  }
  choice.finish = calls > 0 ? chat::FinishReason::kToolCalls : chat::FinishReason::kStop;
  choice.citations.push_back({1, 4, "https://a.example/x", "a.example"});
  choice.web.queries.emplace_back("query");
  choice.web.found.push_back({"https://a.example/x", "a.example", false});
  return response;
}

void CheckAnswer(const chat::Request& request) {
  const chat::Response response = AnswerTo(request);
  const protocol::Reply reply{"id", "m", 1, &request, "request"};
  const auto written = protocol::AnthropicMessages().WriteResponse(response, reply);
  if (!written) std::abort();
  CheckJson(*written);
  const auto writer = protocol::AnthropicMessages().NewStreamWriter(reply);
  std::string stream;
  for (const chat::Event& event : chat::Unfold(response)) writer->Write(event, stream);
  if (!test::MessagesStreamProblem(stream).empty()) std::abort();
}

void Check(std::string_view body, protocol::MessagesUse use) {
  const auto request = protocol::ReadMessagesRequest(body, use);
  if (!request) {
    if (request.error().message.empty()) std::abort();
    CheckJson(protocol::AnthropicMessages().WriteError(request.error(), "request").body);
    return;
  }
  if (protocol::EstimateTokens(*request) < 1) std::abort();
  for (const char* model : {"gemini-1.5-pro", "gemini-3-flash", "gemini-4-neon"}) {
    const auto written = protocol::WriteGeminiRequest(*request, protocol::TraitsOf(model));
    if (!written) continue;
    CheckJson(written->body);
    CheckJson(protocol::WriteGeminiCount(written->body, model, true));
  }
  CheckAnswer(*request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(bytes), size);
  Check(body, protocol::MessagesUse::kCreate);
  Check(body, protocol::MessagesUse::kCount);
  return 0;
}
