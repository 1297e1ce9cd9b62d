// The form of fields, and what becomes of lines that come fast.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/log.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_dir.h"

namespace agm {
namespace {

std::string TextOf(std::string_view value) {
  return LogFields(LogFormat::kText).Add("k", value).text();
}

TEST(LogFields, QuotesOnlyWhatCouldBeMistaken) {
  EXPECT_EQ(TextOf("plain/~!"), "k=plain/~!");
  EXPECT_EQ(TextOf("gr\xC3\xB6\xC3\x9F\x65"), "k=gr\xC3\xB6\xC3\x9F\x65");
  EXPECT_EQ(TextOf("\xC3\x80"), "k=\xC3\x80");
  EXPECT_EQ(TextOf(""), "k=\"\"");
  EXPECT_EQ(TextOf("a b"), "k=\"a b\"");
  EXPECT_EQ(TextOf("a=b"), "k=\"a=b\"");
  EXPECT_EQ(TextOf("\xC3\x80 b"), "k=\"\xC3\x80 b\"");
  EXPECT_EQ(TextOf("a\"b"), "k=\"a\\\"b\"");
  EXPECT_EQ(TextOf("a\nb"), "k=\"a\\nb\"");
  EXPECT_NE(TextOf("a\x7f"), "k=a\x7f");
  EXPECT_EQ(TextOf("a\xFF"), "k=a\xEF\xBF\xBD");
}

TEST(LogFields, StandBesideEachOther) {
  LogFields text(LogFormat::kText);
  text.Add("a", "x").Add("b", "y z").Add("c", -7).Add("d", "\xC3\x80");
  EXPECT_EQ(text.text(), "a=x b=\"y z\" c=-7 d=\xC3\x80");
  LogFields json(LogFormat::kJson);
  json.Add("a", "x").Add("b", "y\"").Add("c", -7);
  EXPECT_EQ(json.text(), R"("a":"x","b":"y\"","c":-7)");
}

TEST(LogLines, AreWrittenSoonWhileTheLogIsOpen) {
  const test::TempDir folder;
  const auto log = Log::Open({.access_log = folder / "access.log"});
  ASSERT_TRUE(log);
  for (int i = 1; i <= 2; ++i) {
    LogFields fields = (*log)->Fields();
    (*log)->Access(fields.Add("n", i));
    const std::string line = " n=" + std::to_string(i) + "\n";
    EXPECT_TRUE(test::Eventually([&] { return folder.Read("access.log").ends_with(line); }));
  }
}

// The writing thread collects lines for a while before it writes, so far more than its buffer
// holds arrives meanwhile.
TEST(LogLines, AreCountedWhereTooManyComeAtOnce) {
  constexpr std::int64_t kLines = 200;
  const std::string large(100'000, 'x');
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const test::TempDir folder;
    {
      const auto log = Log::Open({.format = format, .access_log = folder / "access.log"});
      ASSERT_TRUE(log);
      LogFields fields = (*log)->Fields();
      fields.Add("large", large);
      for (std::int64_t i = 0; i < kLines; ++i) (*log)->Access(fields);
    }
    const std::string all = folder.Read("access.log");
    std::int64_t written = 0;
    std::int64_t lost = 0;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = std::min(all.find('\n', at), all.size());
      const std::string line = all.substr(at, end - at);
      at = end + 1;
      if (line.find(large) != line.npos) {
        ++written;
      } else if (format == LogFormat::kText) {
        const std::string told = "level=warning msg=\"log lines came too fast\" lost=";
        const std::size_t place = line.find(told);
        ASSERT_NE(place, line.npos) << line.substr(0, 200);
        lost += std::stoll(line.substr(place + told.size()));
      } else {
        const auto json = ParseJson(line);
        ASSERT_TRUE(json) << line.substr(0, 200);
        EXPECT_EQ(agm::TextOf(*json, "level"), "warning");
        EXPECT_EQ(agm::TextOf(*json, "msg"), "log lines came too fast");
        lost += NumberOf(*json, "lost");
      }
    }
    EXPECT_GT(written, 0);
    EXPECT_GT(lost, 0);
    EXPECT_EQ(written + lost, kLines);
  }
}

}  // namespace
}  // namespace agm
