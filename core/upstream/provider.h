#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/chat/embedding.h"
#include "core/chat/request.h"
#include "core/config/config.h"
#include "core/protocol/shared/repair.h"
#include "core/upstream/fetch.h"
#include "core/upstream/model_entry.h"
#include "core/upstream/outgoing.h"
#include "core/upstream/sender.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// Facts about earlier turns that the gateway has and clients do not send back. Each may be empty.
struct Recall {
  /// The thought signature of a call, for a model of that family; empty if it is not known.
  std::function<std::string(std::string_view call_id, std::string_view family)> signature{};
  /// The model's own blocks of a turn; nullopt if the gateway knows no more than the client sent.
  std::function<std::optional<std::vector<chat::Block>>(const chat::Message& turn,
                                                        std::string_view family)>
      turn{};
  /// The name of the turn in which the model made the call, if it made several in it: equal names
  /// mean the same turn. Empty if it is not known.
  std::function<std::string(std::string_view call_id, std::string_view family)> turn_of{};
};

/// One chat request to a model. The references must outlive the call that gets them.
struct ChatOrder {
  const chat::Request& request;
  std::string model;                   ///< the upstream's name
  const ModelEntry* listed = nullptr;  ///< the upstream's own entry; null: not known
  Recall recall{};
  protocol::Repair repair = protocol::Repair::kNone;
  std::string_view refused_field{};  ///< for Repair::kOmitField
};

/// The facts about a model that the gateway needs before it writes a request.
struct ModelNature {
  bool urls = true;             ///< reads https:// references to media in messages itself
  bool urls_in_results = true;  ///< the same in a tool's result
};

/// An upstream's error response, or the error object inside a good one.
struct Refusal {
  int status = 0;  ///< 2xx: the error came inside a good response
  std::string_view body;
  /// A header of the response by its lower-case name; empty if there is none. May be empty.
  std::function<std::string_view(std::string_view name)> header{};
};

/// A question that brings vectors for some of a request's texts.
struct EmbeddingQuestion {
  Question question;
  std::size_t texts = 0;  ///< the number of texts that it covers, from the first
};

/// One kind of upstream API. The gateway passes a request in the neutral model; the provider of the
/// leased account writes it for its API and reads the response. core/README.md says what a further
/// kind of upstream needs.
///
/// Thread safety: immutable; any thread.
class Provider {
 public:
  virtual ~Provider() = default;

  /// The header with the credential; the name is empty if none is sent.
  virtual std::pair<std::string, Secret> CredentialHeader(const config::Account& account,
                                                          const Secret& credential) const = 0;
  /// The class of a failure, with the repair if the request can be written otherwise.
  virtual Failure Classify(const config::Account& account, const Refusal& refusal) const = 0;

  // Chat.

  /// By default a model reads all addresses of media itself.
  virtual ModelNature NatureOf(std::string_view model) const;
  /// The number of calls that give all of the request's choices: 1, the default, or one for each.
  virtual int CallsFor(const ChatOrder& order) const;
  /// Fails with kInvalidRequest if leaving something out would mislead the client.
  virtual Result<Outgoing> WriteChat(const ChatOrder& order) const = 0;
  /// The body for the next hop of a response that was interrupted with `token`; by default the
  /// same body again. Only Gemini's reader reports such a token.
  virtual std::string WriteNextHop(const Outgoing& outgoing, std::string_view token) const;
  virtual std::string ChatUrl(const config::Account& account, const Outgoing& outgoing) const = 0;

  // Embeddings: writes a question for the first of `texts`, as many as the upstream takes at once.
  // `texts` is not empty. By default both fail: the upstream has no embeddings.

  virtual Result<EmbeddingQuestion> WriteEmbeddings(const config::Account& account,
                                                    const chat::EmbeddingRequest& request,
                                                    std::span<const std::string> texts,
                                                    std::string_view model) const;
  /// Appends the vectors to `out`; fails unless there are exactly `texts` of them.
  virtual Result<void> ReadEmbeddings(std::string_view body, std::size_t texts,
                                      chat::Embeddings& out) const;

  // Counting a prompt's tokens: nothing, the default, where the upstream does not count.

  virtual std::optional<Question> WriteCount(const config::Account& account,
                                             const Outgoing& outgoing) const;
  virtual std::optional<std::int64_t> ReadCount(std::string_view body) const;

  // Models.

  /// All models that the account's upstream lists, in its order.
  virtual std::variant<std::vector<ModelEntry>, Failure> ListModels(
      const Sender& sender, const config::Account& account, const Secret& credential) const = 0;
  /// Sends a minimal request to check the credential; returns its duration or the failure.
  virtual std::variant<Duration, Failure> CheckCredential(const Sender& sender,
                                                          const config::Account& account,
                                                          const Secret& credential) const = 0;
  /// True if ListModels returns every model that the account can use; false if the upstream may
  /// also serve models that it does not list. By default true.
  virtual bool ListsAll(const config::Account& account) const;
  /// True if an account serves only the models that its upstream lists, because each server has
  /// names of its own. AccountKindFacts::has_own_models must say the same.
  virtual bool ServesOnlyListed() const { return false; }
  /// Models that stand in while no account lists its own.
  virtual std::vector<ModelEntry> BuiltInModels() const { return {}; }

  /// True if the upstream has Gemini's own API, so that requests in it can pass unchanged.
  virtual bool HasNativeApi() const { return false; }
  /// The URL of a resource of Gemini's own API in one of its versions, such as
  /// "models/gemini-2.5-flash:generateContent" in "v1beta"; empty if the account does not have it.
  virtual std::string NativeUrl(const config::Account& account, std::string_view version,
                                std::string_view resource) const;
};

}  // namespace agm::upstream
