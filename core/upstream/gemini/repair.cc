// The texts are those of the Gemini API and of Vertex AI. If a refusal names a field, the field's
// path selects the repair; otherwise the API's words for the subject do. The first matching row
// counts, so paths that contain names chosen by the client (schemas) come first.

#include "core/upstream/gemini/repair.h"

#include <algorithm>
#include <array>

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
    // tools[0].function_declarations[0].parameters.properties[kind].enum[0]: cannot be empty
    Row{"function_declarations", "parameters", kLowerTools},
    Row{"functiondeclaration", "parameters", kLowerTools},
    Row{"function_declarations", "schema", kLowerTools},
    Row{"functiondeclaration", "schema", kLowerTools},
    // JSON mode, which some tools and some models exclude
    Row{"response mime type", "", kTellFormat},
    Row{"response_mime_type", "", kTellFormat},
    Row{"responsemimetype", "", kTellFormat},
    Row{"json mode", "", kTellFormat},
    Row{"json/yaml/xml", "", kTellFormat},
    Row{"controlled generation", "", kTellFormat},
    Row{"too many states", "", kTellFormat},
    // generation_config.response_schema.properties: should be non-empty for OBJECT type
    Row{"response_schema", "", kLowerFormat},
    Row{"responseschema", "", kLowerFormat},
    Row{"response_json_schema", "", kLowerFormat},
    Row{"responsejsonschema", "", kLowerFormat},
    Row{"schema in generationconfig", "", kLowerFormat},
    Row{"thought_signature", "", kReplaceSignatures},
    Row{"thought signature", "", kReplaceSignatures},
    Row{"thoughtsignature", "", kReplaceSignatures},
    // contents[0].parts[1].file_data.file_uri, and the texts of the fetcher
    Row{"file_uri", "", kFetchMedia},
    Row{"fileuri", "", kFetchMedia},
    Row{"file uri", "", kFetchMedia},
    Row{"fetch", "url", kFetchMedia},
    Row{"fetch", "uri", kFetchMedia},
    Row{"fetch", "content", kFetchMedia},
    Row{"url_", "", kFetchMedia},  // URL_ROBOTED, URL_TIMEOUT, URL_REJECTED, URL_ERROR-ERROR_OTHER
    Row{"robots.txt", "", kFetchMedia},
    Row{"provided url", "", kFetchMedia},
    // generation_config.thinking_config
    Row{"budget 0", "", kNearestThinking},
    Row{"thinking budget", "between", kNearestThinking},
    Row{"thinking budget", "range", kNearestThinking},
    Row{"thinking_budget", "range", kNearestThinking},
    Row{"xhigh", "", kNearestThinking},
    Row{"thinking", "level minimal", kNearestThinking},
    Row{"thinking", "level low", kNearestThinking},
    Row{"thinking", "level medium", kNearestThinking},
    Row{"thinking_level", "\"", kNearestThinking},
    Row{"thinking", "", kOmitThinking},
    Row{"include_thoughts", "", kOmitThinking},
    Row{"penalty", "", kOmitPenalties},
    Row{"penalties", "", kOmitPenalties},
    Row{"logprobs", "", kOmitLogprobs},
    Row{"service_tier", "", kOmitServiceTier},
    Row{"servicetier", "", kOmitServiceTier},
    Row{"service tier", "", kOmitServiceTier},
    Row{"flex", "support", kOmitServiceTier},
    Row{"priority", "support", kOmitServiceTier},
    Row{"top_k", "", kOmitTopK},
    Row{"topk", "", kOmitTopK},
    Row{"top_p", "", kOmitTopP},
    Row{"topp", "value", kOmitTopP},
    Row{"max_output_tokens", "", kOmitMaxTokens},
    Row{"maxoutputtokens", "", kOmitMaxTokens},
    Row{"generation_config.seed", "", kOmitSeed},
    Row{"\"seed\"", "", kOmitSeed},
    Row{"stop_sequences", "", kOmitStops},
    Row{"stopsequences", "", kOmitStops},
    Row{"image_config", "", kOmitPicture},
    Row{"imageconfig", "", kOmitPicture},
    Row{"image config", "", kOmitPicture},
    Row{"temperature", "", kOmitTemperature},
    Row{"developer instruction", "", kMoveSystem},
    Row{"system_instruction", "", kMoveSystem},
    Row{"system instruction", "", kMoveSystem},
    Row{"schema", "", kLowerSchemas},
};

}  // namespace

protocol::Repair FindRepair(std::string_view text) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [text](const Row& known) {
    return text.find(known.word) != text.npos && text.find(known.also) != text.npos;
  });
  return row == kRows.end() ? kNone : row->repair;
}

}  // namespace agm::upstream
