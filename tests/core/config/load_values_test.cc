#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/config/host.h"
#include "core/config/load.h"

namespace agm::config {
namespace {

using testing::HasSubstr;

Checked Read(std::string_view text) { return Check({std::string(text), "f.toml"}, {}, {}); }

// The only problem of a text.
std::string ProblemOf(std::string_view text) {
  const auto problems = Read(text).problems;
  EXPECT_EQ(problems.size(), 1U) << text << Text(problems);
  return problems.empty() ? std::string() : problems[0].Text();
}

bool IsGood(std::string_view text) {
  const Checked checked = Read(text);
  return checked.loaded && checked.problems.empty();
}

TEST(LoadValues, SaysWhichTablesItExpects) {
  EXPECT_THAT(ProblemOf("log = 1"), HasSubstr("log: expected a table: [log]"));
  EXPECT_THAT(ProblemOf("proxy.tls = 1"), HasSubstr("proxy.tls: expected a table: [proxy.tls]"));
  EXPECT_THAT(ProblemOf("accounts = [1]"), HasSubstr("expected a table for each account"));
  EXPECT_THAT(ProblemOf("proxy.api_keys = 1"), HasSubstr("an array of tables with name and key"));
  EXPECT_THAT(ProblemOf("proxy.api_keys = [1]"), HasSubstr("expected tables such as"));
}

TEST(LoadValues, WarnsOfAnUnknownMemberOfANamedKey) {
  EXPECT_THAT(ProblemOf("proxy.api_keys = [{ name = \"a\", key = \"k\", nam = \"b\" }]"),
              HasSubstr("warning: proxy.api_keys.nam: no such setting; it has no effect; did you "
                        "mean \"name\"?"));
}

TEST(LoadValues, TakesASizeInBytes) {
  const Checked checked = Read("proxy.max_body_size = 4096");
  ASSERT_TRUE(checked.loaded) << Text(checked.problems);
  EXPECT_EQ(checked.loaded->config.proxy.max_body_size, 4096U);
  EXPECT_TRUE(IsGood("proxy.max_body_size = 1"));
  EXPECT_TRUE(IsGood("proxy.max_body_size = 2147483648"));
  EXPECT_FALSE(IsGood("proxy.max_body_size = 2147483649"));
  EXPECT_FALSE(IsGood("proxy.max_body_size = -1"));
  EXPECT_FALSE(IsGood("proxy.max_body_size = \"0\""));
  EXPECT_FALSE(IsGood("proxy.max_body_size = \"3GiB\""));
}

TEST(LoadValues, TakesAnUpstreamProxyWithoutAPath) {
  for (const char* url : {"http://h:1", "https://h:1", "socks5://h", "socks5h://h", "http://h:1/",
                          "http://me:pw@h:1"}) {
    EXPECT_TRUE(IsGood(std::string("proxy.upstream_proxy = \"") + url + "\"")) << url;
  }
  for (const char* url : {"http://h/a", "http://h?a", "http://h/?a", "ftp://h", "h:1"}) {
    EXPECT_THAT(ProblemOf(std::string("proxy.upstream_proxy = \"") + url + "\""),
                HasSubstr("socks5://HOST:PORT"))
        << url;
  }
}

TEST(LoadValues, TakesACollectorWithoutUserAndQuery) {
  for (const char* url : {"", "http://h:1", "https://h", "https://h/otlp//"}) {
    EXPECT_TRUE(IsGood(std::string("telemetry.endpoint = \"") + url + "\"")) << url;
  }
  for (const char* url : {"ftp://h", "http://me@h", "http://h?a", "h:1"}) {
    EXPECT_THAT(ProblemOf(std::string("telemetry.endpoint = \"") + url + "\""),
                HasSubstr("a URL such as"))
        << url;
  }
}

TEST(LoadValues, ShowsAShortTextAndNotALongOne) {
  EXPECT_THAT(ProblemOf("proxy.port = \"" + std::string(60, 'a') + "\""),
              HasSubstr("found \"" + std::string(60, 'a') + "\""));
  EXPECT_THAT(ProblemOf("proxy.port = \"" + std::string(61, 'a') + "\""),
              HasSubstr("found another string"));
  EXPECT_THAT(ProblemOf("proxy.port = \"a@b\""), HasSubstr("found another string"));
  EXPECT_THAT(ProblemOf("proxy.port = \"\""), HasSubstr("found an empty string"));
}

TEST(LoadValues, TakesAnAddressInBothBracketsOrNone) {
  EXPECT_TRUE(IsGood("proxy.host = \"[::1]\""));
  EXPECT_TRUE(IsGood("proxy.host = \"::1\""));
  for (const char* host : {"[::1", "::1]", "[a", "a]"}) {
    EXPECT_THAT(ProblemOf(std::string("proxy.host = \"") + host + "\""),
                HasSubstr("a host name or an address"))
        << host;
  }
}

TEST(LoadValues, TakesAProjectThatCanBeAPartOfAUrl) {
  const std::string head =
      "[[accounts]]\nname = \"a\"\nkind = \"vertex\"\napi_key = \"k\"\nproject = ";
  EXPECT_TRUE(IsGood(head + "\"example.com:my-project_1\""));
  for (const char* project : {"a/b", "a?b", "a#b", "a%b", "a&b", "a'b", "a..b", "a b"}) {
    EXPECT_THAT(ProblemOf(head + "\"" + project + "\""), HasSubstr("an identifier of letters"))
        << project;
  }
}

TEST(LoadValues, TakesTheWayToAuthenticateFromItsVariable) {
  const Environment environment = {{"AGM_AUTH_MODE", "strict"}, {"AGM_API_KEY", "sk-from-env"}};
  const auto loaded = Load(
      Source{"[proxy]\napi_keys = [{ name = \"a\", key = \"b\" }]\n", "/x/f.toml"}, environment);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.proxy.auth_mode, AuthMode::kStrict);
  EXPECT_EQ(loaded->OriginOf("auth_mode"), Origin::kEnvironment);
  EXPECT_EQ(loaded->OriginOf("api_key"), Origin::kEnvironment);
  EXPECT_EQ(loaded->OriginOf("api_keys"), Origin::kDefault);
  EXPECT_EQ(loaded->path, "/x/f.toml");
}

TEST(LoadValues, TheFlagForTheLanLeavesAHostThatOthersCanReach) {
  const auto host = [](bool lan, const std::string& text) {
    Overrides overrides;
    overrides.allow_lan_access = lan;
    const auto loaded = Load(Source{text, "f.toml"}, {}, overrides);
    EXPECT_TRUE(loaded) << text;
    return loaded ? loaded->config.proxy.host : "";
  };
  EXPECT_EQ(host(true, "proxy.host = \"192.168.0.2\""), "192.168.0.2");
  EXPECT_EQ(host(true, "proxy.host = \"127.0.0.2\""), "");
  EXPECT_EQ(host(false, "proxy.host = \"127.0.0.2\""), "127.0.0.2");
}

TEST(SplitUrl, TakesASchemeOfLettersDigitsAndMarks) {
  const auto url = SplitUrl("Git+ssh-2.0://h");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "git+ssh-2.0");
  for (const char* text : {"2git://h", "git_ssh://h", "git,x://h", "git/x://h"}) {
    EXPECT_FALSE(SplitUrl(text)) << text;
  }
}

