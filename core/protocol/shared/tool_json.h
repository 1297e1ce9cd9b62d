#pragma once

#include <string>

#include "core/base/json_doc.h"
#include "core/chat/request.h"
#include "core/protocol/shared/fields.h"

namespace agm::protocol {

/// Reads {name, schema, strict} at the path `at`; without a schema any JSON is accepted.
void ReadJsonSchema(JsonView spec, const FieldPath& at, Fields& fields, chat::Request& request);

/// The arguments of a call as the raw text of a JSON object: other values are wrapped as
/// {"input": ...}, an absent value becomes {}.
std::string ArgumentsObject(JsonView arguments);

}  // namespace agm::protocol
