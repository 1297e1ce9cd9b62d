#pragma once

#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"

namespace agm::protocol {

/// Writes an input item in the form of a response's list of input items, which is stricter than
/// what clients may send: with an id (`id` if it has none) and a status; a message with its type
/// and a list of parts.
void WriteListedItem(JsonWriter& json, JsonView item, std::string_view id);

}  // namespace agm::protocol
