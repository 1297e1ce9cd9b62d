#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/chat/embedding.h"
#include "core/chat/request.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"

/// Holds a request to the limits of its client key, before anything is asked of the pool:
///
///   auto targets = AdmitChat(services, *request, resolved->targets, Choice{session}, record);
///   if (!targets) return refuse(targets.error());
///
/// A request without a key, or with one of [proxy], is not limited.
///
/// Thread safety: any thread.
namespace agm::gateway {

/// How the pool chooses the account of a request.
struct Choice {
  std::string session;  ///< see RequestContext
  std::string_view method = "generateContent";
};

/// The targets that the key may use; kForbidden with the allowed models if there is none.
Result<std::vector<std::string>> UsableTargets(const Record& record, const std::string& asked,
                                               std::vector<std::string> targets);

/// Reserves the request's place in the key's limits and returns the targets that the key may use.
/// The record keeps the reservation and the headers that tell what is left. kForbidden,
/// kRateLimited or kBudgetSpent. In a cluster the server is asked about the account that the pool
/// would choose in the same round trip, and the record keeps the lease too (`choice`; nullopt: no
/// account is needed).
Result<std::vector<std::string>> AdmitChat(const Services& services, const chat::Request& request,
                                           std::vector<std::string> targets,
                                           const std::optional<Choice>& choice, Record& record);

/// The same for embeddings, which generate nothing.
Result<std::vector<std::string>> AdmitEmbeddings(const Services& services,
                                                 const chat::EmbeddingRequest& request,
                                                 std::vector<std::string> targets,
                                                 const std::optional<Choice>& choice,
                                                 Record& record);

/// The same for a request in the upstream's own format, of which only the size in bytes is known:
/// the estimate of its output is that of the key's usual requests.
Result<std::vector<std::string>> AdmitNative(const Services& services, const std::string& model,
                                             std::size_t bytes, std::vector<std::string> targets,
                                             const std::optional<Choice>& choice, Record& record);

}  // namespace agm::gateway
