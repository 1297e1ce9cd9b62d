#pragma once

#include <string_view>

#include "core/upstream/error_body.h"

namespace agm::upstream {

/// Reads Google's error response: the envelope {"error":{code, status, message, details[]}} of
/// google.rpc, with details in any order. Never fails: a body that is not JSON is searched as text.
ErrorBody ReadErrorBody(std::string_view body);

}  // namespace agm::upstream
