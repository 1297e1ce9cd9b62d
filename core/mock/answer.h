#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::mock {

struct FunctionCall {
  std::string name;
  std::string args;       ///< a JSON object
  std::string id;         ///< empty: none, as before Gemini 3
  std::string signature;  ///< empty: none
};

/// The mock's answer to one generateContent request, before it is written as JSON or as a stream.
struct Answer {
  std::string model_version;
  std::string response_id;
  std::vector<std::string> thoughts;  ///< texts of the thought parts, if the request asked for them
  std::string text;
  std::string text_signature;
  std::vector<FunctionCall> calls;
  std::string media_type;       ///< of an image or audio; empty: none
  std::string media;            ///< base64
  std::string finish = "STOP";  ///< empty: no finish reason is sent
  std::string finish_message;
  std::string block_reason;  ///< the prompt is blocked: no candidates
  int candidates = 1;
  bool logprobs = false;  ///< return log probabilities of the text's tokens, one per word
  int top_logprobs = 0;   ///< alternatives per token
  Duration pace{0};       ///< pause between the words of a stream

  std::int64_t prompt_tokens = 0;
  std::int64_t prompt_image_tokens = 0;  ///< the image tokens among them
  std::int64_t prompt_audio_tokens = 0;  ///< the audio tokens among them
  std::int64_t cached_tokens = 0;
  std::int64_t thought_tokens = 0;
};

/// A rough count of a text's tokens: one per four bytes, rounded up.
std::int64_t CountTokens(std::string_view text);

/// The tokens of the answer's image or audio, for all candidates.
std::int64_t MediaTokens(const Answer& answer);

/// The tokens of the answer without thoughts, for all candidates.
std::int64_t OutputTokens(const Answer& answer);

}  // namespace agm::mock
