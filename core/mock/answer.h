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

/// What the mock answers to one generateContent request, before it is put into JSON or a stream.
struct Answer {
  std::string model_version;
  std::string response_id;
  std::vector<std::string> thoughts;  ///< texts of thought parts, shown because they were asked for
  std::string text;
  std::string text_signature;
  std::vector<FunctionCall> calls;
  std::string media_type;       ///< of an image or sound; empty: none
  std::string media;            ///< base64
  std::string finish = "STOP";  ///< empty: none is ever sent
  std::string finish_message;
  std::string block_reason;  ///< the prompt was refused: no candidates
  int candidates = 1;
  Duration pace{0};  ///< between the words of a stream

  std::int64_t prompt_tokens = 0;
  std::int64_t prompt_image_tokens = 0;  ///< of these, pictures
  std::int64_t prompt_audio_tokens = 0;  ///< of these, sound
  std::int64_t cached_tokens = 0;
  std::int64_t thought_tokens = 0;
};

/// A rough count of the tokens in a text: about four bytes each, at least one where there is any.
std::int64_t CountTokens(std::string_view text);

/// Tokens of the answer's picture or sound; all candidates.
std::int64_t MediaTokens(const Answer& answer);

/// Tokens of the answer itself, without thoughts; all candidates.
std::int64_t OutputTokens(const Answer& answer);

}  // namespace agm::mock
