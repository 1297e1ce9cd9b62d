#include "core/accounts/oauth.h"

#include <gtest/gtest.h>

namespace agm::accounts {
namespace {

// The example of RFC 7636, appendix B.
TEST(Oauth, ShowsTheConsentPageTheVerifiersHashOnly) {
  OauthLogin login = NewOauthLogin("http://127.0.0.1:40123");
  login.verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const std::string url = ConsentUrl({"me & you", {}, "https://auth.test/", ""}, login, "a b");
  EXPECT_NE(url.find("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"), url.npos)
      << url;
  EXPECT_EQ(url.find("dBjftJeZ4CVP"), url.npos);
  EXPECT_TRUE(
      url.starts_with("https://auth.test/?client_id=me%20%26%20you&redirect_uri="
                      "http%3A%2F%2F127.0.0.1%3A40123&"))
      << url;
  EXPECT_NE(url.find("&scope=a%20b&"), url.npos) << url;
}

TEST(Oauth, BeginsEveryLoginWithSecretsOfItsOwn) {
  const OauthLogin one = NewOauthLogin("x");
  const OauthLogin two = NewOauthLogin("x");
  EXPECT_NE(one.state, two.state);
  EXPECT_FALSE(one.verifier == two.verifier);
  EXPECT_GE(one.verifier.Reveal().size(), 43U);
  EXPECT_NE(one.state, one.verifier.Reveal());
}

}  // namespace
}  // namespace agm::accounts
