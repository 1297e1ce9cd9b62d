#include "core/config/account_kind.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include "core/config/load.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

Account AccountOfKind(const AccountKindFacts& kind, const std::string& settings) {
  const std::string text =
      "[[accounts]]\nname = \"a\"\nkind = \"" + std::string(kind.word) + "\"\n" + settings;
  const auto loaded = Load(Source{text, "config.toml"}, {});
  if (loaded) return loaded->config.accounts.at(0);
  ADD_FAILURE() << loaded.error().message;
  return {};
}

TEST(AccountKind, EachKindIsFoundByAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const AccountKindFacts& kind : kAccountKinds) {
    EXPECT_TRUE(words.insert(kind.word).second) << kind.word;
    EXPECT_EQ(FindAccountKind(kind.word), kind.kind) << kind.word;
    EXPECT_EQ(Word(kind.kind), kind.word);
    EXPECT_EQ(&FactsOf(kind.kind), &kind) << kind.word;
    EXPECT_FALSE(kind.provider_name.empty()) << kind.word;
  }
  EXPECT_EQ(FindAccountKind("gemni"), std::nullopt);
}

TEST(AccountKind, AKindWithoutARowIsABug) {
  const auto unknown = static_cast<AccountKind>(kAccountKinds.size());
  EXPECT_THROW(FactsOf(unknown), std::out_of_range);
}

TEST(AccountKind, AnAccountCanServeOnceItHasWhatItsKindNeeds) {
  for (const AccountKindFacts& kind : kAccountKinds) {
    const bool needs_key = kind.key == KeyNeed::kRequired;
    const Account bare = AccountOfKind(kind, "");
    EXPECT_EQ(bare.Usable(), !needs_key && !kind.needs_base_url) << kind.word << bare.unusable;
    EXPECT_EQ(bare.base_url, kind.base_url) << kind.word;
    EXPECT_EQ(bare.location, kind.location) << kind.word;
    const Account full =
        AccountOfKind(kind, "api_key = \"key\"\nbase_url = \"https://upstream.example/v1\"\n");
    EXPECT_TRUE(full.Usable()) << kind.word << full.unusable;
    EXPECT_EQ(full.base_url.ends_with("/v1"), kind.keeps_api_version) << kind.word;
  }
}

TEST(AccountKind, AccountsWithTheSameServersHaveOneEndpoint) {
  const auto endpoint = [](AccountKind kind, const std::string& settings) {
    return AccountOfKind(FactsOf(kind), settings).Endpoint();
  };
  EXPECT_EQ(endpoint(AccountKind::kGemini, "api_key = \"a\"\n"),
            endpoint(AccountKind::kGemini, "api_key = \"b\"\n"));
  EXPECT_NE(endpoint(AccountKind::kVertex, "location = \"us-central1\"\n"),
            endpoint(AccountKind::kVertex, "location = \"europe-west1\"\n"));
  EXPECT_NE(endpoint(AccountKind::kOpenAi, "base_url = \"http://127.0.0.1:1/v1\"\n"),
            endpoint(AccountKind::kOpenAi, "base_url = \"http://127.0.0.1:2/v1\"\n"));
}

TEST(AccountKind, AnAccountTellsWhatItLacks) {
  const auto lacks = [](AccountKind kind, const std::string& settings) {
    return AccountOfKind(FactsOf(kind), settings).unusable;
  };
  EXPECT_EQ(lacks(AccountKind::kGemini, ""), "it has no api_key, api_key_env or api_key_file");
  for (const char* half : {"", "client_id = \"id\"\n", "refresh_token = \"t\"\n"}) {
    EXPECT_EQ(lacks(AccountKind::kVertex, half),
              "it has no service_account, and no client_id, client_secret and refresh_token")
        << half;
  }
  EXPECT_EQ(lacks(AccountKind::kVertex, "client_id = \"id\"\nrefresh_token = \"t\"\n"),
            "it has no project");
  EXPECT_EQ(lacks(AccountKind::kVertex, "service_account = \"/missing\"\nproject = \"p\"\n"),
            "the file /missing cannot be read");
  EXPECT_EQ(lacks(AccountKind::kOpenAi, ""), "kind openai needs a base_url");
  EXPECT_EQ(lacks(AccountKind::kMock, ""), "");
}

TEST(AccountKind, WithoutAKeyOnlySomeKindsNeedAProject) {
  const std::string login =
      "client_id = \"id\"\nclient_secret = \"s\"\nrefresh_token = \"t\"\n"
      "base_url = \"https://upstream.example\"\n";
  for (const AccountKindFacts& kind : kAccountKinds) {
    EXPECT_EQ(AccountOfKind(kind, login).Usable(), !kind.needs_project) << kind.word;
    EXPECT_TRUE(AccountOfKind(kind, login + "project = \"p\"\n").Usable()) << kind.word;
  }
}

}  // namespace
}  // namespace agm::config
