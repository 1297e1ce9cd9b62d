#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/protocol/openai/upstream_messages.h"
#include "core/protocol/shared/repair.h"

/// Requests to servers that speak OpenAI's chat completions API: local engines and other clouds.
namespace agm::protocol {

struct OpenAiWriteOptions {
  std::string model;  ///< the server's name
  Repair repair = Repair::kNone;
  std::string_view refused{};  ///< the field that the server refused, for Repair::kOmitField
  /// The model's own blocks of a turn that a client sent back, see OpenAiMessageWriter. May be
  /// empty.
  OpenAiTurns turns{};
};

/// How to read the response to a request.
struct OpenAiReading {
  std::set<std::string, std::less<>> custom_tools;  ///< sent as functions with one text parameter
  bool one_call = false;  ///< the client allows no parallel calls: only the first is kept
  /// One choice was asked for: all chunks are its own, because some servers number the chunks of a
  /// stream where the number of the choice belongs.
  bool one_choice = false;
};

struct OpenAiRequest {
  std::string body;
  std::vector<std::string> dropped;  ///< fields that such servers do not have, for the log
  OpenAiReading reading;
};

/// Writes a request for POST /chat/completions. Fields of the client's own chat request that the
/// gateway does not know are passed through. Thoughts and thought signatures are not sent, except
/// the `reasoning_details` of the same model. Media in tool results follow in a user message,
/// because tool messages hold text only.
///
/// Fails with kInvalidRequest for media that only Google can read.
Result<OpenAiRequest> WriteOpenAiRequest(const chat::Request& request,
                                         const OpenAiWriteOptions& options);

}  // namespace agm::protocol
