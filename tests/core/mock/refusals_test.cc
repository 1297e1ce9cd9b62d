// Requests that Google refuses, sent over a socket; and valid ones, so that the refusals mean
// something.

#include "tests/core/mock/served_mock.h"

namespace agm::mock {
namespace {

constexpr std::string_view kFlash = "gemini-2.5-flash";
constexpr std::string_view kPro = "gemini-2.5-pro";
constexpr std::string_view kThree = "gemini-3-flash-preview";
constexpr std::string_view kFour = "gemini-4-carbon";

struct Case {
  std::string_view name;
  std::string_view model;
  std::string body;
  std::string_view says;  ///< part of the refusal's message; empty: the request is valid
  bool strict = false;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

Case Config(std::string_view name, std::string_view model, std::string_view config,
            std::string_view says, bool strict = false) {
  return {name, model, Asking("x", fmt::format(R"("generationConfig":{{{}}})", config)), says,
          strict};
}

std::string Declared(std::string_view declaration) {
  return Asking("x", fmt::format(R"("tools":[{{"functionDeclarations":[{}]}}])", declaration));
}

// A function with one argument of this schema.
Case Argument(std::string_view name, std::string_view schema, std::string_view says,
              bool strict = false) {
  return {
      name, kFlash,
      Declared(fmt::format(
          R"({{"name":"f","parameters":{{"type":"OBJECT","properties":{{"a":{}}}}}}})", schema)),
      says, strict};
}

constexpr std::string_view kUser = R"({"role":"user","parts":[{"text":"x"}]})";
constexpr std::string_view kCall = R"({"role":"model","parts":[{"functionCall":{"name":"f"}}]})";
constexpr std::string_view kResponse =
    R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"r":1}}}]})";

std::string Turns(std::initializer_list<std::string_view> turns) {
  std::string list;
  for (const std::string_view turn : turns) list.append(list.empty() ? "" : ",").append(turn);
  return fmt::format(R"({{"contents":[{}],"tools":[{{"functionDeclarations":[{{"name":"f"}}]}}]}})",
                     list);
}

std::string SignedCall(std::string_view signature) {
  return fmt::format(
      R"({{"role":"model","parts":[{{"functionCall":{{"name":"f"}},"thoughtSignature":"{}"}}]}})",
      signature);
}

std::vector<Case> Frames() {
  return {
      {"Hello", kFlash, Asking("x"), ""},
      {"SnakeCase", kFlash, Asking("x", R"("generation_config":{"max_output_tokens":5})"), ""},
      {"NullIsUnset", kFlash, Asking("x", R"("tools":null,"generationConfig":{"topP":null})"), ""},
      {"LoneContent", kFlash, R"({"contents":{"parts":[{"text":"x"}]}})", ""},
      {"LoneContentStrict", kFlash, R"({"contents":{"parts":[{"text":"x"}]}})", "expected a list",
       true},
      {"NoJson", kFlash, "{\"contents\":", "Invalid JSON payload"},
      {"NoObject", kFlash, "[]", "GenerateContentRequest"},
      {"UnknownField", kFlash, Asking("x", R"("foo":1)"), "Unknown name \"foo\": Cannot find"},
      {"UnknownFieldDeeper", kFlash, Asking("x", R"("generationConfig":{"stop":[]})"),
       "Unknown name \"stop\" at 'generation_config': Cannot find field."},
      {"LabelsAreOfVertex", kFlash, Asking("x", R"("labels":{})"), "Unknown name \"labels\""},
      {"SystemText", kFlash, Asking("x", R"("systemInstruction":"be nice")"),
       "Invalid value at 'system_instruction'"},
      {"UnknownCategory", kFlash,
       Asking("x", R"("safetySettings":[{"category":"X","threshold":"OFF"}])"),
       "Invalid value at 'safety_settings[0].category'"},
      {"CategoryTwice", kFlash,
       Asking("x", R"("safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT"},
                                        {"category":"HARM_CATEGORY_HARASSMENT"}])"),
       "more than one setting"},
      {"CachedContent", kFlash, Asking("x", R"("cachedContent":"x")"), "cached content name"},
  };
}