TEST(LoadValues, TakesPrintableCharactersForAHeader) {
  const std::string head = "[[accounts]]\nname = \"a\"\nkind = \"mock\"\nemail = ";
  EXPECT_TRUE(IsGood(head + "\"a ~@b\""));
  for (const char* email : {"\\u007f", "\\u001f", "\\u00e9"}) {
    EXPECT_THAT(ProblemOf(head + "\"" + email + "\""), HasSubstr("printable ASCII")) << email;
  }
}

TEST(LoadValues, TakesARangeOfAllAddresses) {
  for (const char* range : {"0.0.0.0/0", "::/0", "10.0.0.0/32", "::1/128"}) {
    EXPECT_TRUE(IsAddressRange(range)) << range;
  }
  for (const char* range : {"10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0.0/", "x/8"}) {
    EXPECT_FALSE(IsAddressRange(range)) << range;
  }
}

TEST(LoadValues, TakesAnOriginWithoutAPath) {
  const auto text = [](const std::string& origin) {
    return "[proxy]\nallowed_origins = [\"" + origin + "\"]\n";
  };
  EXPECT_TRUE(IsGood(text("https://chat.example.com:8443/")));
  for (const char* origin :
       {"https://a.example/x", "https://me@a.example", "https://a.example?x"}) {
    EXPECT_THAT(ProblemOf(text(origin)), HasSubstr("expected an origin such as")) << origin;
  }
}

TEST(LoadValues, SaysThatATruthHasNoQuotes) {
  EXPECT_THAT(ProblemOf("proxy.allow_lan_access = \"true\""),
              HasSubstr("expected true or false without quotes"));
  EXPECT_THAT(ProblemOf("proxy.allow_lan_access = \"yes\""),
              HasSubstr("expected true or false, found"));
}

TEST(LoadValues, NamesNoKeyWhoseNameIsNoText) {
  EXPECT_THAT(Text(Read("[[keys]]\nname = 5\n").problems), HasSubstr("key without a name: "));
  EXPECT_THAT(Text(Read("[[keys]]\nparallel = 1\n").problems), HasSubstr("key without a name: "));
}

TEST(LoadValues, SamplesAShareOfAtMostAll) {
  for (const char* share : {"0", "0.5", "1"}) {
    EXPECT_TRUE(IsGood(std::string("telemetry.sample = ") + share)) << share;
  }
  for (const char* share : {"-0.1", "1.1", "2", "nan", "\"1\""}) {
    EXPECT_THAT(ProblemOf(std::string("telemetry.sample = ") + share),
                HasSubstr("a number from 0 to 1"))
        << share;
  }
}

TEST(LoadValues, NamesACharacterThatIsOnlyAllowedInsideQuotes) {
  for (const char* before :
       {"", "a", "a.", "a =", "a = ", "a = [", "a = [1,", "a = {", "a = { b = ", "[", "[a", "[[a",
        "a = [\n", "a = [ # b\n", "a = 1\n", "[a]\n", "a = [\n  1,\n  ", "a = { b = 1,"}) {
    EXPECT_THAT(Text(Read(std::string(before) + "\xE2\x80\x9C").problems),
                HasSubstr("is only allowed inside quotes"))
        << before;
  }
}

}  // namespace
}  // namespace agm::config
