#include "core/upstream/providers.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace agm::upstream {
namespace {

config::Account AccountOf(config::AccountKind kind) {
  config::Account account;
  account.kind = kind;
  account.base_url = "https://upstream.example/v1";
  return account;
}

TEST(Providers, EachKindOfAccountHasAProviderThatUsesItsAddressAndKey) {
  for (const config::AccountKindFacts& kind : config::kAccountKinds) {
    const Provider& provider = BuiltInProviders().For(kind.kind);
    const config::Account account = AccountOf(kind.kind);
    EXPECT_TRUE(provider.ChatUrl(account, {}).starts_with("https://upstream.example/v1"))
        << kind.word << ": " << provider.ChatUrl(account, {});
    const auto [name, value] = provider.CredentialHeader(account, Secret("key-1"));
    EXPECT_FALSE(name.empty()) << kind.word;
    EXPECT_NE(value.Reveal().find("key-1"), std::string::npos) << kind.word;
  }
}

// A server that names its own models is asked only for those.
TEST(Providers, AgreeWithTheFactsOfTheKindAboutItsModels) {
  for (const config::AccountKindFacts& kind : config::kAccountKinds) {
    EXPECT_EQ(BuiltInProviders().For(kind.kind).ServesOnlyListed(), kind.has_own_models)
        << kind.word;
  }
}

TEST(Providers, OneProviderCanServeAllKinds) {
  const Provider& one = BuiltInProviders().For(config::AccountKind::kOpenAi);
  const Providers providers(one);
  for (const config::AccountKindFacts& kind : config::kAccountKinds) {
    EXPECT_EQ(&providers.For(kind.kind), &one) << kind.word;
  }
}

TEST(Providers, RefuseAKindWithoutARow) {
  const auto unknown = static_cast<config::AccountKind>(config::kAccountKinds.size());
  EXPECT_THROW(BuiltInProviders().For(unknown), std::out_of_range);
}

}  // namespace
}  // namespace agm::upstream
