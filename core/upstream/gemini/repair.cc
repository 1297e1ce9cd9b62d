// The texts are those of the Gemini API and of Vertex AI. If a refusal names a field, the field's
// path selects the repair; otherwise the API's words for the subject do. The first matching row
// counts, so paths that contain names chosen by the client (schemas) come first.

#include "core/upstream/gemini/repair.h"

#include <array>

#include "core/upstream/recognise.h"

namespace agm::upstream {
namespace {

using enum protocol::Repair;

constexpr std::array kRows = {
    // tools[0].function_declarations[0].parameters.properties[kind].enum[0]: cannot be empty
    RepairRow{"function_declarations", "parameters", kLowerTools},
    RepairRow{"functiondeclaration", "parameters", kLowerTools},
    RepairRow{"function_declarations", "schema", kLowerTools},
    RepairRow{"functiondeclaration", "schema", kLowerTools},
    // JSON mode, which some tools and some models exclude
    RepairRow{"response mime type", "", kTellFormat},
    RepairRow{"response_mime_type", "", kTellFormat},
    RepairRow{"responsemimetype", "", kTellFormat},
    RepairRow{"json mode", "", kTellFormat},
    RepairRow{"json/yaml/xml", "", kTellFormat},
    RepairRow{"controlled generation", "", kTellFormat},
    RepairRow{"too many states", "", kTellFormat},
    // generation_config.response_schema.properties: should be non-empty for OBJECT type
    RepairRow{"response_schema", "", kLowerFormat},
    RepairRow{"responseschema", "", kLowerFormat},
    RepairRow{"response_json_schema", "", kLowerFormat},
    RepairRow{"responsejsonschema", "", kLowerFormat},
    RepairRow{"schema in generationconfig", "", kLowerFormat},
    RepairRow{"thought_signature", "", kReplaceSignatures},
    RepairRow{"thought signature", "", kReplaceSignatures},
    RepairRow{"thoughtsignature", "", kReplaceSignatures},
    // contents[0].parts[1].file_data.file_uri, and the texts of the fetcher
    RepairRow{"file_uri", "", kFetchMedia},
    RepairRow{"fileuri", "", kFetchMedia},
    RepairRow{"file uri", "", kFetchMedia},
    RepairRow{"fetch", "url", kFetchMedia},
    RepairRow{"fetch", "uri", kFetchMedia},
    RepairRow{"fetch", "content", kFetchMedia},
    RepairRow{"url_", "",
              kFetchMedia},  // URL_ROBOTED, URL_TIMEOUT, URL_REJECTED, URL_ERROR-ERROR_OTHER
    RepairRow{"robots.txt", "", kFetchMedia},
    RepairRow{"provided url", "", kFetchMedia},
    // generation_config.thinking_config
    RepairRow{"budget 0", "", kNearestThinking},
    RepairRow{"thinking budget", "between", kNearestThinking},
    RepairRow{"thinking budget", "range", kNearestThinking},
    RepairRow{"thinking_budget", "range", kNearestThinking},
    RepairRow{"xhigh", "", kNearestThinking},
    RepairRow{"thinking", "level minimal", kNearestThinking},
    RepairRow{"thinking", "level low", kNearestThinking},
    RepairRow{"thinking", "level medium", kNearestThinking},
    RepairRow{"thinking_level", "\"", kNearestThinking},
    RepairRow{"thinking", "", kOmitThinking},
    RepairRow{"include_thoughts", "", kOmitThinking},
    RepairRow{"penalty", "", kOmitPenalties},
    RepairRow{"penalties", "", kOmitPenalties},
    RepairRow{"logprobs", "", kOmitLogprobs},
    RepairRow{"service_tier", "", kOmitServiceTier},
    RepairRow{"servicetier", "", kOmitServiceTier},
    RepairRow{"service tier", "", kOmitServiceTier},
    RepairRow{"flex", "support", kOmitServiceTier},
    RepairRow{"priority", "support", kOmitServiceTier},
    RepairRow{"top_k", "", kOmitTopK},
    RepairRow{"topk", "", kOmitTopK},
    RepairRow{"top_p", "", kOmitTopP},
    RepairRow{"topp", "value", kOmitTopP},
    RepairRow{"max_output_tokens", "", kOmitMaxTokens},
    RepairRow{"maxoutputtokens", "", kOmitMaxTokens},
    RepairRow{"generation_config.seed", "", kOmitSeed},
    RepairRow{"\"seed\"", "", kOmitSeed},
    RepairRow{"stop_sequences", "", kOmitStops},
    RepairRow{"stopsequences", "", kOmitStops},
    RepairRow{"image_config", "", kOmitPicture},
    RepairRow{"imageconfig", "", kOmitPicture},
    RepairRow{"image config", "", kOmitPicture},
    RepairRow{"temperature", "", kOmitTemperature},
    RepairRow{"developer instruction", "", kMoveSystem},
    RepairRow{"system_instruction", "", kMoveSystem},
    RepairRow{"system instruction", "", kMoveSystem},
    RepairRow{"schema", "", kLowerSchemas},
};

}  // namespace

protocol::Repair FindRepair(std::string_view text) { return FindRow(kRows, text); }

}  // namespace agm::upstream
