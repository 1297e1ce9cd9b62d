#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// Writes an images response with every picture of the response. Fails if there is none: with
/// moderation_blocked (the client's fault) if the model was blocked or wrote text instead,
/// otherwise with kUpstreamRejected.
Result<std::string> WriteImages(const chat::Response& response, const Reply& reply);

/// Writes the same as a stream: one `KIND.completed` event per picture after the response is
/// complete, the last one with the usage; or an error event. `kind` is "image_generation" or
/// "image_edit".
std::unique_ptr<StreamWriter> NewImageStream(std::string_view kind, Reply reply);

}  // namespace agm::protocol
