#include "core/upstream/gemini/address.h"

#include <gtest/gtest.h>

namespace agm::upstream {
namespace {

using config::Account;
using config::AccountKind;

Account Vertex(std::string location) {
  Account account;
  account.kind = AccountKind::kVertex;
  account.project = "my-project";
  account.location = std::move(location);
  return account;
}

TEST(ModelUrl, IsTheGeminiApisByDefault) {
  EXPECT_EQ(ModelUrl(Account{}, "gemini-2.5-flash", "generateContent"),
            "https://generativelanguage.googleapis.com/v1beta/models/"
            "gemini-2.5-flash:generateContent");
}

TEST(ModelUrl, LiesBelowTheAccountsBaseUrl) {
  Account account;
  for (const char* base : {"http://127.0.0.1:8/x", "http://127.0.0.1:8/x/",
                           "http://127.0.0.1:8/x/v1beta", "http://127.0.0.1:8/x/v1beta/"}) {
    account.base_url = base;
    EXPECT_EQ(ModelUrl(account, "m", "countTokens"),
              "http://127.0.0.1:8/x/v1beta/models/m:countTokens");
  }
  account.base_url = "http://127.0.0.1:8/v1";
  EXPECT_EQ(ModelUrl(account, "m", "countTokens"), "http://127.0.0.1:8/v1/models/m:countTokens");
}

TEST(ModelUrl, EncodesTheModelSegmentBySegment) {
  EXPECT_EQ(ModelUrl(Account{}, "a b/c?d#e%&:f", "g"),
            "https://generativelanguage.googleapis.com/v1beta/models/a%20b/c%3Fd%23e%25%26%3Af:g");
}

TEST(ModelUrl, KnowsTunedModels) {
  EXPECT_EQ(ModelUrl(Account{}, "tunedModels/mine", "generateContent"),
            "https://generativelanguage.googleapis.com/v1beta/tunedModels/mine:generateContent");
}

TEST(ModelUrl, IsVertexAisByLocation) {
  constexpr const char* kPath =
      "/v1beta1/projects/my-project/locations/{}/publishers/google/models/m:generateContent";
  const auto path = [&](std::string_view location) {
    std::string text = kPath;
    return text.replace(text.find("{}"), 2, location);
  };
  const auto url = [](const char* location) {
    return ModelUrl(Vertex(location), "m", "generateContent");
  };
  EXPECT_EQ(url("global"), "https://aiplatform.googleapis.com" + path("global"));
  EXPECT_EQ(url(""), "https://aiplatform.googleapis.com" + path("global"));
  EXPECT_EQ(url("us"), "https://aiplatform.us.rep.googleapis.com" + path("us"));
  EXPECT_EQ(url("eu"), "https://aiplatform.eu.rep.googleapis.com" + path("eu"));
  EXPECT_EQ(url("us-central1"),
            "https://us-central1-aiplatform.googleapis.com" + path("us-central1"));
}

TEST(ModelListUrl, IsOfTheKind) {
  EXPECT_EQ(ModelListUrl(Account{}), "https://generativelanguage.googleapis.com/v1beta/models");
  EXPECT_EQ(ModelListUrl(Vertex("global")),
            "https://aiplatform.googleapis.com/v1beta1/publishers/google/models");
}

TEST(CredentialHeader, IsAKeyOrABearerTokenAndNeverBoth) {
  const auto key = CredentialHeader(Account{}, Secret("k"));
  EXPECT_EQ(key.first, "x-goog-api-key");
  EXPECT_EQ(key.second.Reveal(), "k");
  const auto token = CredentialHeader(Vertex("global"), Secret("t"));
  EXPECT_EQ(token.first, "Authorization");
  EXPECT_EQ(token.second.Reveal(), "Bearer t");
  Account oauth;
  oauth.client_id = "id";
  EXPECT_EQ(CredentialHeader(oauth, Secret("t")).first, "Authorization");
  EXPECT_EQ(CredentialHeader(Account{}, Secret()).first, "");
}

}  // namespace
}  // namespace agm::upstream
