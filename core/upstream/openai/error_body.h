#pragma once

#include <string>
#include <string_view>

#include "core/upstream/error_body.h"

namespace agm::upstream {

/// The error response of a server that speaks OpenAI's API.
struct OpenAiErrorBody {
  ErrorBody body;
  std::string code;   ///< "insufficient_quota", or the type; in lower case
  std::string param;  ///< the field that the server refused; may be empty
};

/// Never fails: a body that is not JSON is searched as text.
OpenAiErrorBody ReadOpenAiErrorBody(std::string_view body);

}  // namespace agm::upstream