std::vector<Case> Contents() {
  return {
      {"NoContents", kFlash, "{}", "contents is not specified"},
      {"EmptyContents", kFlash, R"({"contents":[]})", "contents is not specified"},
      {"ForeignRole", kFlash, R"({"contents":[{"role":"assistant","parts":[{"text":"x"}]}]})",
       "valid role"},
      {"SystemRole", kFlash, R"({"contents":[{"role":"system","parts":[{"text":"x"}]}]})",
       "valid role"},
      {"NoParts", kFlash, R"({"contents":[{"role":"user"}]})", "must not be empty"},
      {"EmptyPart", kFlash, R"({"contents":[{"parts":[{}]}]})", "oneof field 'data'"},
      {"TwoKinds", kFlash, R"({"contents":[{"parts":[{"text":"x","inlineData":{}}]}]})",
       "already set"},
      {"EmptyText", kFlash, R"({"contents":[{"parts":[{"text":""}]}]})", ""},
      {"EmptyTextStrict", kFlash, R"({"contents":[{"parts":[{"text":""}]}]})", "", true},
      {"VideoMetadataAlone", kFlash,
       R"({"contents":[{"parts":[{"text":"a"},{"videoMetadata":{"startOffset":"2s"}}]}]})", ""},
      {"UnknownMime", kFlash,
       R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/x","data":"AAAA"}}]}]})",
       "Unsupported MIME type"},
      {"NoPicture", kFlash,
       R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}]})",
       "Unable to process"},
      {"DataUrl", kFlash,
       R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"data:x"}}]}]})",
       "Base64 decoding failed"},
      {"Picture", kFlash,
       R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}]})",
       ""},
      {"TwoUsers", kFlash, Turns({kUser, kUser}), ""},
      {"TwoUsersStrict", kFlash, Turns({kUser, kUser}), "alternate", true},
      {"UserAfterResponsesStrict", kFlash, Turns({kUser, kCall, kResponse, kUser}), "", true},
      {"PrefillOfFour", kFour, Turns({kUser, R"({"role":"model","parts":[{"text":"y"}]})"}),
       "prefilled"},
      {"Prefill", kFlash, Turns({kUser, R"({"role":"model","parts":[{"text":"y"}]})"}), ""},
  };
}

std::vector<Case> Calls() {
  const std::string dummy = SignedCall("skip_thought_signature_validator");
  const std::string other_dummy = SignedCall("context_engineering_is_the_way_to_go");
  return {
      {"Answered", kFlash, Turns({kUser, kCall, kResponse}), ""},
      {"Unanswered", kFlash, Turns({kUser, kCall, kUser}), "number of function response parts"},
      {"AnsweredTwice", kFlash,
       Turns({kUser, kCall,
              R"({"parts":[{"functionResponse":{"name":"f","response":{}}},
                           {"functionResponse":{"name":"f","response":{}}}]})"}),
       "number of function response parts"},
      {"ResponseAlone", kFlash, Turns({kUser, kResponse}), "after a function call turn"},
      {"CallFirst", kFlash, Turns({kCall, kResponse}), "after a user turn"},
      {"CallByUser", kFlash, Turns({R"({"role":"user","parts":[{"functionCall":{"name":"f"}}]})"}),
       "role \"model\""},
      {"ResponseIsText", kFlash,
       Turns({kUser, kCall, R"({"parts":[{"functionResponse":{"name":"f","response":"s"}}]})"}),
       "google.protobuf.Struct"},
      {"AnsweredInTheSameTurn", kFlash,
       Turns({kUser,
              R"({"role":"model","parts":[{"functionCall":{"name":"f"}},
                 {"functionResponse":{"name":"f","response":{}}},{"text":"done"}]})",
              kUser}),
       ""},
      {"AnsweredInTheNextModelTurn", kFlash,
       Turns({kUser, kCall,
              R"({"role":"model","parts":[{"functionResponse":{"name":"f","response":{}}},
                 {"text":"done"}]})",
              kUser}),
       ""},
      {"ResponseByModel", kFlash,
       Turns({kUser,
              R"({"role":"model","parts":[{"functionResponse":{"name":"f","response":{}}}]})",
              kUser}),
       "role \"user\""},
      {"OtherName", kFlash,
       Turns({kUser, kCall, R"({"parts":[{"functionResponse":{"name":"g","response":{}}}]})"}), ""},
      {"OtherNameStrict", kFlash,
       Turns({kUser, kCall, R"({"parts":[{"functionResponse":{"name":"g","response":{}}}]})"}),
       "names", true},
      {"Unsigned", kThree, Turns({kUser, kCall, kResponse}), "missing a thought_signature"},
      {"UnsignedOfAnOlderTurn", kThree,
       Turns({kUser, kCall, kResponse, R"({"role":"model","parts":[{"text":"y"}]})", kUser}), ""},
      {"CallsInTwoTurnsAnsweredTogether", kFlash,
       Turns({kUser, kCall, kCall,
              R"({"parts":[{"functionResponse":{"name":"f","response":{}}},
                           {"functionResponse":{"name":"f","response":{}}}]})"}),
       ""},
      {"Dummy", kThree, Turns({kUser, dummy, kResponse}), ""},
      {"OtherDummy", kThree, Turns({kUser, other_dummy, kResponse}), ""},
      {"TooShort", kThree, Turns({kUser, SignedCall("AAAA"), kResponse}), "thought signature"},
      {"NoBase64", kThree, Turns({kUser, SignedCall("***"), kResponse}), "Base64"},
      {"Foreign", kThree, Turns({kUser, SignedCall(std::string(120, 'A')), kResponse}), ""},
      {"ForeignStrict", kThree, Turns({kUser, SignedCall(std::string(120, 'A')), kResponse}),
       "Corrupted", true},
      {"NotCheckedBeforeThree", kFlash, Turns({kUser, SignedCall("AAAA"), kResponse}), ""},
  };
}

