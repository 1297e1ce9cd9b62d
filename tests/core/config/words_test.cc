#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/config/host.h"
#include "core/config/model_name.h"
#include "core/config/nearest.h"
#include "core/config/size.h"
#include "core/config/toml_text.h"

namespace agm::config {
namespace {

TEST(Nearest, FindsSlipsAndOnlyThose) {
  static constexpr std::array<std::string_view, 3> kWords = {"max_wait", "port", "host"};
  EXPECT_EQ(Nearest("maxWait", kWords), "max_wait");
  EXPECT_EQ(Nearest("max-wait", kWords), "max_wait");
  EXPECT_EQ(Nearest("h-o_s-t", kWords), "host") << "marks between words do not count";
  EXPECT_EQ(Nearest("prot", kWords), "port");
  EXPECT_EQ(Nearest("hos", kWords), "host");
  EXPECT_EQ(Nearest("zebra", kWords), "");
  EXPECT_EQ(Nearest("", kWords), "");
}

TEST(Size, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ReadSize("100MB"), 100'000'000U);
  EXPECT_EQ(ReadSize("512KiB"), 524'288U);
  EXPECT_EQ(ReadSize("1.5 GB"), 1'500'000'000U);
  EXPECT_EQ(ReadSize("4096"), 4096U);
  EXPECT_EQ(ReadSize("1kb"), 1000U);
  EXPECT_EQ(ReadSize("0"), 0U);
  for (const auto* text : {"", "MB", "-1", "1 apple", "1e9", "0.5", "99999999GiB", "nan", "1MBx"}) {
    EXPECT_EQ(ReadSize(text), std::nullopt) << text;
  }
  for (const std::uint64_t bytes : {1U, 1000U, 1024U, 100'000'000U, 12'345U}) {
    EXPECT_EQ(ReadSize(WriteSize(bytes)), bytes);
  }
  EXPECT_EQ(WriteSize(100'000'000), "100MB");
  EXPECT_EQ(WriteSize(0), "0");
}

TEST(Host, KnowsLoopback) {
  for (const auto* host : {"localhost", "LOCALHOST", "x.localhost", "127.0.0.1", "127.9.9.9", "::1",
                           "[::1]", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const auto* host :
       {"", "0.0.0.0", "::", "127.0.0.1.evil.example", "localhost.evil", "1.2.3.4"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(SplitUrl, TakesAUrlApart) {
  const auto url = SplitUrl("HTTPS://me:pw@[::1]:8080/a/b?c#d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->user, "me:pw");
  EXPECT_EQ(url->host, "[::1]");
  EXPECT_EQ(url->port, "8080");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->rest, "?c#d");
  for (const auto* text : {"", "host", "http://", "http://a:0", "http://a:99999", "http://a b",
                           "http://a:x", "://a", "http://a/\n", "http://a/b c", "http://a/\x7f"}) {
    EXPECT_FALSE(SplitUrl(text)) << text;
  }
}

TEST(ModelName, LosesItsPrefixes) {
  EXPECT_EQ(WithoutModelPrefix("models/gemini-x"), "gemini-x");
  EXPECT_EQ(WithoutModelPrefix("publishers/google/models/gemini-x"), "gemini-x");
  EXPECT_EQ(WithoutModelPrefix("gemini/models/gemini-x"), "gemini-x");
  EXPECT_EQ(WithoutModelPrefix("openai/gpt-4o"), "openai/gpt-4o");
}

TEST(TomlText, QuotesWhatMustBeQuoted) {
  EXPECT_EQ(Quoted("a\"b\\c\n\x01ü"), R"("a\"b\\c\n\u0001ü")");
  EXPECT_EQ(Quoted("\xff"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(WriteKey("max_wait-1"), "max_wait-1");
  EXPECT_EQ(WriteKey("gpt-4.1"), "\"gpt-4.1\"");
  EXPECT_EQ(WriteKey(""), "\"\"");
  EXPECT_EQ(WriteSeconds(Duration(250)), "0.25");
}

}  // namespace
}  // namespace agm::config
