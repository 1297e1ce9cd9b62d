#include "core/upstream/providers.h"

#include "core/upstream/gemini/provider.h"
#include "core/upstream/openai/provider.h"

namespace agm::upstream {

const Providers& BuiltInProviders() {
  using enum config::AccountKind;
  static const Providers providers({
      {kGemini, &GeminiProvider()},
      {kVertex, &GeminiProvider()},
      {kMock, &GeminiProvider()},
      {kOpenAi, &OpenAiProvider()},
  });
  return providers;
}

}  // namespace agm::upstream