std::vector<Case> Tools() {
  const std::string long_name(129, 'x');
  return {
      {"Declaration", kFlash, Declared(R"({"name":"f"})"), ""},
      {"NoName", kFlash, Declared(R"({"description":"d"})"), "REQUIRED_FIELD_MISSING"},
      {"NameWithBlank", kFlash, Declared(R"({"name":"a b"})"), "Invalid function name"},
      {"NameWithDigitFirst", kFlash, Declared(R"({"name":"1a"})"), "Invalid function name"},
      {"LongName", kFlash, Declared(fmt::format(R"({{"name":"{}"}})", long_name)), "at most 128"},
      {"TwoOfAName", kFlash, Declared(R"({"name":"f"},{"name":"f"})"), "Duplicate"},
      {"ParametersAreText", kFlash, Declared(R"({"name":"f","parameters":{"type":"STRING"}})"),
       "type OBJECT"},
      {"TwoSchemas", kFlash,
       Declared(R"({"name":"f","parameters":{"type":"OBJECT"},"parametersJsonSchema":{}})"),
       "mutually exclusive"},
      {"SchemaIsList", kFlash, Declared(R"({"name":"f","parametersJsonSchema":[]})"), "an object"},
      {"FreeSchema", kFlash,
       Declared(R"({"name":"f","parametersJsonSchema":{"type":["object","null"],
                 "$defs":{"x":{"const":1}},"properties":{"a":{"$ref":"#/$defs/x"}}}})"),
       ""},
      {"TitleBesideReferenceStrict", kFlash,
       Declared(R"({"name":"f","parametersJsonSchema":{"$ref":"#/$defs/x","title":"T",
                 "$defs":{"x":{"type":"object"}}}})"),
       "", true},
      {"TypeBesideReferenceStrict", kFlash,
       Declared(R"({"name":"f","parametersJsonSchema":{"$ref":"#/$defs/x","type":"object",
                 "$defs":{"x":{"type":"object"}}}})"),
       "no other keyword", true},
      {"AnyWithoutTools", kFlash,
       Asking("x", R"("toolConfig":{"functionCallingConfig":{"mode":"ANY"}})"),
       "without function_declarations"},
      {"NoneWithoutTools", kFlash,
       Asking("x", R"("toolConfig":{"functionCallingConfig":{"mode":"NONE"}})"), ""},
      {"AllowedWithAuto", kFlash,
       Asking("x", R"("tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":
              {"functionCallingConfig":{"mode":"AUTO","allowedFunctionNames":["f"]}})"),
       "ANY or VALIDATED"},
      {"AllowedButUnknown", kFlash,
       Asking("x", R"("tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":
              {"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}})"),
       "no declared function"},
      {"SearchBesideFunctions", kFlash,
       Asking("x", R"("tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f"}]}])"),
       "unsupported"},
      {"SearchBesideFunctionsOfThree", kThree,
       Asking("x", R"("tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f"}]}])"), ""},
      {"FunctionsOfAnImageModel", "gemini-3-pro-image", Declared(R"({"name":"f"})"), "not enabled"},
  };
}

