#pragma once

#include <optional>
#include <string_view>

#include "core/base/queue.h"
#include "core/base/result.h"
#include "core/chat/event.h"
#include "core/upstream/trouble.h"

/// A response with a good HTTP status can still contain no usable answer. The table in no_answer.cc
/// lists each kind of such a response, with its cause, whether the gateway retries, which cooldown
/// starts and what the client is told. trouble.h has the table of the other failures.
namespace agm::upstream {

/// The content of a response instead of an answer.
enum class NoAnswer {
  kMalformedCall,      ///< finish reason MALFORMED_FUNCTION_CALL
  kUnexpectedCall,     ///< UNEXPECTED_TOOL_CALL
  kTooManyCalls,       ///< TOO_MANY_TOOL_CALLS
  kMalformedResponse,  ///< MALFORMED_RESPONSE
  kOther,              ///< OTHER, or an unspecified reason, without text, call or media
  kUnknownReason,      ///< a finish reason that this version does not know, without the same
  kNoCandidates,       ///< neither candidates nor a reason why there are none
  kPromptBlocked,      ///< the upstream blocked the prompt
  kAnswerBlocked,      ///< the upstream blocked the answer, perhaps after some text
  kGarbage,            ///< broken JSON, a web page, another API's answer
  kTruncated,          ///< the body ended before a finish reason
  kEmpty,              ///< STOP and no part at all
  kThoughtsOnly,       ///< STOP after thoughts
  kSignatureOnly,      ///< STOP after a thought signature that signs no text
};

/// The cause of the fault. A fault of the prompt or the model never starts a cooldown.
enum class Cause { kPrompt, kModel, kAccount, kNetwork };

/// The client's result if the response is final.
enum class Told {
  kError,          ///< an error whose code is the row's name
  kContentFilter,  ///< the answer so far, which ends with the finish reason content_filter
  kEmptyAnswer,    ///< a valid answer without content
};

/// One row of the table.
struct NoAnswerRow {
  NoAnswer kind;
  std::string_view name;  ///< the reader's Error::reason, the client's error code, the log's word
  Cause cause;
  bool retry;  ///< once per request, on another account if one is free, else on the same one, and
               ///< only while nothing was sent to the client
  std::optional<Trouble> cooldown;  ///< the trouble as which the pool counts it
  Told told;
};

const NoAnswerRow& RowOf(NoAnswer kind);

/// The kind of that name; nothing if there is none.
std::optional<NoAnswer> FindNoAnswer(std::string_view name);

/// The fault of a response that ended with chat::Finished; nullopt if it contains an answer, or if
/// its next hop may bring one. `events`: all events of the response.
std::optional<NoAnswer> WhatIsMissing(const Queue<chat::Event>& events);

/// A failed try whose response held no answer. `error`: the reader's.
Failure NoAnswerFailure(NoAnswer kind, Error error);

/// The same for a response that ended well.
Failure NoAnswerFailure(NoAnswer kind);

/// Whether the pool may count the failure against the account.
bool CountsAgainstAccount(const Failure& failure);

}  // namespace agm::upstream
