#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/event.h"

/// Parts of the Gemini API's responses that can be read on their own.
namespace agm::protocol {

/// The meaning of a finishReason; see the contract of GeminiStreamReader.
enum class GeminiEnding { kStop, kLength, kFiltered, kFailed, kUnsigned, kOther, kUnknown };

GeminiEnding GeminiEndingOf(JsonView reason);

/// usageMetadata of all chunks: running totals, of which the last non-zero value of each field
/// counts.
/// Thread safety: one thread at a time.
class GeminiCounts {
 public:
  void Read(JsonView usage);
  chat::Usage Total() const;

 private:
  std::int64_t prompt_ = 0;
  std::int64_t tool_prompt_ = 0;
  std::int64_t cached_ = 0;
  std::int64_t candidates_ = 0;
  std::int64_t thoughts_ = 0;
  std::int64_t total_ = 0;
  std::int64_t prompt_audio_ = 0;
  std::int64_t prompt_image_ = 0;
  std::int64_t output_audio_ = 0;
  std::int64_t output_image_ = 0;
  bool seen_ = false;
};

/// Reads logprobsResult: the chosen tokens, each with its alternatives.
std::vector<chat::TokenLogprob> ReadGeminiLogprobs(JsonView result);

/// Code that the model ran, and its result, as fenced text.
std::string GeminiCodeText(JsonView code);
std::string GeminiCodeResultText(JsonView result);

}  // namespace agm::protocol
