#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/utf8.h"
#include "core/chat/event.h"
#include "core/chat/response.h"
#include "core/protocol/responses/events.h"

namespace agm::protocol {

/// A text message, from its first delta to the end of the response.
struct TextMessage {
  ItemPlace place;
  std::int64_t begin = 0;  ///< start of its text, in code points over all text of the response
  std::string text;
  std::vector<chat::TokenLogprob> logprobs;
  std::string signature;
  bool whole = false;  ///< its text is complete
  std::int64_t end() const { return begin + static_cast<std::int64_t>(CountCodePoints(text)); }
};

/// The citations of the message's own text, with offsets from its start. The last message takes
/// those behind its end too.
std::vector<chat::Citation> CitationsOf(const TextMessage& message,
                                        const std::vector<chat::Citation>& all, bool last);

/// The member `choices`, with the text of the response as a chat message, for programs that look
/// for the text only there.
std::string ChoicesOf(const chat::Response& response);

}  // namespace agm::protocol
