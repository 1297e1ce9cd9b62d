#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/chat/embedding.h"
#include "core/chat/request.h"
#include "core/gateway/record.h"
#include "core/gateway/services.h"

/// Holds a request to the limits of its client key, before anything is asked of the pool:
///
///   auto targets = AdmitChat(services, *request, resolved->targets, record);
///   if (!targets) return refuse(targets.error());
///
/// A request without a key, or with one of [proxy], is not limited.
///
/// Thread safety: any thread.
namespace agm::gateway {

/// The targets that the key may use; kForbidden with the allowed models if there is none.
Result<std::vector<std::string>> UsableTargets(const Record& record, const std::string& asked,
                                               std::vector<std::string> targets);

/// The targets that the key may use, after taking a place in its limits, which the record keeps
/// together with the headers that tell what is left. kForbidden, kRateLimited or kBudgetSpent.
Result<std::vector<std::string>> AdmitChat(const Services& services, const chat::Request& request,
                                           std::vector<std::string> targets, Record& record);

/// The same for embeddings, which generate nothing.
Result<std::vector<std::string>> AdmitEmbeddings(const Services& services,
                                                 const chat::EmbeddingRequest& request,
                                                 std::vector<std::string> targets, Record& record);

/// The same for a request in the upstream's own format, of which only the size in bytes is known:
/// it is expected to generate what the key's requests usually do.
Result<std::vector<std::string>> AdmitNative(const Services& services, const std::string& model,
                                             std::size_t bytes, std::vector<std::string> targets,
                                             Record& record);

}  // namespace agm::gateway
