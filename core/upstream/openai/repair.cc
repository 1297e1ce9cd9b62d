// The first matching row counts. The fields that a server cannot do without have no row: the client
// is told that it refuses messages, tools or the model.

#include "core/upstream/openai/repair.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace agm::upstream {
namespace {

using enum protocol::Repair;

/// All words of a row must be there.
struct Row {
  std::string_view word;
  std::string_view also;
  protocol::Repair repair;
};

constexpr std::array kRows = {
    Row{"max_completion_tokens", "max_tokens", kRenameMaxTokens},
    Row{"system", "role", kMoveSystem},
    Row{"roles must alternate", "", kMoveSystem},
    Row{"response_format", "", kTellFormat},
    Row{"json_schema", "", kTellFormat},
    Row{"json mode", "", kTellFormat},
    Row{"image", "url", kFetchMedia},
    Row{"image", "download", kFetchMedia},
    Row{"image", "base64", kFetchMedia},
    Row{"reasoning_effort", "expected", kNearestThinking},
    Row{"reasoning_effort", "must be", kNearestThinking},
    Row{"reasoning_effort", "'", kNearestThinking},
    Row{"reasoning", "", kOmitThinking},
    Row{"thinking", "", kOmitThinking},
    Row{"penalty", "", kOmitPenalties},
    Row{"logprobs", "", kOmitLogprobs},
    Row{"service_tier", "", kOmitServiceTier},
    Row{"temperature", "", kOmitTemperature},
    Row{"top_p", "", kOmitTopP},
    Row{"max_tokens", "", kOmitMaxTokens},
    Row{"\"seed\"", "", kOmitSeed},
};

constexpr std::array<std::string_view, 7> kNeeded = {"messages", "model", "tools",    "stream",
                                                     "input",    "n",     "functions"};

}  // namespace

protocol::Repair FindOpenAiRepair(const OpenAiErrorBody& read) {
  const std::string& text = read.body.text;
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& known) {
    return text.find(known.word) != text.npos && text.find(known.also) != text.npos;
  });
  if (row != kRows.end()) return row->repair;
  const std::string top = read.param.substr(0, read.param.find_first_of(".["));
  const bool needed = std::find(kNeeded.begin(), kNeeded.end(), top) != kNeeded.end();
  return top.empty() || needed ? kNone : kOmitField;
}

}  // namespace agm::upstream
