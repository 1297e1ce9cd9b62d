#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/chat/event.h"
#include "core/chat/request.h"
#include "core/protocol/dialect.h"

/// Parts that the unary response and its chunks share.
namespace agm::protocol {

/// The id of a chat completion.
std::string ChatId(const Reply& reply);

/// Appends the model version that the upstream reports; null if it reports none.
void WriteFingerprint(std::string& out, std::string_view model_version);

std::string_view OpenAiFinishName(chat::FinishReason reason, bool functions);

/// Appends a `usage` object with its braces.
void AppendOpenAiUsage(std::string& out, const chat::Usage& usage);

/// Writes one tool call; `index` < 0: without an index (for a unary response).
void WriteOpenAiCall(JsonWriter& json, const chat::ToolCall& call, int index);
/// Further arguments of the stream's call number `index`, or its signature; either may be empty.
void WriteOpenAiCallPiece(JsonWriter& json, int index, std::string_view arguments,
                          std::string_view signature);

/// Writes `extra_content.google.thought_signature`, if there is a signature.
void WriteSignature(JsonWriter& json, std::string_view signature);

/// Writes what an upstream with the same API answered beyond the fields that the gateway knows.
void WriteOpenAiExtra(JsonWriter& json, const chat::Extra& extra);

/// Writes the `annotations` array.
void WriteAnnotations(JsonWriter& json, const std::vector<chat::Citation>& citations);

/// Writes one entry of `images`.
void WriteImage(JsonWriter& json, const chat::Media& media, int index);

/// Writes the `audio` object: the upstream's PCM becomes WAV unless the client asked for pcm16.
void WriteAudio(JsonWriter& json, const chat::Media& media, std::string_view id,
                std::int64_t created, const chat::Request* request);

/// Writes {"content":[...],"refusal":null}, or null if there are none.
void WriteLogprobs(JsonWriter& json, const std::vector<chat::TokenLogprob>& tokens);

/// True if the client uses the deprecated functions: calls are then written as `function_call`.
bool SpeaksFunctions(const chat::Request* request);

}  // namespace agm::protocol
