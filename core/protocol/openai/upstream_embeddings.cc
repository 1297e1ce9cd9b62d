#include "core/protocol/openai/upstream_embeddings.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMostTexts = 128;

// Some servers answer with packed little-endian float32 although they were asked for numbers.
std::vector<float> Unpacked(std::string_view base64) {
  const std::string bytes = DecodeBase64(NormalBase64(base64).value_or(""));
  std::vector<float> vector(bytes.size() / 4);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    std::uint32_t bits = 0;
    for (std::size_t k = 4; k-- > 0;)
      bits = bits << 8U | static_cast<unsigned char>(bytes[4 * i + k]);
    vector[i] = std::bit_cast<float>(bits);
  }
  return vector;
}

std::vector<float> ReadVector(JsonView json) {
  if (json.is(JsonKind::kString)) return Unpacked(json.text());
  std::vector<float> vector;
  vector.reserve(json.size());
  for (const JsonView number : json.items()) {
    vector.push_back(static_cast<float>(number.number().value_or(0)));
  }
  return vector;
}

}  // namespace

OpenAiEmbeddingCall WriteOpenAiEmbeddingCall(const chat::EmbeddingRequest& request,
                                             std::span<const std::string> texts,
                                             std::string_view model) {
  OpenAiEmbeddingCall call{{}, std::min(texts.size(), kMostTexts)};
  JsonWriter json(call.body);
  json.Object().Key("model").String(model).Key("input").Array();
  for (const std::string& text : texts.first(call.texts)) json.String(text);
  json.EndArray().Key("encoding_format").String("float");
  if (request.dimensions) json.Key("dimensions").Int(*request.dimensions);
  json.EndObject();
  return call;
}

Result<void> ReadOpenAiEmbeddingCall(std::string_view body, std::size_t texts,
                                     chat::Embeddings& out) {
  const auto doc = JsonDoc::Parse(body);
  std::vector<std::vector<float>> vectors(texts);
  std::size_t next = 0;
  std::size_t filled = 0;
  if (doc) {
    for (const JsonView item : doc->root()["data"].items()) {
      const auto index = IntegerOf(item["index"]).value_or(static_cast<std::int64_t>(next));
      ++next;
      if (index < 0 || static_cast<std::size_t>(index) >= texts) continue;
      std::vector<float>& vector = vectors[static_cast<std::size_t>(index)];
      if (!vector.empty()) continue;
      vector = ReadVector(item["embedding"]);
      if (!vector.empty()) ++filled;
    }
  }
  if (filled != texts || next != texts) {
    return Fail(ErrorCode::kUpstreamRejected, "expected {} embeddings, found {}", texts, next);
  }
  for (auto& vector : vectors) out.vectors.push_back(std::move(vector));
  out.tokens +=
      std::max<std::int64_t>(IntegerOf(doc->root()["usage"]["prompt_tokens"]).value_or(0), 0);
  return {};
}

}  // namespace agm::protocol
