#include "core/http/client/curl_url.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::http {
namespace {

std::string Resolved(const std::string& base, const std::string& reference) {
  return ResolveUrl(base, reference).value_or("none");
}

TEST(ResolveUrl, WritesAnAddressAsItGoesOverTheWire) {
  EXPECT_EQ(Resolved("", "https://a.example/b/../c/./d.png?x=../y#z"),
            "https://a.example/c/d.png?x=../y");
  EXPECT_EQ(Resolved("", "http://a.example"), "http://a.example/");
  EXPECT_EQ(Resolved("", "https://a.example/an image.png"), "https://a.example/an%20image.png");
}

TEST(ResolveUrl, FollowsWhatALocationSays) {
  const std::string base = "https://a.example/b/c?d=e";
  EXPECT_EQ(Resolved(base, "http://other.example/x"), "http://other.example/x");
  EXPECT_EQ(Resolved(base, "//other.example/x"), "https://other.example/x");
  EXPECT_EQ(Resolved(base, "/x?y"), "https://a.example/x?y");
  EXPECT_EQ(Resolved(base, "x"), "https://a.example/b/x");
  EXPECT_EQ(Resolved(base, "../x"), "https://a.example/x");
  EXPECT_EQ(Resolved(base, "?x"), "https://a.example/b/c?x");
}

TEST(ResolveUrl, GivesNothingForWhatIsNoAddress) {
  EXPECT_EQ(Resolved("", ""), "none");
  EXPECT_EQ(Resolved("", "no address"), "none");
  EXPECT_EQ(Resolved("", "http://"), "none");
  EXPECT_EQ(Resolved("", "http://a b/"), "none");
}

}  // namespace
}  // namespace agm::http
