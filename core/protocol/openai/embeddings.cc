#include "core/protocol/openai/embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/base64.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMostTexts = 2048;
constexpr std::int64_t kMostDimensions = 3072;
constexpr std::string_view kNoTokens =
    "token ids cannot be read here, because the models have another tokenizer; send the text "
    "itself (in LangChain: check_embedding_ctx_length=False)";

// The input types of other gateways' clients, with Gemini's task types.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTasks = {{
    {"query", "RETRIEVAL_QUERY"},
    {"search_query", "RETRIEVAL_QUERY"},
    {"document", "RETRIEVAL_DOCUMENT"},
    {"passage", "RETRIEVAL_DOCUMENT"},
    {"search_document", "RETRIEVAL_DOCUMENT"},
    {"classification", "CLASSIFICATION"},
    {"clustering", "CLUSTERING"},
    {"semantic_similarity", "SEMANTIC_SIMILARITY"},
    {"question_answering", "QUESTION_ANSWERING"},
    {"fact_verification", "FACT_VERIFICATION"},
    {"code_retrieval_query", "CODE_RETRIEVAL_QUERY"},
}};

// The sizes that OpenAI's names imply (https://platform.openai.com/docs/guides/embeddings): vector
// stores are created for them.
std::optional<std::int64_t> SizeOf(std::string_view model) {
  constexpr std::string_view kVendor = "openai/";
  if (model.starts_with(kVendor)) model.remove_prefix(kVendor.size());
  if (model == "text-embedding-3-small" || model == "text-embedding-ada-002") return 1536;
  if (model == "text-embedding-3-large") return 3072;
  return std::nullopt;
}

/// Reads one request; `fields_` keeps the first problem.
class Reader {
 public:
  Result<chat::EmbeddingRequest> Run(JsonView root) {
    out_.model = fields_.NeededText(root, "model", {});
    Input(root["input"]);
    out_.dimensions = fields_.Integer(root, "dimensions", {}, {1, kMostDimensions});
    if (!out_.dimensions) out_.dimensions = SizeOf(out_.model);
    out_.title = fields_.Text(root, "title", {});
    Encoding(fields_.Text(root, "encoding_format", {}));
    Task(root, "input_type");
    Task(root, "task_type");
    if (!fields_.ok()) return *fields_.error();
    return std::move(out_);
  }

 private:
  void Input(JsonView input) {
    const FieldPath at("input");
    if (!input) {
      fields_.Refuse("missing_required_parameter", at, "a string or an array of strings is needed");
    } else if (input.is(JsonKind::kString)) {
      Text(input, at);
    } else if (!input.is(JsonKind::kArray)) {
      fields_.WrongType(at, "a string or an array of strings", input);
    } else if (input.size() == 0) {
      fields_.Refuse("empty_array", at, "expected at least one text, found none");
    } else if (input.size() > kMostTexts && !(*input.items().begin()).is(JsonKind::kNumber)) {
      fields_.Refuse("array_above_max_length", at,
                     fmt::format("expected at most {} texts, found {}", kMostTexts, input.size()));
    } else {
      std::size_t index = 0;
      for (const JsonView text : input.items()) {
        if (!fields_.ok()) return;
        Text(text, FieldPath(at, index++));
      }
    }
  }

  void Text(JsonView text, const FieldPath& at) {
    const bool tokens = text.is(JsonKind::kNumber) || text.is(JsonKind::kArray);
    if (tokens) {
      fields_.Refuse("unsupported_value", FieldPath("input"), kNoTokens);
    } else if (!text.is(JsonKind::kString)) {
      fields_.WrongType(at, "a string", text);
    } else if (out_.texts.emplace_back(text.text()).empty()) {
      fields_.Refuse("invalid_value", at, "expected some text, found an empty string");
    }
  }

  void Encoding(const std::string& format) {
    if (format.empty() || format == "float") return;
    out_.base64 = format == "base64";
    if (out_.base64) return;
    fields_.Refuse("invalid_value", FieldPath("encoding_format"),
                   fmt::format("expected 'float' or 'base64', found '{}'", format));
  }

  void Task(JsonView root, std::string_view key) {
    const std::string word = AsciiLower(fields_.Text(root, key, {}));
    if (word.empty()) return;
    const auto* const found = std::find_if(kTasks.begin(), kTasks.end(), [&](const auto& task) {
      return word == task.first || word == AsciiLower(task.second);
    });
    if (found != kTasks.end()) {
      out_.task = found->second;
    } else {
      fields_.Refuse(
          "invalid_value", FieldPath(key),
          fmt::format("expected a task such as 'query' or 'document', found '{}'", word));
    }
  }

  Fields fields_;
  chat::EmbeddingRequest out_;
};

std::string Packed(const std::vector<float>& vector) {
  std::string bytes(vector.size() * sizeof(float), '\0');
  for (std::size_t i = 0; i < vector.size(); ++i) {
    auto bits = std::bit_cast<std::uint32_t>(vector[i]);
    for (std::size_t byte = 0; byte < sizeof(float); ++byte, bits >>= 8U) {
      bytes[i * sizeof(float) + byte] = static_cast<char>(bits & 0xFFU);
    }
  }
  return EncodeBase64(bytes);
}

// The upstream's count, or OpenAI's rule of thumb: four characters per token.
std::int64_t TokensOf(const chat::EmbeddingRequest& request, const chat::Embeddings& embeddings) {
  if (embeddings.tokens > 0) return embeddings.tokens;
  std::size_t characters = 0;
  for (const std::string& text : request.texts) characters += CountCodePoints(text);
  return static_cast<std::int64_t>((characters + 3) / 4);
}

}  // namespace

Result<chat::EmbeddingRequest> ReadOpenAiEmbeddings(std::string_view body) {
  const auto doc = JsonDoc::Parse(body);
  if (!doc) return doc.error();
  if (!doc->root().is(JsonKind::kObject)) {
    return Invalid(
        "invalid_type", "",
        fmt::format("expected a JSON object as the body, found {}", KindName(doc->root().kind())));
  }
  return Reader().Run(doc->root());
}

std::string WriteOpenAiEmbeddings(const chat::EmbeddingRequest& request,
                                  const chat::Embeddings& embeddings) {
  std::string out;
  JsonWriter json(out);
  json.Object().Key("object").String("list").Key("data").Array();
  std::int64_t index = 0;
  for (const std::vector<float>& vector : embeddings.vectors) {
    json.Object().Key("object").String("embedding").Key("index").Int(index++).Key("embedding");
    if (request.base64) {
      json.String(Packed(vector));
    } else {
      json.Array();
      for (const float value : vector) json.Raw(fmt::format("{}", value));
      json.EndArray();
    }
    json.EndObject();
  }
  const std::int64_t tokens = TokensOf(request, embeddings);
  json.EndArray().Key("model").String(request.model).Key("usage").Object();
  json.Key("prompt_tokens").Int(tokens).Key("total_tokens").Int(tokens).EndObject().EndObject();
  return out;
}

}  // namespace agm::protocol
