#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "core/http/client/transport.h"
#include "core/upstream/sender.h"
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
///   const auto question = provider.WriteCount(account, outgoing);
///   auto answer = Fetch({transport, limits, cancellation}, recipient, *question);
///
/// Thread safety: any thread.
std::variant<std::string, Failure> Fetch(const Sender& sender, const Recipient& recipient,
                                         const Question& question);

/// A request with everything that all requests of the account share, and the headers of `sender`.
http::OutgoingRequest NewRequest(const Recipient& recipient, const Sender& sender);

/// The body of a response with any status but 2xx. Its size and time are limited; what arrived is
/// returned if the response breaks off. Fails with kCancelled if the client left.
Result<std::string> ReadFailureBody(http::Download& download, const Sender& sender);

/// The class of a response with any status but 2xx, by its head and `body`.
Failure ClassifyFailure(const http::Download& download, std::string_view body,
                        const Recipient& recipient);

/// Both of these.
Failure ReadFailure(http::Download& download, const Recipient& recipient, const Sender& sender);

}  // namespace agm::upstream
