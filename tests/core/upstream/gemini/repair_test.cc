#include "core/upstream/gemini/repair.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json_writer.h"
#include "core/upstream/gemini/classify.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {
namespace {

using protocol::Repair;

struct Known {
  const char* name;
  const char* text;
  Repair repair;
};

class KnownRefusal : public testing::TestWithParam<Known> {};

TEST_P(KnownRefusal, HasOneRepair) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("error").Object().Key("code").Int(400).Key("status").String("INVALID_ARGUMENT");
  json.Key("message").String(GetParam().text).EndObject().EndObject();
  const Failure failure = Classify(400, body, false);
  EXPECT_EQ(failure.trouble, Trouble::kBadRequest);
  EXPECT_EQ(protocol::RepairName(failure.repair), protocol::RepairName(GetParam().repair));
}

#define TOOL "* GenerateContentRequest.tools[0].function_declarations[2].parameters"
#define ANSWER "* GenerateContentRequest.generation_config.response_schema"

using enum Repair;

INSTANTIATE_TEST_SUITE_P(
    Texts, KnownRefusal,
    testing::Values(
        // Schemas of tools.
        Known{"EmptyEnum", TOOL ".properties[kind].enum[0]: cannot be empty", kLowerTools},
        Known{"UndefinedRequired", TOOL ".required[1]: property is not defined", kLowerTools},
        Known{"MissingItems", TOOL ".properties[steps].items: missing field.", kLowerTools},
        Known{"Format",
              TOOL ".properties[temperature].format: only 'enum' and 'date-time' are supported for "
                   "STRING type",
              kLowerTools},
        Known{"UnknownName",
              "Invalid JSON payload received. Unknown name \"const\" at 'tools[0]"
              ".function_declarations[0].parameters.properties[0].value': Cannot find field.",
              kLowerTools},
        Known{"UnknownField",
              "Invalid JSON payload received. Unknown name \"parametersJsonSchema\" at "
              "'tools[0].function_declarations[0]': Cannot find field.",
              kLowerTools},
        Known{"VertexTypeMissing",
              "Unable to submit request because `look_up` functionDeclaration `parameters.topic` "
              "schema didn't specify the schema type field.",
              kLowerTools},
        // The answer's schema.
        Known{"AnswerProperties", ANSWER ".properties: should be non-empty for OBJECT type",
              kLowerFormat},
        Known{"AnswerJsonSchema",
              "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at "
              "'generation_config': Cannot find field.",
              kLowerFormat},
        Known{"AnswerDepth",
              "A schema in GenerationConfig in the request exceeds the maximum allowed nesting "
              "depth.",
              kLowerFormat},
        Known{"SomeSchema", "The schema has a reference to an undefined definition.",
              kLowerSchemas},
        // JSON mode.
        Known{"JsonWithFunctions",
              "Function calling with a response mime type: 'application/json' is unsupported",
              kTellFormat},
        Known{"JsonWithTools",
              "Tool use with a response mime type: 'application/json' is unsupported", kTellFormat},
        Known{"JsonWithSearch", "controlled generation is not supported with google_search tool",
              kTellFormat},
        Known{"JsonWithSearchToo", "Search Grounding can't be used with JSON/YAML/XML mode.",
              kTellFormat},
        Known{"JsonWithCode", "Code execution is not compatible with JSON mode", kTellFormat},
        Known{"NoJson", "JSON mode is not enabled for models/gemma-3-27b-it", kTellFormat},
        Known{"TooManyStates",
              "The specified schema produces a constraint that has too many states for serving.",
              kTellFormat},
        // Media.
        Known{"CannotFetch",
              "Cannot fetch content from the provided URL. Please ensure the URL is valid and "
              "accessible.",
              kFetchMedia},
        Known{"Roboted", "The URL cannot be read, status: URL_ROBOTED-ROBOTED_DENIED", kFetchMedia},
        Known{"FileUri", "Invalid or unsupported file uri: https://img.example/photo.png",
              kFetchMedia},
        Known{"FilePath",
              "* GenerateContentRequest.contents[0].parts[1].file_data.file_uri: not supported",
              kFetchMedia},
        // Signatures.
        Known{"Unsigned",
              "Function call is missing a thought_signature in functionCall parts. Function call "
              "`look_up`, position 2.",
              kReplaceSignatures},
        Known{"Corrupted", "Corrupted thought signature.", kReplaceSignatures},
        Known{"NotBase64",
              "Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), Base64 "
              "decoding failed for \"x\"",
              kReplaceSignatures},
        // Thinking.
        Known{"BudgetZero", "Budget 0 is invalid. This model only works in thinking mode.",
              kNearestThinking},
        Known{"BudgetRange",
              "The thinking budget 99999 is invalid. Please choose a value between 512 and 24576.",
              kNearestThinking},
        Known{"XHigh",
              "Invalid value at 'generation_config.thinking_config.thinking_level' (type.google"
              "apis.com/google.ai.generativelanguage.v1beta.ThinkingLevel), \"XHIGH\"",
              kNearestThinking},
        Known{"Minimal", "Thinking level MINIMAL is not supported for this model.",
              kNearestThinking},
        Known{"NoBudgets", "Thinking budget is not supported for this model. Use thinking level.",
              kOmitThinking},
        Known{"NoThinking", "Thinking is not enabled for this model", kOmitThinking},
        // Other parameters.
        Known{"Penalty", "Penalty is not enabled for models/gemini-2.5-flash", kOmitPenalties},
        Known{"PenaltyPath",
              "* GenerateContentRequest.generation_config.presence_penalty: must be in the range "
              "[-2.0, 2.0).",
              kOmitPenalties},
        Known{"Logprobs", "Logprobs is not enabled for models/gemini-3-flash-preview",
              kOmitLogprobs},
        Known{"ServiceTier",
              "Invalid value at 'service_tier' (type.googleapis.com/ServiceTier), \"priority\"",
              kOmitServiceTier},
        Known{"Flex", "Flex inference is not supported for this model.", kOmitServiceTier},
        Known{"TopK",
              "Unable to submit request because it has a topK value of 64 but the supported range "
              "is from 1 (inclusive) to 41 (exclusive).",
              kOmitTopK},
        Known{"MaxTokens",
              "Unable to submit request because it has a maxOutputTokens value of 65536 but the "
              "supported range is from 1 (inclusive) to 8193 (exclusive).",
              kOmitMaxTokens},
        Known{"Seed",
              "Invalid JSON payload received. Unknown name \"seed\" at 'generation_config': Cannot "
              "find field.",
              kOmitSeed},
        Known{"Picture", "Image config is not supported for models/gemini-3-flash", kOmitPicture},
        Known{"System", "Developer instruction is not enabled for models/gemma-3-1b-it",
              kMoveSystem},
        // Nothing that could be written otherwise.
        Known{"TooLong",
              "The input token count (2551556) exceeds the maximum number of tokens allowed "
              "(1048576).",
              kNone},
        Known{"Roles", "Please use a valid role: user, model.", kNone},
        Known{"FunctionName",
              "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function "
              "name.",
              kNone},
        Known{"Bare", "Request contains an invalid argument.", kNone}),
    [](const auto& known) { return known.param.name; });

#undef TOOL
#undef ANSWER

TEST(FindRepair, OnlyMendsRefusalsOfTheRequest) {
  const Failure failure = Classify(
      503, R"({"error":{"code":503,"status":"UNAVAILABLE","message":"logprobs backend"}})", false);
  EXPECT_EQ(failure.repair, Repair::kNone);
}

}  // namespace
}  // namespace agm::upstream
