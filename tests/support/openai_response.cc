#include "tests/support/openai_response.h"

#include "core/base/json_doc.h"
#include "core/protocol/openai/chat_response.h"
#include "core/protocol/openai/messages.h"
#include "core/protocol/openai/tools.h"
#include "core/protocol/shared/media.h"
#include "core/protocol/shared/tool_json.h"

namespace agm::test {
namespace {

using namespace protocol;  // whose parts it is made of

chat::FinishReason FinishOf(JsonView name) {
  if (name.equals("length")) return chat::FinishReason::kLength;
  if (name.equals("content_filter")) return chat::FinishReason::kContentFilter;
  if (name.equals("tool_calls") || name.equals("function_call")) {
    return chat::FinishReason::kToolCalls;
  }
  return chat::FinishReason::kStop;
}

chat::ToolCall ReadCall(JsonView json) {
  chat::ToolCall call;
  call.id = json["id"].text();
  call.signature = EchoedSignature(json);
  if (json["type"].equals("custom")) {
    call.kind = chat::ToolKind::kCustom;
    call.name = json["custom"]["name"].text();
    call.arguments = json["custom"]["input"].text();
  } else {
    call.name = json["function"]["name"].text();
    call.arguments = ArgumentsObject(json["function"]["arguments"]);
  }
  return call;
}

chat::TokenLogprob ReadToken(JsonView json) {
  chat::TokenLogprob token{json["token"].text(), json["logprob"].number().value_or(0), {}};
  for (const JsonView other : json["top_logprobs"].items()) {
    token.top.push_back({other["token"].text(), other["logprob"].number().value_or(0)});
  }
  return token;
}

chat::Choice ReadChoice(JsonView json) {
  chat::Choice choice;
  choice.index = static_cast<int>(json["index"].integer().value_or(0));
  choice.finish = FinishOf(json["finish_reason"]);
  const JsonView message = json["message"];
  const std::string thoughts = message["reasoning_content"].text();
  if (!thoughts.empty()) choice.blocks.emplace_back(chat::Thought{thoughts, {}});
  const std::string text = message["content"].text();
  if (!text.empty()) choice.blocks.emplace_back(chat::Text{text, EchoedSignature(message)});
  const std::string refusal = message["refusal"].text();
  if (!refusal.empty()) choice.blocks.emplace_back(chat::Refusal{refusal});
  for (const JsonView image : message["images"].items()) {
    const JsonView url = image["image_url"]["url"];
    if (auto media = MediaFromUrl(url.text(), chat::MediaKind::kImage)) {
      media->signature = EchoedSignature(image);
      choice.blocks.emplace_back(*std::move(media));
    }
  }
  for (const JsonView call : message["tool_calls"].items()) {
    choice.blocks.emplace_back(ReadCall(call));
  }
  for (const JsonView note : message["annotations"].items()) {
    const JsonView url = note["url_citation"];
    choice.citations.push_back({url["start_index"].integer().value_or(0),
                                url["end_index"].integer().value_or(0), url["url"].text(),
                                url["title"].text()});
  }
  for (const JsonView token : json["logprobs"]["content"].items()) {
    choice.logprobs.push_back(ReadToken(token));
  }
  return choice;
}

chat::Usage ReadUsage(JsonView json) {
  chat::Usage usage;
  const JsonView input = json["prompt_tokens_details"];
  const JsonView output = json["completion_tokens_details"];
  usage.known = static_cast<bool>(json);
  usage.input = json["prompt_tokens"].integer().value_or(0);
  usage.output = json["completion_tokens"].integer().value_or(0);
  usage.cached = input["cached_tokens"].integer().value_or(0);
  usage.input_audio = input["audio_tokens"].integer().value_or(0);
  usage.input_image = input["image_tokens"].integer().value_or(0);
  usage.thoughts = output["reasoning_tokens"].integer().value_or(0);
  usage.output_audio = output["audio_tokens"].integer().value_or(0);
  usage.output_image = output["image_tokens"].integer().value_or(0);
  return usage;
}

}  // namespace

Result<chat::Response> ReadOpenAiChatResponse(std::string_view body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  const JsonView root = doc->root();
  chat::Response response;
  for (const JsonView choice : root["choices"].items()) {
    response.choices.push_back(ReadChoice(choice));
  }
  response.usage = ReadUsage(root["usage"]);
  return response;
}

}  // namespace agm::test
