#include "core/base/origin.h"

#include <gtest/gtest.h>

namespace agm {
namespace {

std::string Shown(std::string_view url) {
  const auto origin = ReadOrigin(url);
  return origin ? origin->scheme + " " + origin->HostAndPort() : "none";
}

TEST(Origin, IsReadFromAnAddress) {
  EXPECT_EQ(Shown("https://Example.COM/path?x=1"), "https example.com:443");
  EXPECT_EQ(Shown("HTTP://example.com"), "http example.com:80");
  EXPECT_EQ(Shown("http://example.com:8045?x"), "http example.com:8045");
  EXPECT_EQ(Shown("http://[::1]:8045/"), "http [::1]:8045");
  EXPECT_EQ(Shown("https://[2001:db8::1]"), "https [2001:db8::1]:443");
}

TEST(Origin, IsNoneWhereNothingCanBeReached) {
  for (const char* url : {"", "example.com", "ftp://example.com", "http://", "http:///path",
                          "http://user@example.com", "http://a:b@example.com",
                          "http://example.com:0", "http://example.com:65536",
                          "http://example.com:8x", "http://[::1", "http://[::1]x", "http://a b/"}) {
    EXPECT_EQ(Shown(url), "none") << url;
  }
}

TEST(Origin, KnowsThisMachine) {
  for (const char* url : {"http://localhost", "http://LOCALHOST:1", "http://api.localhost",
                          "http://127.0.0.1", "http://127.9.9.9:2", "http://[::1]"}) {
    EXPECT_TRUE(ReadOrigin(url)->loopback) << url;
  }
  for (const char* url : {"http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1",
                          "http://localhost.example.com", "http://[::2]", "http://127evil.com"}) {
    EXPECT_FALSE(ReadOrigin(url)->loopback) << url;
  }
}

TEST(Origin, AProxyIsShownWithoutItsPassword) {
  EXPECT_EQ(ShownProxy("http://user:secret@proxy.example:3128/"), "proxy.example:3128");
  EXPECT_EQ(ShownProxy("socks5://proxy.example"), "proxy.example");
  EXPECT_EQ(ShownProxy("user:p@ss@proxy.example:1"), "proxy.example:1");
  EXPECT_EQ(ShownProxy(""), "");
}

}  // namespace
}  // namespace agm
