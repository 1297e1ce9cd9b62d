#include "core/upstream/providers.h"

#include "core/upstream/gemini/provider.h"

namespace agm::upstream {

const Providers& BuiltInProviders() {
  using enum config::AccountKind;
  static const Providers providers({
      {kGemini, &GeminiProvider()},
      {kVertex, &GeminiProvider()},
      {kMock, &GeminiProvider()},
  });
  return providers;
}

}  // namespace agm::upstream
