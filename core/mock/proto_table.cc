// The messages of google.ai.generativelanguage.v1beta that a client may send, and the few fields
// that only Vertex AI has. The mock knows no other messages.

#include "core/mock/proto_table.h"

#include <algorithm>
#include <array>

#include "core/mock/message.h"

namespace agm::mock {
namespace {

using enum FieldKind;
using Name = std::string_view;

constexpr FieldType String(Name name) { return {name, kString}; }
constexpr FieldType Strings(Name name) { return {name, kString, {}, Repeat::kList}; }
constexpr FieldType Bool(Name name) { return {name, kBool}; }
constexpr FieldType Int32(Name name) { return {name, kInt32}; }
constexpr FieldType Int64(Name name) { return {name, kInt64}; }
constexpr FieldType Float(Name name) { return {name, kFloat}; }
constexpr FieldType Bytes(Name name) { return {name, kBytes}; }
constexpr FieldType Span(Name name) { return {name, kDuration}; }
constexpr FieldType Struct(Name name) { return {name, kStruct}; }
constexpr FieldType Any(Name name) { return {name, kValue}; }
constexpr FieldType Enum(Name name, Name type) { return {name, kEnum, type}; }
constexpr FieldType Enums(Name name, Name type) { return {name, kEnum, type, Repeat::kList}; }
constexpr FieldType Message(Name name, Name type) { return {name, kMessage, type}; }
constexpr FieldType List(Name name, Name type) { return {name, kMessage, type, Repeat::kList}; }
constexpr FieldType Map(Name name, Name type) { return {name, kMessage, type, Repeat::kMap}; }
constexpr FieldType Data(FieldType field) {
  field.in_data = true;
  return field;
}
constexpr FieldType Vertex(FieldType field) {
  field.vertex = true;
  return field;
}

constexpr std::array kGenerateContentRequest = {
    String("model"),
    Message("systemInstruction", "Content"),
    List("contents", "Content"),
    List("tools", "Tool"),
    Message("toolConfig", "ToolConfig"),
    List("safetySettings", "SafetySetting"),
    Message("generationConfig", "GenerationConfig"),
    String("cachedContent"),
    Enum("serviceTier", "ServiceTier"),
    Bool("store"),
    String("continuationToken"),
    Vertex(Struct("labels")),
    Vertex(Any("modelArmorConfig")),
};
constexpr std::array kCountTokensRequest = {
    String("model"),
    List("contents", "Content"),
    Message("generateContentRequest", "GenerateContentRequest"),
    Vertex(Message("systemInstruction", "Content")),
    Vertex(List("tools", "Tool")),
    Vertex(Message("generationConfig", "GenerationConfig")),
    Vertex({"instances", kValue, {}, Repeat::kList}),
};
constexpr std::array kEmbedContentRequest = {
    String("model"), Message("content", "Content"), Enum("taskType", "TaskType"),
    String("title"), Int32("outputDimensionality"), Vertex(Bool("autoTruncate")),
};
constexpr std::array kBatchEmbedContentsRequest = {
    String("model"),
    List("requests", "EmbedContentRequest"),
};
constexpr std::array kContent = {List("parts", "Part"), String("role")};
constexpr std::array kPart = {
    Data(String("text")),
    Data(Message("inlineData", "Blob")),
    Data(Message("functionCall", "FunctionCall")),
    Data(Message("functionResponse", "FunctionResponse")),
    Data(Message("fileData", "FileData")),
    Data(Message("executableCode", "ExecutableCode")),
    Data(Message("codeExecutionResult", "CodeExecutionResult")),
    Data(Message("toolCall", "ToolCall")),
    Data(Message("toolResponse", "ToolResponse")),
    Bool("thought"),
    Bytes("thoughtSignature"),
    Struct("partMetadata"),
    Message("videoMetadata", "VideoMetadata"),
    Message("mediaResolution", "PartMediaResolution"),
};
constexpr std::array kBlob = {String("mimeType"), Bytes("data"), Vertex(String("displayName"))};
constexpr std::array kFileData = {String("mimeType"), String("fileUri"),
                                  Vertex(String("displayName"))};
constexpr std::array kFunctionCall = {String("id"), String("name"), Struct("args"),
                                      Vertex(Any("partialArgs")), Vertex(Bool("willContinue"))};
constexpr std::array kFunctionResponse = {
    String("id"),         String("name"),
    Struct("response"),   List("parts", "FunctionResponsePart"),
    Bool("willContinue"), Enum("scheduling", "Scheduling"),
};
constexpr std::array kFunctionResponsePart = {Data(Message("inlineData", "Blob")),
                                              Vertex(Data(Message("fileData", "FileData")))};
constexpr std::array kExecutableCode = {String("id"), Enum("language", "Language"), String("code")};
constexpr std::array kCodeExecutionResult = {String("id"), Enum("outcome", "Outcome"),
                                             String("output")};
constexpr std::array kToolCall = {String("id"), Enum("toolType", "ToolType"), Struct("args")};
constexpr std::array kToolResponse = {String("id"), Enum("toolType", "ToolType"),
                                      Struct("response")};
constexpr std::array kVideoMetadata = {Span("startOffset"), Span("endOffset"), Float("fps")};
constexpr std::array kPartMediaResolution = {Enum("level", "MediaResolution"), Int32("numTokens")};
constexpr std::array kTool = {
    List("functionDeclarations", "FunctionDeclaration"),
    Message("googleSearch", "GoogleSearch"),
    Message("googleSearchRetrieval", "GoogleSearchRetrieval"),
    Message("codeExecution", "Empty"),
    Message("urlContext", "Empty"),
    Message("computerUse", "ComputerUse"),
    Message("googleMaps", "GoogleMaps"),
    Message("fileSearch", "FileSearch"),
    FieldType{"mcpServers", kValue, {}, Repeat::kList},
    Vertex(Any("retrieval")),
    Vertex(Any("enterpriseWebSearch")),
};
constexpr std::array kGoogleSearch = {Message("timeRangeFilter", "Interval"), Any("searchTypes"),
                                      Vertex(Strings("excludeDomains"))};
constexpr std::array kInterval = {String("startTime"), String("endTime")};
constexpr std::array kGoogleSearchRetrieval = {
    Message("dynamicRetrievalConfig", "DynamicRetrievalConfig")};
constexpr std::array kDynamicRetrievalConfig = {Enum("mode", "DynamicMode"),
                                                Float("dynamicThreshold")};
constexpr std::array kComputerUse = {String("environment"), Strings("excludedPredefinedFunctions")};
constexpr std::array kGoogleMaps = {Bool("enableWidget")};
constexpr std::array kFileSearch = {Strings("fileSearchStoreNames"), String("metadataFilter"),
                                    Int32("topK")};
constexpr std::array kFunctionDeclaration = {
    String("name"),
    String("description"),
    Enum("behavior", "Behavior"),
    Message("parameters", "Schema"),
    Any("parametersJsonSchema"),
    Message("response", "Schema"),
    Any("responseJsonSchema"),
};
constexpr std::array kSchema = {
    Enum("type", "Type"),
    String("format"),
    String("title"),
    String("description"),
    Bool("nullable"),
    Strings("enum"),
    Message("items", "Schema"),
    Int64("maxItems"),
    Int64("minItems"),
    Map("properties", "Schema"),
    Strings("required"),
    Int64("minProperties"),
    Int64("maxProperties"),
    Float("minimum"),
    Float("maximum"),
    Int64("minLength"),
    Int64("maxLength"),
    String("pattern"),
    Any("example"),
    List("anyOf", "Schema"),
    Strings("propertyOrdering"),
    Any("default"),
};
constexpr std::array kToolConfig = {
    Message("functionCallingConfig", "FunctionCallingConfig"),
    Message("retrievalConfig", "RetrievalConfig"),
    Bool("includeServerSideToolInvocations"),
};
constexpr std::array kFunctionCallingConfig = {Enum("mode", "Mode"),
                                               Strings("allowedFunctionNames"),
                                               Vertex(Bool("streamFunctionCallArguments"))};
constexpr std::array kRetrievalConfig = {Message("latLng", "LatLng"), String("languageCode")};
constexpr std::array kLatLng = {Float("latitude"), Float("longitude")};
constexpr std::array kSafetySetting = {Enum("category", "HarmCategory"),
                                       Enum("threshold", "HarmBlockThreshold"),
                                       Vertex(String("method"))};
constexpr std::array kGenerationConfig = {
    Strings("stopSequences"),
    String("responseMimeType"),
    Message("responseSchema", "Schema"),
    Any("responseJsonSchema"),
    Any("_responseJsonSchema"),
    Enums("responseModalities", "Modality"),
    Int32("candidateCount"),
    Int32("maxOutputTokens"),
    Float("temperature"),
    Float("topP"),
    Float("topK"),
    Int32("seed"),
    Float("presencePenalty"),
    Float("frequencyPenalty"),
    Bool("responseLogprobs"),
    Int32("logprobs"),
    Bool("enableEnhancedCivicAnswers"),
    Message("speechConfig", "SpeechConfig"),
    Message("thinkingConfig", "ThinkingConfig"),
    Message("imageConfig", "ImageConfig"),
    Enum("mediaResolution", "MediaResolution"),
    Vertex(Bool("audioTimestamp")),
    Vertex(Any("routingConfig")),
};
constexpr std::array kThinkingConfig = {Bool("includeThoughts"), Int32("thinkingBudget"),
                                        Enum("thinkingLevel", "ThinkingLevel")};
constexpr std::array kImageConfig = {String("aspectRatio"), String("imageSize"),
                                     Vertex(Any("imageOutputOptions")),
                                     Vertex(String("personGeneration"))};
constexpr std::array kSpeechConfig = {Message("voiceConfig", "VoiceConfig"),
                                      Message("multiSpeakerVoiceConfig", "MultiSpeakerVoiceConfig"),
                                      String("languageCode")};
constexpr std::array kVoiceConfig = {Message("prebuiltVoiceConfig", "PrebuiltVoiceConfig")};
constexpr std::array kPrebuiltVoiceConfig = {String("voiceName")};
constexpr std::array kMultiSpeakerVoiceConfig = {List("speakerVoiceConfigs", "SpeakerVoiceConfig")};
constexpr std::array kSpeakerVoiceConfig = {String("speaker"),
                                            Message("voiceConfig", "VoiceConfig")};

constexpr std::array kMessages = {
    MessageType{"GenerateContentRequest", kGenerateContentRequest},
    MessageType{"CountTokensRequest", kCountTokensRequest},
    MessageType{"EmbedContentRequest", kEmbedContentRequest},
    MessageType{"BatchEmbedContentsRequest", kBatchEmbedContentsRequest},
    MessageType{"Content", kContent},
    MessageType{"Part", kPart},
    MessageType{"Blob", kBlob},
    MessageType{"FileData", kFileData},
    MessageType{"FunctionCall", kFunctionCall},
    MessageType{"FunctionResponse", kFunctionResponse},
    MessageType{"FunctionResponsePart", kFunctionResponsePart},
    MessageType{"ExecutableCode", kExecutableCode},
    MessageType{"CodeExecutionResult", kCodeExecutionResult},
    MessageType{"ToolCall", kToolCall},
    MessageType{"ToolResponse", kToolResponse},
    MessageType{"VideoMetadata", kVideoMetadata},
    MessageType{"PartMediaResolution", kPartMediaResolution},
    MessageType{"Tool", kTool},
    MessageType{"Empty", {}},
    MessageType{"GoogleSearch", kGoogleSearch},
    MessageType{"Interval", kInterval},
    MessageType{"GoogleSearchRetrieval", kGoogleSearchRetrieval},
    MessageType{"DynamicRetrievalConfig", kDynamicRetrievalConfig},
    MessageType{"ComputerUse", kComputerUse},
    MessageType{"GoogleMaps", kGoogleMaps},
    MessageType{"FileSearch", kFileSearch},
    MessageType{"FunctionDeclaration", kFunctionDeclaration},
    MessageType{"Schema", kSchema},
    MessageType{"ToolConfig", kToolConfig},
    MessageType{"FunctionCallingConfig", kFunctionCallingConfig},
    MessageType{"RetrievalConfig", kRetrievalConfig},
    MessageType{"LatLng", kLatLng},
    MessageType{"SafetySetting", kSafetySetting},
    MessageType{"GenerationConfig", kGenerationConfig},
    MessageType{"ThinkingConfig", kThinkingConfig},
    MessageType{"ImageConfig", kImageConfig},
    MessageType{"SpeechConfig", kSpeechConfig},
    MessageType{"VoiceConfig", kVoiceConfig},
    MessageType{"PrebuiltVoiceConfig", kPrebuiltVoiceConfig},
    MessageType{"MultiSpeakerVoiceConfig", kMultiSpeakerVoiceConfig},
    MessageType{"SpeakerVoiceConfig", kSpeakerVoiceConfig},
};

constexpr std::array<Name, 8> kType = {"TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER",
                                       "BOOLEAN",          "ARRAY",  "OBJECT", "NULL"};
constexpr std::array<Name, 5> kMode = {"MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"};
constexpr std::array<Name, 17> kHarmCategory = {"HARM_CATEGORY_UNSPECIFIED",
                                                "HARM_CATEGORY_DEROGATORY",
                                                "HARM_CATEGORY_TOXICITY",
                                                "HARM_CATEGORY_VIOLENCE",
                                                "HARM_CATEGORY_SEXUAL",
                                                "HARM_CATEGORY_MEDICAL",
                                                "HARM_CATEGORY_DANGEROUS",
                                                "HARM_CATEGORY_HARASSMENT",
                                                "HARM_CATEGORY_HATE_SPEECH",
                                                "HARM_CATEGORY_SEXUALLY_EXPLICIT",
                                                "HARM_CATEGORY_DANGEROUS_CONTENT",
                                                "HARM_CATEGORY_CIVIC_INTEGRITY",
                                                "HARM_CATEGORY_JAILBREAK",
                                                "HARM_CATEGORY_IMAGE_HATE",
                                                "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT",
                                                "HARM_CATEGORY_IMAGE_HARASSMENT",
                                                "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT"};
constexpr std::array<Name, 6> kHarmBlockThreshold = {"HARM_BLOCK_THRESHOLD_UNSPECIFIED",
                                                     "BLOCK_LOW_AND_ABOVE",
                                                     "BLOCK_MEDIUM_AND_ABOVE",
                                                     "BLOCK_ONLY_HIGH",
                                                     "BLOCK_NONE",
                                                     "OFF"};
constexpr std::array<Name, 5> kModality = {"MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO",
                                           "VIDEO"};
constexpr std::array<Name, 5> kMediaResolution = {
    "MEDIA_RESOLUTION_UNSPECIFIED", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM",
    "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH"};
constexpr std::array<Name, 6> kThinkingLevel = {
    "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"};
constexpr std::array<Name, 2> kLanguage = {"LANGUAGE_UNSPECIFIED", "PYTHON"};
constexpr std::array<Name, 4> kOutcome = {"OUTCOME_UNSPECIFIED", "OUTCOME_OK", "OUTCOME_FAILED",
                                          "OUTCOME_DEADLINE_EXCEEDED"};
constexpr std::array<Name, 3> kBehavior = {"UNSPECIFIED", "BLOCKING", "NON_BLOCKING"};
constexpr std::array<Name, 4> kScheduling = {"SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE",
                                             "INTERRUPT"};
constexpr std::array<Name, 9> kTaskType = {
    "TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY",   "RETRIEVAL_DOCUMENT",
    "SEMANTIC_SIMILARITY",   "CLASSIFICATION",    "CLUSTERING",
    "QUESTION_ANSWERING",    "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"};
constexpr std::array<Name, 4> kServiceTier = {"unspecified", "flex", "standard", "priority"};
constexpr std::array<Name, 2> kDynamicMode = {"MODE_UNSPECIFIED", "MODE_DYNAMIC"};
constexpr std::array<Name, 7> kToolType = {
    "TOOL_TYPE_UNSPECIFIED", "GOOGLE_SEARCH_WEB", "GOOGLE_SEARCH_IMAGE", "URL_CONTEXT",
    "GOOGLE_MAPS",           "FILE_SEARCH",       "MEDIA_PROCESSING"};

constexpr std::array kEnums = {
    EnumType{"Type", kType},
    EnumType{"Mode", kMode},
    EnumType{"HarmCategory", kHarmCategory},
    EnumType{"HarmBlockThreshold", kHarmBlockThreshold},
    EnumType{"Modality", kModality},
    EnumType{"MediaResolution", kMediaResolution},
    EnumType{"ThinkingLevel", kThinkingLevel},
    EnumType{"Language", kLanguage},
    EnumType{"Outcome", kOutcome},
    EnumType{"Behavior", kBehavior},
    EnumType{"Scheduling", kScheduling},
    EnumType{"TaskType", kTaskType},
    EnumType{"ServiceTier", kServiceTier},
    EnumType{"DynamicMode", kDynamicMode},
    EnumType{"ToolType", kToolType},
};

}  // namespace

const FieldType* MessageType::Find(std::string_view key) const {
  const auto found = std::ranges::find_if(
      fields, [&](const FieldType& field) { return IsField(key, field.name); });
  return found == fields.end() ? nullptr : &*found;
}

const MessageType* FindMessage(std::string_view name) {
  const auto* found = std::ranges::find(kMessages, name, &MessageType::name);
  return found == kMessages.end() ? nullptr : found;
}

const EnumType* FindEnum(std::string_view name) {
  const auto* found = std::ranges::find(kEnums, name, &EnumType::name);
  return found == kEnums.end() ? nullptr : found;
}

}  // namespace agm::mock
