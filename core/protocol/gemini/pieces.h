#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/event.h"

/// The pieces of the Gemini API's answers that mean something by themselves.
namespace agm::protocol {

/// What a finishReason means; see the contract of GeminiStreamReader.
enum class GeminiEnding { kStop, kLength, kFiltered, kFailed, kUnsigned, kUnclear };

GeminiEnding GeminiEndingOf(JsonView reason);

/// usageMetadata over all chunks: running totals, of which each field's last value that is not zero
/// counts. Thread safety: one thread at a time.
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

/// logprobsResult: the chosen tokens, each with those that might have stood there.
std::vector<chat::TokenLogprob> ReadGeminiLogprobs(JsonView result);

/// Code that the model ran, and what came of it, as fenced text.
std::string GeminiCodeText(JsonView code);
std::string GeminiCodeResultText(JsonView result);

}  // namespace agm::protocol
