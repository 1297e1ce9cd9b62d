#pragma once

#include <string_view>
#include <vector>

#include "core/base/json_doc.h"
#include "core/mock/google_error.h"

namespace agm::mock {

struct ProtoRules {
  bool vertex = false;  ///< with Vertex AI's own fields
  bool strict = false;  ///< a lone value is no list
};

/// What proto JSON finds wrong with a body: unknown names, wrong types, unknown enum values, two
/// members of one oneof, bytes that are no base64. Empty for a message as it should be.
std::vector<Violation> CheckMessage(std::string_view message, JsonView value, ProtoRules rules);

}  // namespace agm::mock
