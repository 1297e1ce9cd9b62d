#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/chat/event.h"
#include "core/chat/request.h"

/// The pieces that the whole answer and its chunks have in common.
namespace agm::protocol {

std::string_view OpenAiFinishName(chat::FinishReason reason, bool functions);

/// The members of a `usage` object, braces included.
void AppendOpenAiUsage(std::string& out, const chat::Usage& usage);

/// One tool call; `index` < 0 where there is none (the whole answer).
void WriteOpenAiCall(JsonWriter& json, const chat::ToolCall& call, int index);

/// `extra_content.google.thought_signature`, if there is one.
void WriteSignature(JsonWriter& json, std::string_view signature);

/// The array of `annotations`.
void WriteAnnotations(JsonWriter& json, const std::vector<chat::Citation>& citations);

/// One entry of `images`.
void WriteImage(JsonWriter& json, const chat::Media& media, int index);

/// The `audio` object: PCM from upstream becomes WAV unless the client asked for pcm16.
void WriteAudio(JsonWriter& json, const chat::Media& media, std::string_view id,
                std::int64_t created, const chat::Request* request);

/// {"content":[...],"refusal":null}, or null where there are none.
void WriteLogprobs(JsonWriter& json, const std::vector<chat::TokenLogprob>& tokens);

/// True where the client speaks the deprecated functions: calls are `function_call`.
bool SpeaksFunctions(const chat::Request* request);

}  // namespace agm::protocol
