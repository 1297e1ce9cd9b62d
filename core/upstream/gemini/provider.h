#pragma once

#include "core/upstream/provider.h"

namespace agm::upstream {

/// The Gemini API, and Vertex AI for accounts of that kind.
const Provider& GeminiProvider();

}  // namespace agm::upstream
