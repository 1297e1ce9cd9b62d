#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Notes in `request.extra`, for the log, that no upstream has an equivalent of `field`.
void Untold(std::string_view field, chat::Request& request);

/// Appends text, unless it is empty: the upstream refuses empty parts.
void AddText(std::string text, std::vector<chat::Block>& to);

/// Reads a block of the kinds that users and results of tools may bring: text, image, document,
/// search_result and container_upload (which is refused). Appends text and media to `to`. False
/// where `type` is none of them: nothing was done then.
bool ReadMessagesContent(JsonView block, std::string_view type, const FieldPath& at, Fields& fields,
                         chat::Request& request, std::vector<chat::Block>& to);

}  // namespace agm::protocol
