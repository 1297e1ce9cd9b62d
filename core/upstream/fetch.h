#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "core/base/cancellation.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/call.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// One request with a complete JSON response: model lists, countTokens, embeddings.
struct Question {
  std::string url;
  std::string body;                ///< JSON, sent with POST; empty: GET
  std::size_t limit = 32U << 20U;  ///< in bytes; a longer response is kGarbage
};

/// Returns the response's body if it is 2xx and not a web page, otherwise the failure.
///
///   const Question question{ModelUrl(account, model, "countTokens"), body};
///   auto answer = Fetch(transport, account, credential, question, limits, cancellation);
///
/// Thread safety: any thread.
std::variant<std::string, Failure> Fetch(Transport& transport, const config::Account& account,
                                         const Secret& credential, const Question& question,
                                         const Limits& limits, const Cancellation& cancellation);

/// A request with everything that all requests of the account share.
HttpRequest NewRequest(const config::Account& account, const Secret& credential,
                       const Limits& limits);

/// Reads and classifies a response with any status but 2xx. Its size and time are limited.
Failure ReadFailure(Download& download, const config::Account& account, const Limits& limits,
                    const Cancellation& cancellation);

}  // namespace agm::upstream
