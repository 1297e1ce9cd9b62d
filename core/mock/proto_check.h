#pragma once

#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/mock/google_error.h"

namespace agm::mock {

struct ProtoRules {
  bool vertex = false;  ///< allow the fields of Vertex AI
  bool strict = false;  ///< refuse a single value as a list
};

/// Checks a body like proto JSON: unknown names, wrong types, unknown enum values, two members of
/// one oneof, bytes that are not base64. Returns an empty list for a valid message.
std::vector<Violation> CheckMessage(std::string_view message, JsonView value, ProtoRules rules);

}  // namespace agm::mock
