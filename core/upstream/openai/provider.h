#pragma once

#include "core/upstream/provider.h"

namespace agm::upstream {

/// Servers that speak OpenAI's chat completions API: Ollama, vLLM, llama.cpp, LM Studio,
/// OpenRouter, Groq, another agm. An account without a key sends no authorization header.
const Provider& OpenAiProvider();

}  // namespace agm::upstream
