#include "core/upstream/providers.h"

#include <cstddef>
#include <stdexcept>

#include "core/upstream/gemini/provider.h"
#include "core/upstream/openai/provider.h"

namespace agm::upstream {

namespace {

// The compiler refuses a kind without a case.
const Provider& ProviderOf(config::AccountKind kind) {
  switch (kind) {
    case config::AccountKind::kGemini:
    case config::AccountKind::kVertex:
    case config::AccountKind::kMock:
      return GeminiProvider();
    case config::AccountKind::kOpenAi:
      return OpenAiProvider();
  }
  throw std::logic_error("a kind of account has no provider");
}

}  // namespace

Providers::Providers(const Provider& (*provider_of)(config::AccountKind kind)) {
  for (const config::AccountKindFacts& row : config::kAccountKinds) {
    providers_.at(static_cast<std::size_t>(row.kind)) = &provider_of(row.kind);
  }
}

const Provider& Providers::For(config::AccountKind kind) const {
  return *providers_.at(static_cast<std::size_t>(kind));
}

const Providers& BuiltInProviders() {
  static const Providers providers(ProviderOf);
  return providers;
}

}  // namespace agm::upstream
