#include "core/protocol/anthropic/messages_web.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::protocol {
namespace {

WebDomains Domains(const std::string& json) {
  chat::Request request;
  request.extra[kWebDomains] = json;
  return WebDomains(&request);
}

chat::WebPage Page(const std::string& url, const std::string& title = {}) {
  chat::WebPage page;
  page.url = url;
  page.title = title;
  return page;
}

TEST(WebDomains, AllowOnlyTheDomainsThatTheClientAllows) {
  const WebDomains domains = Domains(R"({"allowed_domains":["A.example","b.example/path"]})");
  EXPECT_TRUE(domains.Allows(Page("https://a.example/x")));
  EXPECT_TRUE(domains.Allows(Page("https://www.a.example/x")));
  EXPECT_TRUE(domains.Allows(Page("https://b.example/other")));
  EXPECT_TRUE(domains.Allows(Page("https://redirect.example/1", "a.example")));
  EXPECT_FALSE(domains.Allows(Page("https://c.example")));
  EXPECT_FALSE(domains.Allows(Page("https://nota.example")));
  EXPECT_FALSE(domains.Allows(Page("https://www.c.example")));
  EXPECT_FALSE(domains.Allows(Page("https://a.example.org")));
  EXPECT_FALSE(domains.Allows(Page("no address")));
}

TEST(WebDomains, RefuseTheDomainsThatTheClientBlocks) {
  const WebDomains domains = Domains(R"({"blocked_domains":["a.example"]})");
  EXPECT_FALSE(domains.Allows(Page("https://a.example/x")));
  EXPECT_FALSE(domains.Allows(Page("https://www.a.example/x")));
  EXPECT_TRUE(domains.Allows(Page("https://b.example")));
}

TEST(WebDomains, AllowAllWhereTheClientNamesNone) {
  EXPECT_TRUE(WebDomains(nullptr).Allows(Page("https://a.example")));
  const chat::Request request;
  EXPECT_TRUE(WebDomains(&request).Allows(Page("https://a.example")));
}

TEST(ShownPages, AreTheAllowedOnesOnce) {
  const WebDomains domains = Domains(R"({"blocked_domains":["a.example"]})");
  const std::vector<chat::WebPage> shown =
      ShownPages({Page("https://b.example", "B"), Page("https://a.example"), Page(""),
                  Page("https://b.example", "B"), Page("https://c.example")},
                 domains);
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].url, "https://b.example");
  EXPECT_EQ(shown[1].url, "https://c.example");
}

}  // namespace
}  // namespace agm::protocol