std::vector<Case> Schemas() {
  std::vector<Case> cases = {
      Argument("LowerCaseType", R"({"type":"string"})", ""),
      Argument("AnyOfWithNull", R"({"anyOf":[{"type":"string"},{"type":"null"}]})", ""),
      Argument("NoType", "{}", "type: must be specified"),
      Argument("TypeList", R"({"type":["string","null"]})", "Proto field is not repeating"),
      Argument("ArrayWithoutItems", R"({"type":"array"})", "items: missing field"),
      Argument("NumericEnum", R"({"type":"integer","enum":[1]})", "TYPE_STRING"),
      Argument("EnumOfIntegers", R"({"type":"integer","enum":["1"]})", "only allowed for STRING"),
      Argument("EmptyEnumValue", R"({"type":"string","enum":[""]})", "cannot be empty"),
      Argument("UriFormat", R"({"type":"string","format":"uri"})", "'enum' and 'date-time'"),
      Argument("OddNumberFormat", R"({"type":"integer","format":"x"})", ""),
      Argument("OddNumberFormatStrict", R"({"type":"integer","format":"x"})", "format", true),
      Argument("EmptyProperties", R"({"type":"object","properties":{}})", ""),
      Argument("BareObject", R"({"type":"object"})", ""),
      Argument("RequiredUnknown",
               R"({"type":"object","properties":{"b":{"type":"string"}},"required":["c"]})",
               "required[0]: property is not defined"),
      Argument(
          "TooDeep",
          [] {
            std::string schema = R"({"type":"string"})";
            for (int i = 0; i < 40; ++i) {
              schema = R"({"type":"array","items":)" + schema + "}";
            }
            return schema;
          }(),
          "nesting depth"),
  };
  for (const std::string_view keyword :
       {"additionalProperties", "$schema", "$ref", "$defs", "oneOf", "allOf", "const", "not",
        "exclusiveMinimum", "patternProperties", "examples", "uniqueItems"}) {
    cases.push_back(Argument(keyword, fmt::format(R"({{"type":"string","{}":"x"}})", keyword),
                             "Cannot find field"));
  }
  return cases;
}

