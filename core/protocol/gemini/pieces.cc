#include "core/protocol/gemini/pieces.h"

#include <array>
#include <string_view>
#include <utility>

#include "core/protocol/shared/code_text.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr double kNoLogprob = -9999.0;  // JSON has no infinity

struct Row {
  std::string_view name;
  GeminiEnding ending;
};

constexpr std::array kEndings = {
    Row{"STOP", GeminiEnding::kStop},
    Row{"MAX_TOKENS", GeminiEnding::kLength},
    Row{"CONTINUATION", GeminiEnding::kLength},
    Row{"SAFETY", GeminiEnding::kFiltered},
    Row{"PROHIBITED_CONTENT", GeminiEnding::kFiltered},
    Row{"BLOCKLIST", GeminiEnding::kFiltered},
    Row{"SPII", GeminiEnding::kFiltered},
    Row{"RECITATION", GeminiEnding::kFiltered},
    Row{"LANGUAGE", GeminiEnding::kFiltered},
    Row{"IMAGE_SAFETY", GeminiEnding::kFiltered},
    Row{"IMAGE_PROHIBITED_CONTENT", GeminiEnding::kFiltered},
    Row{"IMAGE_RECITATION", GeminiEnding::kFiltered},
    Row{"NO_IMAGE", GeminiEnding::kStop},
    Row{"IMAGE_OTHER", GeminiEnding::kStop},
    Row{"MALFORMED_FUNCTION_CALL", GeminiEnding::kFailed},
    Row{"UNEXPECTED_TOOL_CALL", GeminiEnding::kFailed},
    Row{"MALFORMED_RESPONSE", GeminiEnding::kFailed},
    Row{"TOO_MANY_TOOL_CALLS", GeminiEnding::kFailed},
    Row{"MISSING_THOUGHT_SIGNATURE", GeminiEnding::kUnsigned},
    Row{"OTHER", GeminiEnding::kOther},
    Row{"FINISH_REASON_UNSPECIFIED", GeminiEnding::kOther},
};

// Keeps the last value that is not zero; zeros in early or late chunks do not count.
void Count(JsonView usage, std::string_view field, std::int64_t& to) {
  const auto value = IntegerOf(usage[field]);
  if (value && *value > 0) to = *value;
}

void CountModalities(JsonView details, std::int64_t& audio, std::int64_t& image) {
  for (const JsonView item : details.items()) {
    const JsonView modality = item["modality"];
    if (modality.equals("AUDIO")) Count(item, "tokenCount", audio);
    if (modality.equals("IMAGE")) Count(item, "tokenCount", image);
  }
}

chat::Alternative ReadAlternative(JsonView token) {
  return {token["token"].text(), NumberOf(token["logProbability"]).value_or(kNoLogprob)};
}

}  // namespace

GeminiEnding GeminiEndingOf(JsonView reason) {
  for (const Row& row : kEndings) {
    if (reason.equals(row.name)) return row.ending;
  }
  const std::string name = reason.text();
  const bool armor = name.find("ARMOR") != std::string::npos;
  return armor ? GeminiEnding::kFiltered : GeminiEnding::kUnknown;
}

void GeminiCounts::Read(JsonView usage) {
  if (!usage) return;
  seen_ = true;
  Count(usage, "promptTokenCount", prompt_);
  Count(usage, "toolUsePromptTokenCount", tool_prompt_);
  Count(usage, "cachedContentTokenCount", cached_);
  Count(usage, "candidatesTokenCount", candidates_);
  Count(usage, "thoughtsTokenCount", thoughts_);
  Count(usage, "totalTokenCount", total_);
  CountModalities(usage["promptTokensDetails"], prompt_audio_, prompt_image_);
  CountModalities(usage["candidatesTokensDetails"], output_audio_, output_image_);
}

chat::Usage GeminiCounts::Total() const {
  chat::Usage usage;
  usage.known = seen_;
  // If more tokens are cached than were sent, the prompt's count excludes the cached ones.
  const std::int64_t uncounted = cached_ > prompt_ + tool_prompt_ ? cached_ : 0;
  usage.input = prompt_ + tool_prompt_ + uncounted;
  usage.cached = cached_;
  usage.thoughts = thoughts_;
  // Some models include thoughts in the candidates' tokens; the total shows whether they do.
  const bool included =
      thoughts_ > 0 && candidates_ >= thoughts_ && prompt_ + tool_prompt_ + candidates_ == total_;
  usage.output = candidates_ + (included ? 0 : thoughts_);
  usage.input_audio = prompt_audio_;
  usage.input_image = prompt_image_;
  usage.output_audio = output_audio_;
  usage.output_image = output_image_;
  return usage;
}

std::vector<chat::TokenLogprob> ReadGeminiLogprobs(JsonView result) {
  std::vector<chat::TokenLogprob> tokens;
  for (const JsonView chosen : result["chosenCandidates"].items()) {
    chat::Alternative token = ReadAlternative(chosen);
    tokens.push_back({std::move(token.token), token.logprob, {}});
  }
  std::size_t at = 0;
  for (const JsonView top : result["topCandidates"].items()) {
    if (at == tokens.size()) break;
    for (const JsonView token : top["candidates"].items()) {
      tokens[at].top.push_back(ReadAlternative(token));
    }
    ++at;
  }
  return tokens;
}

std::string GeminiCodeText(JsonView code) {
  return CodeText(code["language"].text(), code["code"].text());
}

std::string GeminiCodeResultText(JsonView result) {
  return CodeResultText(result["outcome"].text(), result["output"].text());
}

}  // namespace agm::protocol
