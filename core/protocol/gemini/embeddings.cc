#include "core/protocol/gemini/embeddings.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kBatch = 100;

Error NoEmbeddings(std::string_view what) {
  Error error = Fail(ErrorCode::kUpstreamRejected, "the upstream's answer holds {}", what);
  error.reason = "upstream_error";
  return error;
}

void WriteContent(JsonWriter& json, const std::string& text) {
  json.Key("content").Object().Key("parts").Array();
  json.Object().Key("text").String(text).EndObject().EndArray().EndObject();
}

void WriteSettings(JsonWriter& json, const chat::EmbeddingRequest& request) {
  if (!request.task.empty()) json.Key("taskType").String(request.task);
  if (!request.title.empty()) json.Key("title").String(request.title);
  if (request.dimensions) json.Key("outputDimensionality").Int(*request.dimensions);
}

std::string BatchBody(const chat::EmbeddingRequest& request, std::span<const std::string> texts,
                      std::string_view model) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("requests").Array();
  for (const std::string& text : texts) {
    json.Object().Key("model").String("models/" + std::string(model));
    WriteContent(json, text);
    WriteSettings(json, request);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

std::string OneBody(const chat::EmbeddingRequest& request, const std::string& text) {
  std::string body;
  JsonWriter json(body);
  json.Object();
  WriteContent(json, text);
  WriteSettings(json, request);
  json.EndObject();
  return body;
}

std::string PredictBody(const chat::EmbeddingRequest& request, const std::string& text) {
  std::string body;
  JsonWriter json(body);
  json.Object().Key("instances").Array().Object().Key("content").String(text);
  if (!request.task.empty()) json.Key("task_type").String(request.task);
  if (!request.title.empty()) json.Key("title").String(request.title);
  json.EndObject().EndArray();
  if (request.dimensions) {
    json.Key("parameters").Object();
    json.Key("outputDimensionality").Int(*request.dimensions).EndObject();
  }
  json.EndObject();
  return body;
}

void MakeUnit(std::vector<float>& vector) {
  double sum = 0;
  for (const float value : vector) sum += static_cast<double>(value) * static_cast<double>(value);
  const double length = std::sqrt(sum);
  if (length == 0 || std::abs(length - 1) < 1e-4) return;
  for (float& value : vector) value = static_cast<float>(static_cast<double>(value) / length);
}

Result<void> AddVector(JsonView values, chat::Embeddings& out) {
  std::vector<float> vector;
  vector.reserve(values.size());
  for (const JsonView value : values.items()) {
    const auto number = value.number();
    if (!number) return NoEmbeddings("a vector with something else than numbers");
    vector.push_back(static_cast<float>(*number));
  }
  if (vector.empty()) return NoEmbeddings("an empty vector");
  MakeUnit(vector);
  out.vectors.push_back(std::move(vector));
  return {};
}

Result<void> AddPrediction(JsonView prediction, chat::Embeddings& out) {
  const JsonView embeddings = prediction["embeddings"];
  out.tokens += IntegerOf(embeddings["statistics"]["token_count"]).value_or(0);
  return AddVector(embeddings["values"], out);
}

Result<void> AddAll(JsonView root, chat::Embeddings& out) {
  if (const JsonView one = root["embedding"]) {
    if (auto added = AddVector(one["values"], out); !added) return added;
  }
  for (const JsonView embedding : root["embeddings"].items()) {
    if (auto added = AddVector(embedding["values"], out); !added) return added;
  }
  for (const JsonView prediction : root["predictions"].items()) {
    if (auto added = AddPrediction(prediction, out); !added) return added;
  }
  return {};
}

}  // namespace

EmbeddingCall WriteGeminiEmbeddings(const chat::EmbeddingRequest& request,
                                    std::span<const std::string> texts, std::string_view model,
                                    bool vertex) {
  if (!vertex) {
    const auto batch = texts.first(std::min(texts.size(), kBatch));
    return {"batchEmbedContents", BatchBody(request, batch, model), batch.size()};
  }
  const bool predicts = model.find("embedding-2") == std::string_view::npos;
  if (predicts) return {"predict", PredictBody(request, texts.front()), 1};
  return {"embedContent", OneBody(request, texts.front()), 1};
}

Result<void> ReadGeminiEmbeddings(std::string_view body, std::size_t texts, chat::Embeddings& out) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return NoEmbeddings("no JSON");
  const std::size_t before = out.vectors.size();
  if (auto added = AddAll(doc->root(), out); !added) return added;
  if (out.vectors.size() - before != texts) return NoEmbeddings("another number of vectors");
  out.tokens += IntegerOf(doc->root()["usageMetadata"]["promptTokenCount"]).value_or(0);
  return {};
}

}  // namespace agm::protocol
