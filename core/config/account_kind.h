#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace agm::config {

/// The kind of an account: the API of its upstream and the credentials that it takes. A new kind
/// comes last, because the stored fingerprints of credentials hold the number of the kind.
enum class AccountKind { kGemini, kVertex, kMock, kOpenAi };

/// Whether an account of a kind must have an API key.
enum class KeyNeed {
  kRequired,  ///< a key, or the tokens of a service account or of an OAuth client
  kOptional,  ///< an account without a key counts as free of charge
  kNone,      ///< no account of the kind costs anything
};

/// The facts about a kind of account that code outside its provider needs.
struct AccountKindFacts {
  AccountKind kind = AccountKind::kGemini;
  std::string_view word;           ///< in the settings, and after --kind
  std::string_view provider_name;  ///< gen_ai.provider.name in OpenTelemetry's conventions

  /// The address of an account that sets none. Empty: the provider makes the address, unless the
  /// account must set one.
  std::string_view base_url{};
  bool needs_base_url = false;     ///< each account must set its base_url
  bool keeps_api_version = false;  ///< base_url may end with a version such as "/v1"
  std::string_view location{};     ///< of an account that sets none; empty: there are no locations
  bool needs_project = false;      ///< unless the account has an API key
  /// Each server names its own models, with "/" and ":" in any name. Accounts serve only the models
  /// that their server lists, and such a name wins over the built-in mapping. Equals what the
  /// provider's ServesOnlyListed returns.
  bool has_own_models = false;

  KeyNeed key = KeyNeed::kRequired;
  std::string_view key_if_none{};  ///< sent for an account without a key that needs none
  std::string_view key_page{};     ///< the page where people create a key; empty: no such page
  bool has_free_tier = false;      ///< such a key can be used without a bill
  bool has_service_accounts = false;
  std::string_view
      oauth_scopes{};  ///< of a login (Google's guides name them); empty: none is offered
};

/// The kinds of account: one row each, in the order of the enum.
inline constexpr std::array<AccountKindFacts, 4> kAccountKinds = {{
    {.kind = AccountKind::kGemini,
     .word = "gemini",
     .provider_name = "gcp.gemini",
     .base_url = "https://generativelanguage.googleapis.com",
     .key_page = "https://aistudio.google.com/apikey",
     .has_free_tier = true,
     .oauth_scopes = "https://www.googleapis.com/auth/cloud-platform "
                     "https://www.googleapis.com/auth/generative-language.retriever"},
    {.kind = AccountKind::kVertex,
     .word = "vertex",
     .provider_name = "gcp.vertex_ai",
     .keeps_api_version = true,
     .location = "global",
     .needs_project = true,
     .has_service_accounts = true,
     .oauth_scopes = "https://www.googleapis.com/auth/cloud-platform"},
    // The mock answers like the Gemini API. It accepts any key, but like Google it requires one.
    {.kind = AccountKind::kMock,
     .word = "mock",
     .provider_name = "gcp.gemini",
     .key = KeyNeed::kNone,
     .key_if_none = "mock",
     .has_service_accounts = true},
    {.kind = AccountKind::kOpenAi,
     .word = "openai",
     .provider_name = "openai",
     .needs_base_url = true,
     .keeps_api_version = true,
     .has_own_models = true,
     .key = KeyNeed::kOptional},
}};

/// The row of `kind`; throws std::out_of_range for a kind without one, which is a bug.
constexpr const AccountKindFacts& FactsOf(AccountKind kind) {
  return kAccountKinds.at(static_cast<std::size_t>(kind));
}

constexpr bool RowsAreInTheOrderOfTheEnum() {
  for (std::size_t i = 0; i < kAccountKinds.size(); ++i) {
    if (kAccountKinds.at(i).kind != static_cast<AccountKind>(i)) return false;
  }
  return true;
}
static_assert(RowsAreInTheOrderOfTheEnum());

}  // namespace agm::config
