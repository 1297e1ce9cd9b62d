#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/chat/response.h"
#include "core/protocol/dialect.h"

namespace agm::protocol {

/// An images response with every picture of the answer. Fails where there is none: as
/// moderation_blocked (the client's fault) where the model was held back or talked instead, else
/// as kUpstreamRejected.
Result<std::string> WriteImages(const chat::Response& response, const Reply& reply);

/// The same as a stream: one `KIND.completed` event a picture once the answer is whole, of which
/// the last carries the usage; or an error event. `kind` is "image_generation" or "image_edit".
std::unique_ptr<StreamWriter> NewImageStream(std::string_view kind, Reply reply);

}  // namespace agm::protocol
