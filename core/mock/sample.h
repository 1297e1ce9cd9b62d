#pragma once

#include <string>

#include "core/base/json_doc.h"

namespace agm::mock {

/// A made-up JSON value that a schema accepts, in either dialect (the OpenAPI subset or JSON
/// schema): $ref, anyOf, oneOf, allOf, const, enum, bounds and lengths are kept, recursion stops at
/// what is not required. `text` is put where a free string is wanted, so that one sees where the
/// answer came from.
std::string SampleOf(JsonView schema, std::string_view text);

}  // namespace agm::mock
