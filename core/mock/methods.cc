#include "core/mock/methods.h"

#include <fmt/format.h>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/mock/answer_writer.h"
#include "core/mock/answerer.h"
#include "core/mock/checks.h"
#include "core/mock/embedding.h"
#include "core/mock/message.h"
#include "core/mock/pretty.h"
#include "core/mock/proto_check.h"

namespace agm::mock {
namespace {

constexpr std::size_t kMostInBatch = 100;

Reply Json(const std::string& compact) {
  Reply reply;
  reply.text = Pretty(compact);
  return reply;
}

CheckRules RulesOf(const MethodCall& call) { return {call.model, call.route.vertex, call.strict}; }

bool IsStream(const MethodCall& call) { return call.route.method == "streamGenerateContent"; }

Reply Refuse(const MethodCall& call, const GoogleError& error) {
  return ReplyWith(error, IsStream(call) && !call.sse);
}

Reply Generate(const MethodCall& call, JsonView request) {
  if (const auto error = CheckGenerate(RulesOf(call), request)) return Refuse(call, *error);
  Answer answer = MakeAnswer(call.model, request, call.id);
  answer.pace = call.pace;
  ShapeAnswer(call.fault, answer);
  Reply reply;
  if (!IsStream(call)) {
    reply.text = WriteAnswer(answer);
    return reply;
  }
  const StreamForm form = call.sse ? StreamForm::kSse : StreamForm::kArray;
  if (call.sse) reply.content_type = "text/event-stream";
  reply.stream = BreakStream(call.fault, StreamAnswer(std::move(answer), form), form);
  return reply;
}

Reply Count(const MethodCall& call, JsonView request) {
  if (const auto error = CheckCount(RulesOf(call), request)) return Refuse(call, *error);
  const JsonView wrapped = Field(request, "generateContentRequest");
  const std::int64_t tokens = PromptTokens(wrapped ? wrapped : request);
  return Json(fmt::format(
      R"({{"totalTokens":{0},"promptTokensDetails":[{{"modality":"TEXT","tokenCount":{0}}}]}})",
      tokens));
}

void WriteValues(JsonWriter& json, const Model& model, std::string_view text,
                 std::optional<double> size) {
  // gemini-embedding-001 does not normalise shortened vectors.
  const auto values = Embed(text, static_cast<std::size_t>(size.value_or(3072)),
                            model.id != "gemini-embedding-001");
  json.Key("values").Array();
  for (const float value : values) json.Raw(fmt::format("{:.8g}", value));
  json.EndArray();
}

void WriteEmbedding(JsonWriter& json, const Model& model, JsonView request) {
  json.Object();
  WriteValues(json, model, TextOf(Field(request, "content")),
              NumberOf(Field(request, "outputDimensionality")));
  json.EndObject();
}

void WriteUsage(JsonWriter& json, std::int64_t tokens) {
  json.Key("usageMetadata").Object().Key("promptTokenCount").Int(tokens).EndObject();
}

Reply EmbedOne(const MethodCall& call, JsonView request) {
  if (const auto error = CheckEmbed(RulesOf(call), request, "EmbedContentRequest")) {
    return Refuse(call, *error);
  }
  std::string out;
  JsonWriter json(out);
  json.Object().Key("embedding");
  WriteEmbedding(json, call.model, request);
  WriteUsage(json, CountTokens(TextOf(Field(request, "content"))));
  json.EndObject();
  return Json(out);
}

std::optional<GoogleError> CheckBatch(const MethodCall& call, JsonView requests) {
  constexpr std::string_view kPath = "BatchEmbedContentsRequest.requests";
  Complaints complaints;
  if (requests.size() == 0) complaints.Field(kPath, "requests is not specified");
  if (requests.size() > kMostInBatch) {
    complaints.Field(kPath, "at most 100 requests can be in one batch");
  }
  if (complaints.any()) return complaints.error();
  std::size_t index = 0;
  std::optional<GoogleError> error;
  ForEach(requests, [&](JsonView request) {
    const std::string path = fmt::format("{}[{}]", kPath, index++);
    if (error) return;
    if (!Field(request, "model").equals("models/" + call.model.id)) {
      complaints.Field(path + ".model", "unexpected model name format");
      error = complaints.error();
      return;
    }
    error = CheckEmbed(RulesOf(call), request, path);
  });
  return error;
}

Reply EmbedBatch(const MethodCall& call, JsonView request) {
  const JsonView requests = Field(request, "requests");
  if (const auto error = CheckBatch(call, requests)) return Refuse(call, *error);
  std::string out;
  std::int64_t tokens = 0;
  JsonWriter json(out);
  json.Object().Key("embeddings").Array();
  ForEach(requests, [&](JsonView one) {
    WriteEmbedding(json, call.model, one);
    tokens += CountTokens(TextOf(Field(one, "content")));
  });
  json.EndArray();
  WriteUsage(json, tokens);
  json.EndObject();
  return Json(out);
}

// Vertex AI's older API for embeddings: instances in, predictions out.
Reply Predict(const MethodCall& call, JsonView request) {
  const JsonView instances = request["instances"];
  if (instances.size() == 0) return Refuse(call, InvalidArgument("Empty instances."));
  if (call.model.id == "gemini-embedding-001" && instances.size() > 1) {
    return Refuse(call, InvalidArgument("1 instance is allowed per prediction."));
  }
  const auto size = NumberOf(request["parameters"]["outputDimensionality"]);
  std::string out;
  JsonWriter json(out);
  json.Object().Key("predictions").Array();
  for (const JsonView instance : instances.items()) {
    const std::string text = instance["content"].text();
    if (text.empty()) return Refuse(call, InvalidArgument("The text content is empty."));
    json.Object().Key("embeddings").Object();
    WriteValues(json, call.model, text, size);
    json.Key("statistics").Object().Key("truncated").Bool(false);
    json.Key("token_count").Int(CountTokens(text)).EndObject();
    json.EndObject().EndObject();
  }
  json.EndArray().EndObject();
  return Json(out);
}

std::string_view MessageOf(std::string_view method) {
  if (method == "countTokens") return "CountTokensRequest";
  if (method == "embedContent") return "EmbedContentRequest";
  if (method == "batchEmbedContents") return "BatchEmbedContentsRequest";
  return "GenerateContentRequest";
}

}  // namespace

Reply ServeMethod(const MethodCall& call) {
  const auto doc = JsonDoc::Parse(call.body.empty() ? "{}" : call.body);
  if (!doc) {
    return Refuse(call, InvalidArgument("Invalid JSON payload received. " + doc.error().message));
  }
  const JsonView request = doc->root();
  const std::string_view method = call.route.method;
  if (method == "predict") return Predict(call, request);
  const auto violations =
      CheckMessage(MessageOf(method), request, {call.route.vertex, call.strict});
  if (!violations.empty()) return Refuse(call, BadFields(violations));
  if (method == "countTokens") return Count(call, request);
  if (method == "embedContent") return EmbedOne(call, request);
  if (method == "batchEmbedContents") return EmbedBatch(call, request);
  return Generate(call, request);
}

}  // namespace agm::mock
