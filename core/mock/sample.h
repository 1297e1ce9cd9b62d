#pragma once

#include <string>

#include "core/base/json_doc.h"

namespace agm::mock {

/// An invented JSON value that is valid for a schema of either dialect (the OpenAPI subset or JSON
/// schema): it respects $ref, anyOf, oneOf, allOf, const, enum, bounds and lengths; recursion ends
/// at optional members. Free strings get `text`, which shows where the answer came from.
std::string SampleOf(JsonView schema, std::string_view text);

}  // namespace agm::mock