std::vector<Case> Configs() {
  return {
      Config("Temperature", kFlash, R"("temperature":2)", ""),
      Config("TemperatureAsText", kFlash, R"("temperature":"0.5")", ""),
      Config("TemperatureTooHigh", kFlash, R"("temperature":2.1)", "[0.0, 2.0]"),
      Config("TemperatureIsNone", kFlash, R"("temperature":"hot")", "TYPE_FLOAT"),
      Config("TopPTooHigh", kFlash, R"("topP":1.1)", "[0.0, 1.0]"),
      Config("TopKZero", kFlash, R"("topK":0)", "positive"),
      Config("SixStops", kFlash, R"("stopSequences":["1","2","3","4","5","6"])", "exceed 5"),
      Config("EmptyStop", kFlash, R"("stopSequences":[""])", "empty"),
      Config("NoTokens", kFlash, R"("maxOutputTokens":0)", "positive"),
      Config("HalfAToken", kFlash, R"("maxOutputTokens":1.5)", "TYPE_INT32"),
      Config("TooManyTokens", kFlash, R"("maxOutputTokens":65537)", "supported range"),
      Config("SeedTooBig", kFlash, R"("seed":5000000000)", "TYPE_INT32"),
      Config("NineCandidates", kFlash, R"("candidateCount":9)", "[1, 8]"),
      Config("TwoCandidatesOfThree", kThree, R"("candidateCount":2)", "Multiple candidates"),
      Config("PenaltyTwo", kFlash, R"("presencePenalty":2)", "[-2.0, 2.0)"),
      Config("PenaltyOfThree", kThree, R"("frequencyPenalty":0.5)", "Penalty"),
      Config("Penalty", kFlash, R"("frequencyPenalty":0.5)", ""),
      Config("PenaltyStrict", kFlash, R"("frequencyPenalty":0.5)", "Penalty", true),
      Config("LogprobsUnasked", kFlash, R"("logprobs":2)", "response_logprobs"),
      Config("LogprobsOfFlashStrict", kFlash, R"("responseLogprobs":true)", "Logprobs", true),
      Config("LogprobsOfFour", kFour, R"("responseLogprobs":true)", "Logprobs"),
      Config("Level", kThree, R"("thinkingConfig":{"thinkingLevel":"low"})", ""),
      Config("LevelOfTwo", kFlash, R"("thinkingConfig":{"thinkingLevel":"LOW"})", "Thinking level"),
      Config("UnknownLevel", kThree, R"("thinkingConfig":{"thinkingLevel":"MAX"})",
             "thinking_level"),
      Config("XhighOfThree", kThree, R"("thinkingConfig":{"thinkingLevel":"XHIGH"})", "XHIGH"),
      Config("XhighOfNeon", "gemini-4-neon", R"("thinkingConfig":{"thinkingLevel":"XHIGH"})", ""),
      Config("MinimalOfFour", kFour, R"("thinkingConfig":{"thinkingLevel":"MINIMAL"})", "MINIMAL"),
      Config("BudgetOfFour", kFour, R"("thinkingConfig":{"thinkingBudget":500})", "budget"),
      Config("BudgetOfThree", kThree, R"("thinkingConfig":{"thinkingBudget":500})", ""),
      Config("BudgetAndLevel", kThree,
             R"("thinkingConfig":{"thinkingBudget":5,"thinkingLevel":"LOW"})", "only set one"),
      Config("NoBudget", kFlash, R"("thinkingConfig":{"thinkingBudget":0})", ""),
      Config("NoBudgetOfPro", kPro, R"("thinkingConfig":{"thinkingBudget":0})", "Budget 0"),
      Config("AnyBudget", kPro, R"("thinkingConfig":{"thinkingBudget":-1})", ""),
      Config("BudgetTooBig", kFlash, R"("thinkingConfig":{"thinkingBudget":24577})", "24577"),
      Config("ThinkingOfAnImageModel", "gemini-3-pro-image",
             R"("thinkingConfig":{"thinkingLevel":"LOW"})", "not enabled"),
      Config("Json", kFlash, R"("responseMimeType":"application/json")", ""),
      Config("Xml", kFlash, R"("responseMimeType":"application/xml")", "mimetypes"),
      Config("SchemaWithoutJson", kFlash, R"("responseSchema":{"type":"OBJECT"})",
             "response_mime_type"),
      Config("TwoResponseSchemas", kFlash,
             R"("responseMimeType":"application/json","responseSchema":{"type":"STRING"},
                "responseJsonSchema":{})",
             "mutually exclusive"),
      {"JsonBesideTools", kFlash, Asking("x", R"("tools":[{"functionDeclarations":[{"name":"f"}]}],
                      "generationConfig":{"responseMimeType":"application/json"})"),
       "unsupported"},
      {"JsonBesideToolsOfThree", kThree,
       Asking("x", R"("tools":[{"functionDeclarations":[{"name":"f"}]}],
                      "generationConfig":{"responseMimeType":"application/json"})"),
       ""},
      Config("PicturesOfAChatModel", kFlash, R"("responseModalities":["IMAGE"])", "modalities"),
      Config("PictureSettings", "gemini-nano-banana-2.1",
             R"("imageConfig":{"aspectRatio":"16:9","imageSize":"4K"})", ""),
      Config("PictureSettingsOfAChatModel", kFlash, R"("imageConfig":{"aspectRatio":"1:1"})",
             "Image config is not supported"),
      Config("OddPictureRatio", "gemini-3-pro-image", R"("imageConfig":{"aspectRatio":"7:5"})",
             "unsupported aspect ratio '7:5'"),
      Config("OddPictureSize", "gemini-3-pro-image", R"("imageConfig":{"imageSize":"512"})",
             "unsupported image size '512'"),
      Config("LargePictureOfASmallModel", "gemini-3.1-flash-lite-image",
             R"("imageConfig":{"imageSize":"2K"})", "unsupported image size '2K'"),
      Config("TextOfASpeechModel", "gemini-3.8-flash-tts", R"("topP":1)", "modalities"),
  };
}

class Refusals : public testing::TestWithParam<Case> {};

