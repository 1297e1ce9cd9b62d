#include "core/upstream/gemini/provider.h"

#include <memory>
#include <utility>

#include "core/base/random.h"
#include "core/protocol/gemini/count.h"
#include "core/protocol/gemini/embeddings.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"
#include "core/protocol/gemini/response.h"
#include "core/upstream/gemini/address.h"
#include "core/upstream/gemini/classify.h"
#include "core/upstream/gemini/models.h"
#include "core/upstream/retry_delay.h"

namespace agm::upstream {
namespace {

using config::Account;

constexpr std::size_t kIdLength = 24;

bool IsVertex(const Account& account) { return account.kind == config::AccountKind::kVertex; }

/// The abilities of the model: the built-in table, with the limits that the upstream lists.
protocol::ModelTraits TraitsFor(const ChatOrder& order) {
  protocol::ModelTraits traits = protocol::TraitsOf(order.model);
  const bool listed = order.listed != nullptr && order.listed->output_limit > 0;
  if (listed) traits.max_output_tokens = order.listed->output_limit;
  return traits;
}

class Gemini : public Provider {
 public:
  std::pair<std::string, Secret> CredentialHeader(const Account& account,
                                                  const Secret& credential) const override {
    return upstream::CredentialHeader(account, credential);
  }

  Failure Classify(const Account& account, const Refusal& refusal) const override {
    const auto header = refusal.header ? refusal.header("retry-after") : std::string_view();
    return upstream::Classify(refusal.status, refusal.body, IsVertex(account),
                              ReadRetryAfter(header));
  }

  ModelNature NatureOf(std::string_view model) const override {
    const protocol::ModelTraits traits = protocol::TraitsOf(model);
    return {traits.urls, traits.urls && !traits.response_parts};
  }

  int CallsFor(const ChatOrder& order) const override {
    return protocol::GeminiCallsFor(order.request, TraitsFor(order));
  }

  Result<Outgoing> WriteChat(const ChatOrder& order) const override {
    const protocol::GeminiWriteOptions options{order.recall.turn, order.recall.turn_of,
                                               order.recall.signature, order.repair};
    protocol::ModelTraits traits = TraitsFor(order);
    auto written = protocol::WriteGeminiRequest(order.request, traits, options);
    if (!written) return std::move(written).error();
    const auto new_reader = [reading = std::move(written->reading)] {
      return std::make_unique<protocol::GeminiStreamReader>([] { return RandomId(kIdLength); },
                                                            reading);
    };
    Outgoing outgoing{order.model, order.request.stream, std::move(written->body), new_reader,
                      std::move(written->dropped)};
    outgoing.family = std::move(traits.family);
    return outgoing;
  }

  std::string WriteNextHop(const Outgoing& outgoing, std::string_view token) const override {
    return protocol::WithContinuation(outgoing.body.view(), token);
  }

  std::string ChatUrl(const Account& account, const Outgoing& outgoing) const override {
    if (!outgoing.stream) return ModelUrl(account, outgoing.model, "generateContent");
    return ModelUrl(account, outgoing.model, "streamGenerateContent") + "?alt=sse";
  }

  Result<EmbeddingQuestion> WriteEmbeddings(const Account& account,
                                            const chat::EmbeddingRequest& request,
                                            std::span<const std::string> texts,
                                            std::string_view model) const override {
    auto call = protocol::WriteGeminiEmbeddings(request, texts, model, IsVertex(account));
    return EmbeddingQuestion{{ModelUrl(account, model, call.method), std::move(call.body)},
                             call.texts};
  }

  Result<void> ReadEmbeddings(std::string_view body, std::size_t texts,
                              chat::Embeddings& out) const override {
    return protocol::ReadGeminiEmbeddings(body, texts, out);
  }

  std::optional<Question> WriteCount(const Account& account,
                                     const Outgoing& outgoing) const override {
    return Question{
        ModelUrl(account, outgoing.model, "countTokens"),
        protocol::WriteGeminiCount(outgoing.body.view(), outgoing.model, IsVertex(account))};
  }

  std::optional<std::int64_t> ReadCount(std::string_view body) const override {
    return protocol::ReadGeminiCount(body);
  }

  std::variant<std::vector<ModelEntry>, Failure> ListModels(
      const Sender& sender, const Account& account, const Secret& credential) const override {
    return ListGeminiModels(sender, {*this, account, credential});
  }

  std::variant<Duration, Failure> CheckCredential(const Sender& sender, const Account& account,
                                                  const Secret& credential) const override {
    return CheckGeminiCredential(sender, {*this, account, credential});
  }

  // Vertex AI's list lacks models that it serves.
  bool ListsAll(const Account& account) const override { return !IsVertex(account); }

  std::vector<ModelEntry> BuiltInModels() const override {
    std::vector<ModelEntry> models;
    for (const protocol::KnownModel& known : protocol::KnownModels()) {
      ModelEntry entry;
      entry.id = known.id;
      entry.owner = kGeminiOwner;
      entry.input_limit = known.input_limit;
      entry.output_limit = known.output_limit;
      entry.methods = {"generateContent"};
      entry.embeds = false;
      models.push_back(std::move(entry));
    }
    return models;
  }

  bool HasNativeApi() const override { return true; }

  std::string NativeUrl(const Account& account, std::string_view version,
                        std::string_view resource) const override {
    return ResourceUrl(account, version, resource);
  }
};

}  // namespace

const Provider& GeminiProvider() {
  static const Gemini provider;
  return provider;
}

}  // namespace agm::upstream
