// The first matching row counts. The fields that a server cannot do without have no row: the client
// is told that it refuses messages, tools or the model.

#include "core/upstream/openai/repair.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/upstream/recognise.h"

namespace agm::upstream {
namespace {

using enum protocol::Repair;

constexpr std::array kRows = {
    RepairRow{"max_completion_tokens", "max_tokens", kRenameMaxTokens},
    RepairRow{"system", "role", kMoveSystem},
    RepairRow{"roles must alternate", "", kMoveSystem},
    RepairRow{"response_format", "", kTellFormat},
    RepairRow{"json_schema", "", kTellFormat},
    RepairRow{"json mode", "", kTellFormat},
    RepairRow{"image", "url", kFetchMedia},
    RepairRow{"image", "download", kFetchMedia},
    RepairRow{"image", "base64", kFetchMedia},
    RepairRow{"include_reasoning", "", kOmitField},
    RepairRow{"reasoning_effort", "expected", kNearestThinking},
    RepairRow{"reasoning_effort", "must be", kNearestThinking},
    RepairRow{"reasoning_effort", "'", kNearestThinking},
    RepairRow{"reasoning", "", kOmitThinking},
    RepairRow{"thinking", "", kOmitThinking},
    RepairRow{"penalty", "", kOmitPenalties},
    RepairRow{"logprobs", "", kOmitLogprobs},
    RepairRow{"service_tier", "", kOmitServiceTier},
    RepairRow{"temperature", "", kOmitTemperature},
    RepairRow{"top_p", "", kOmitTopP},
    RepairRow{"max_tokens", "", kOmitMaxTokens},
    RepairRow{"\"seed\"", "", kOmitSeed},
};

constexpr std::array<std::string_view, 7> kNeeded = {"messages", "model", "tools",    "stream",
                                                     "input",    "n",     "functions"};

}  // namespace

protocol::Repair FindOpenAiRepair(const OpenAiErrorBody& read) {
  const protocol::Repair repair = FindRow(kRows, read.body.text);
  if (repair != kNone) return repair;
  const std::string top = read.param.substr(0, read.param.find_first_of(".["));
  const bool needed = std::find(kNeeded.begin(), kNeeded.end(), top) != kNeeded.end();
  return top.empty() || needed ? kNone : kOmitField;
}

}  // namespace agm::upstream