TEST_P(Refusals, AreAsGoogleRefuses) {
  const Case& one = GetParam();
  const auto mock = MockServer::Start({.strict = one.strict});
  ASSERT_TRUE(mock);
  const std::string path = fmt::format("/v1beta/models/{}:generateContent", one.model);
  const Answered answer = Post((*mock)->port(), path, one.body);
  if (one.says.empty()) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return;
  }
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_EQ(answer.json()["error"]["status"], "INVALID_ARGUMENT");
  EXPECT_NE(answer.message().find(one.says), std::string::npos) << answer.message();
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char c : info.param.name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Frame, Refusals, testing::ValuesIn(Frames()), NameOf);
INSTANTIATE_TEST_SUITE_P(Contents, Refusals, testing::ValuesIn(Contents()), NameOf);
INSTANTIATE_TEST_SUITE_P(Calls, Refusals, testing::ValuesIn(Calls()), NameOf);
INSTANTIATE_TEST_SUITE_P(Tools, Refusals, testing::ValuesIn(Tools()), NameOf);
INSTANTIATE_TEST_SUITE_P(Schema, Refusals, testing::ValuesIn(Schemas()), NameOf);
INSTANTIATE_TEST_SUITE_P(Config, Refusals, testing::ValuesIn(Configs()), NameOf);

using RefusalsTest = ServedMock;

TEST_F(RefusalsTest, ListEveryFieldAtFault) {
  const Json error =
      Generate(R"({"contents":[],"a":1,"generationConfig":{"b":2}})").json()["error"];
  const Json violations = error["details"][0]["fieldViolations"];
  ASSERT_EQ(violations.size(), 2U);
  EXPECT_EQ(violations[1]["field"], "generation_config");
}

TEST_F(RefusalsTest, AMangledSignatureOfTheMockIsFoundOut) {
  const std::string ask = Asking("call f", R"("tools":[{"functionDeclarations":[{"name":"f"}]}])");
  const Json answer = Generate(ask).json();
  const Json part = answer["candidates"][0]["content"]["parts"][0];
  std::string signature = part["thoughtSignature"];
  EXPECT_EQ(Generate(Turns({kUser, SignedCall(signature), kResponse})).status, 200);
  EXPECT_NE(Call(kFour, "generateContent", Turns({kUser, SignedCall(signature), kResponse}))
                .message()
                .find("another model"),
            std::string::npos);
  signature[40] = signature[40] == 'A' ? 'B' : 'A';
  EXPECT_NE(Generate(Turns({kUser, SignedCall(signature), kResponse})).message().find("Corrupted"),
            std::string::npos);
}

TEST_F(RefusalsTest, AnUnknownCacheIsDenied) {
  const Answered answer =
      Generate(Asking("x", R"("cachedContent":"cachedContents/of-another")"));
  EXPECT_EQ(answer.status, 403) << answer.body;
  EXPECT_EQ(answer.json()["error"]["status"], "PERMISSION_DENIED") << answer.body;
}

TEST_F(RefusalsTest, UnknownModelsAndMethods) {
  EXPECT_EQ(Call("nope", "generateContent", Asking("x")).status, 404);
  EXPECT_EQ(Call("gemini-2.0-flash", "generateContent", Asking("x")).status, 404);
  EXPECT_EQ(Call("gemini-embedding-001", "generateContent", Asking("x")).status, 404);
  EXPECT_EQ(Call(kFlash, "embedContent", "{}").status, 404);
  const Answered odd = Call(kFlash, "fooBar", "{}");
  EXPECT_EQ(odd.status, 404);
  EXPECT_NE(odd.head.find("text/html"), std::string::npos);
}

TEST_F(RefusalsTest, ModelsOfNextMonthAreGuessedUnlessStrict) {
  EXPECT_EQ(Call("gemini-3.9-flash", "generateContent", Asking("x")).status, 200);
  Start({.strict = true});
  EXPECT_EQ(Call("gemini-3.9-flash", "generateContent", Asking("x")).status, 404);
}

TEST_F(RefusalsTest, QueryParametersThatAreNoFields) {
  const Answered answer = Call(kFlash, "generateContent?foo=1", Asking("x"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.message().find("Cannot bind query parameter"), std::string::npos);
}

TEST_F(RefusalsTest, VertexKnowsFieldsOfItsOwn) {
  const std::string path =
      "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent";
  EXPECT_EQ(Post(port(), path, Asking("x", R"("labels":{"a":"b"})")).status, 200);
  EXPECT_EQ(Post(port(), path, Asking("")).status, 200);
}

}  // namespace
}  // namespace agm::mock
