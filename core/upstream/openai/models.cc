#include "core/upstream/openai/models.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/json_doc.h"
#include "core/protocol/shared/numbers.h"
#include "core/upstream/fetch.h"

namespace agm::upstream {
namespace {

std::int64_t FirstOf(std::initializer_list<JsonView> numbers) {
  for (const JsonView number : numbers) {
    if (const auto value = protocol::IntegerOf(number); value.value_or(0) > 0) return *value;
  }
  return 0;
}

ModelEntry ReadEntry(JsonView model) {
  ModelEntry entry;
  entry.id = model["id"].text();
  entry.display_name = model["name"].text();
  entry.owner = model["owned_by"].text();
  const JsonView top = model["top_provider"];
  entry.input_limit =
      FirstOf({model["context_window"], model["context_length"], model["max_model_len"],
               model["max_context_length"], model["meta"]["n_ctx_train"]});
  entry.output_limit = FirstOf(
      {model["max_output_tokens"], model["max_completion_tokens"], top["max_completion_tokens"]});
  // LM Studio states the type; the others say nothing, and the server refuses what it cannot do.
  entry.chats = !model["type"].equals("embeddings") && !model["type"].equals("embedding");
  return entry;
}

}  // namespace

std::string OpenAiUrl(const config::Account& account, std::string_view path) {
  std::string_view base = account.base_url;
  while (base.ends_with('/')) base.remove_suffix(1);
  const std::size_t host = base.find("://");
  const bool bare = base.find('/', host == base.npos ? 0 : host + 3) == base.npos;
  return fmt::format("{}{}/{}", base, bare ? "/v1" : "", path);
}

std::variant<std::vector<ModelEntry>, Failure> ListOpenAiModels(const Sender& sender,
                                                                const Recipient& recipient) {
  auto body = Fetch(sender, recipient, {OpenAiUrl(recipient.account, "models"), {}});
  if (auto* failure = std::get_if<Failure>(&body)) return std::move(*failure);
  const auto doc = JsonDoc::Parse(std::get<std::string>(body));
  if (!doc) return GarbageFailure("no list of models");
  const JsonView list = doc->root().is(JsonKind::kArray) ? doc->root() : doc->root()["data"];
  // Ollama without a model lists null.
  if (!list && !doc->root()["object"].equals("list")) return GarbageFailure("no list of models");
  std::vector<ModelEntry> models;
  for (const JsonView model : list.items()) {
    ModelEntry entry = ReadEntry(model);
    if (!entry.id.empty()) models.push_back(std::move(entry));
  }
  return models;
}

}  // namespace agm::upstream
