#include "core/gateway/url.h"

#include <gtest/gtest.h>

namespace agm::gateway {
namespace {

TEST(HostOfUrl, LeavesOutEverythingButTheHost) {
  for (const char* url : {"http://localhost", "https://LOCALHOST:8045", "http://localhost/path",
                          "http://localhost?x=a@b", "http://localhost#x:1", "http://user@localhost",
                          "http://localhost./", "localhost:1/x"}) {
    EXPECT_EQ(HostOfUrl(url), "localhost") << url;
  }
  EXPECT_EQ(HostOfUrl("http://[::1]:8045/x"), "::1");
  // What stands before an @ is no host, and what stands behind the host is none either.
  EXPECT_EQ(HostOfUrl("http://localhost@evil.example"), "evil.example");
  EXPECT_EQ(HostOfUrl("http://evil.example/@localhost"), "evil.example");
}

}  // namespace
}  // namespace agm::gateway
