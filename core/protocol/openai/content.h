#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// The sender of a content part.
enum class Speaker { kSystem, kUser, kAssistant, kTool };

/// Reads a message's `content` (a string, or an array of parts) into blocks; none if it is absent.
/// Problems go to `fields` with their exact path: `messages[2].content[0].image_url.url`.
void ReadOpenAiContent(JsonView content, const FieldPath& at, Speaker speaker, Fields& fields,
                       std::vector<chat::Block>& blocks);

/// Reads the content of a tool result: text and media.
std::vector<std::variant<chat::Text, chat::Media>> ReadOpenAiResult(JsonView content,
                                                                    const FieldPath& at,
                                                                    Fields& fields);

}  // namespace agm::protocol
