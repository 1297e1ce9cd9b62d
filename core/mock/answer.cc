#include "core/mock/answer.h"

#include <string_view>

namespace agm::mock {
namespace {

constexpr std::int64_t kImageTokens = 1290;
constexpr std::int64_t kSpeechTokens = 25;

}  // namespace

std::int64_t CountTokens(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + 3) / 4);
}

std::int64_t MediaTokens(const Answer& answer) {
  if (answer.media_type.starts_with("image/")) return kImageTokens * answer.candidates;
  if (answer.media_type.starts_with("audio/")) return kSpeechTokens * answer.candidates;
  return 0;
}

std::int64_t OutputTokens(const Answer& answer) {
  std::int64_t tokens = CountTokens(answer.text);
  for (const FunctionCall& call : answer.calls) {
    tokens += CountTokens(call.name) + CountTokens(call.args);
  }
  return tokens * answer.candidates + MediaTokens(answer);
}

}  // namespace agm::mock
