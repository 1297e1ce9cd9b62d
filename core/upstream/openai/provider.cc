#include "core/upstream/openai/provider.h"

#include <memory>
#include <string>
#include <utility>

#include "core/base/random.h"
#include "core/protocol/openai/upstream_embeddings.h"
#include "core/protocol/openai/upstream_images.h"
#include "core/protocol/openai/upstream_reader.h"
#include "core/protocol/openai/upstream_request.h"
#include "core/upstream/openai/classify.h"
#include "core/upstream/openai/models.h"

namespace agm::upstream {
namespace {

using config::Account;

constexpr std::size_t kIdLength = 24;

// Details that one model wants back of its own turns are of no use to another model.
std::string FamilyOf(std::string_view model) { return "openai " + std::string(model); }

class OpenAi : public Provider {
 public:
  std::pair<std::string, Secret> CredentialHeader(const Account&,
                                                  const Secret& credential) const override {
    if (credential.empty()) return {};
    return {"Authorization", Secret("Bearer " + credential.Reveal())};
  }

  Failure Classify(const Account&, const Refusal& refusal) const override {
    return ClassifyOpenAi(refusal);
  }

  Result<Outgoing> WriteChat(const ChatOrder& order) const override {
    if (protocol::IsImageOrder(order.request, order.repair)) return WriteImages(order);
    protocol::OpenAiTurns turns;
    if (order.recall.turn) {
      turns = [&recall = order.recall.turn, family = FamilyOf(order.model)](
                  const chat::Message& turn) { return recall(turn, family); };
    }
    auto written = protocol::WriteOpenAiRequest(
        order.request, {order.model, order.repair, order.refused_field, std::move(turns)});
    if (!written) return std::move(written).error();
    const auto new_reader = [reading = std::move(written->reading)] {
      return std::make_unique<protocol::OpenAiStreamReader>([] { return RandomId(kIdLength); },
                                                            reading);
    };
    Outgoing outgoing{order.model, order.request.stream, std::move(written->body), new_reader,
                      std::move(written->dropped)};
    outgoing.family = FamilyOf(order.model);
    return outgoing;
  }

  std::string ChatUrl(const Account& account, const Outgoing& outgoing) const override {
    return OpenAiUrl(account, outgoing.pictures ? "images/generations" : "chat/completions");
  }

  Result<EmbeddingQuestion> WriteEmbeddings(const Account& account,
                                            const chat::EmbeddingRequest& request,
                                            std::span<const std::string> texts,
                                            std::string_view model) const override {
    auto call = protocol::WriteOpenAiEmbeddingCall(request, texts, model);
    return EmbeddingQuestion{{OpenAiUrl(account, "embeddings"), std::move(call.body)}, call.texts};
  }

  Result<void> ReadEmbeddings(std::string_view body, std::size_t texts,
                              chat::Embeddings& out) const override {
    return protocol::ReadOpenAiEmbeddingCall(body, texts, out);
  }

  std::variant<std::vector<ModelEntry>, Failure> ListModels(
      const Sender& sender, const Account& account, const Secret& credential) const override {
    return ListOpenAiModels(sender, {*this, account, credential});
  }

  std::variant<Duration, Failure> CheckCredential(const Sender& sender, const Account& account,
                                                  const Secret& credential) const override {
    const TimePoint start = SystemClock().Now();
    auto models = ListOpenAiModels(sender, {*this, account, credential});
    if (auto* failure = std::get_if<Failure>(&models)) return std::move(*failure);
    return std::chrono::ceil<Duration>(SystemClock().Now() - start);
  }

  bool ServesOnlyListed() const override { return true; }

 private:
  static Outgoing WriteImages(const ChatOrder& order) {
    Outgoing outgoing;
    outgoing.model = order.model;
    outgoing.body = protocol::WriteOpenAiImageOrder(
        order.request, {order.model, order.repair, order.refused_field});
    outgoing.new_reader = [] { return std::make_unique<protocol::OpenAiImagesReader>(); };
    outgoing.pictures = true;
    outgoing.family = FamilyOf(order.model);
    return outgoing;
  }
};

}  // namespace

const Provider& OpenAiProvider() {
  static const OpenAi provider;
  return provider;
}

}  // namespace agm::upstream
