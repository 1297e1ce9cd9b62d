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

/// One request with a whole JSON answer: model lists, countTokens, embeddings.
struct Question {
  std::string url;
  std::string body;                ///< JSON, sent with POST; empty: GET
  std::size_t limit = 32U << 20U;  ///< bytes; a longer answer is kGarbage
};

/// The answer's body if it was good (2xx) and no web page, else what went wrong.
///
///   const Question question{ModelUrl(account, model, "countTokens"), body};
///   auto answer = Fetch(transport, account, credential, question, limits, cancellation);
///
/// Thread safety: any thread.
std::variant<std::string, Failure> Fetch(Transport& transport, const config::Account& account,
                                         const Secret& credential, const Question& question,
                                         const Limits& limits, const Cancellation& cancellation);

/// A request with everything that does not depend on what is asked.
HttpRequest NewRequest(const config::Account& account, const Secret& credential,
                       const Limits& limits);

/// Reads what an answer that is none (any status but 2xx) says, and judges it. Bounded in size and
/// time.
Failure ReadFailure(Download& download, const config::Account& account, const Limits& limits,
                    const Cancellation& cancellation);

}  // namespace agm::upstream
