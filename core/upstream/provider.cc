#include "core/upstream/provider.h"

namespace agm::upstream {

ModelNature Provider::NatureOf(std::string_view) const { return {}; }

int Provider::CallsFor(const ChatOrder&) const { return 1; }

std::string Provider::WriteNextHop(const Outgoing& outgoing, std::string_view) const {
  return std::string(outgoing.body.view());
}

Result<EmbeddingQuestion> Provider::WriteEmbeddings(const config::Account&,
                                                    const chat::EmbeddingRequest&,
                                                    std::span<const std::string>,
                                                    std::string_view) const {
  return Fail(ErrorCode::kUnknownModel, "this kind of upstream has no embeddings");
}

Result<void> Provider::ReadEmbeddings(std::string_view, std::size_t, chat::Embeddings&) const {
  return Fail(ErrorCode::kUpstreamRejected, "this kind of upstream has no embeddings");
}

std::optional<Question> Provider::WriteCount(const config::Account&, const Outgoing&) const {
  return std::nullopt;
}

std::optional<std::int64_t> Provider::ReadCount(std::string_view) const { return std::nullopt; }

bool Provider::ListsAll(const config::Account&) const { return true; }

std::string Provider::NativeUrl(const config::Account&, std::string_view, std::string_view) const {
  return {};
}

}  // namespace agm::upstream
