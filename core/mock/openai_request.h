#pragma once

#include <string>

#include "core/base/json_doc.h"

namespace agm::mock {

/// A request of OpenAI's chat completions API as the GenerateContentRequest with the same content,
/// so that the mock answers both by the same rules.
std::string GeminiRequestOf(JsonView chat);

}  // namespace agm::mock
