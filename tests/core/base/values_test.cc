#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "core/base/duration.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/base/utf8.h"

namespace agm {
namespace {

TEST(Result, HoldsAValueOrAnError) {
  Result<std::unique_ptr<int>> good = std::make_unique<int>(7);
  ASSERT_TRUE(good);
  EXPECT_EQ(**good, 7);
  const Result<int> bad = Fail(ErrorCode::kIo, "{}: {}", "file", "gone");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "file: gone");
  EXPECT_TRUE(Result<void>());
}

TEST(Duration, ReadsEveryFormThatUpstreamsSend) {
  EXPECT_EQ(ReadDuration("500ms"), Duration(500));
  EXPECT_EQ(ReadDuration("0.5s"), Duration(500));
  EXPECT_EQ(ReadDuration("45.837906927s"), Duration(45838));
  EXPECT_EQ(ReadDuration("1h2m3s"), Duration(3723000));
  EXPECT_EQ(ReadDuration("39043s"), Duration(39043000));
  EXPECT_EQ(ReadDuration("0s"), Duration(0));
  EXPECT_EQ(ReadDuration("30"), Duration(30000));
  EXPECT_EQ(ReadDuration("0.1s"), Duration(100));
  EXPECT_EQ(ReadDuration("1m30.5s"), Duration(90500));
  EXPECT_EQ(ReadDuration("250000us"), Duration(250));
}

TEST(Duration, RefusesInvalidInput) {
  for (const char* text : {"", "s", "-1s", "1s2h", "1x", "1s ", "abc", "1..2s", "1e3s", "9999999d",
                           "1m1m", "1h30", "1S", "+1s", ".", "1sm", "1 s", "3661d"}) {
    EXPECT_FALSE(ReadDuration(text)) << text;
  }
  EXPECT_EQ(ReadDuration("3660d"), Duration(std::chrono::hours(24 * 3660)));  // ten years
}

TEST(Duration, RoundsAWaitUpButNotForWhatBinaryFractionsLose) {
  EXPECT_EQ(ReadDuration("0.0001s"), Duration(1));
  EXPECT_EQ(ReadDuration("1us"), Duration(1));
  EXPECT_EQ(ReadDuration("1.5"), Duration(1500));
  EXPECT_EQ(ReadDuration("2m0.3s"), Duration(120'300));
}

TEST(Duration, IsWrittenInAtMostTwoUnits) {
  EXPECT_EQ(WriteDuration(Duration(850)), "850ms");
  EXPECT_EQ(WriteDuration(Duration(12'000)), "12s");
  EXPECT_EQ(WriteDuration(Duration(200'000)), "3m20s");
  EXPECT_EQ(WriteDuration(Duration(7'500'000)), "2h5m");
  EXPECT_EQ(WriteDuration(Duration(100'800'000)), "1d4h");
  EXPECT_EQ(WriteDuration(Duration(0)), "0ms");
  EXPECT_EQ(WriteDuration(Duration(999)), "999ms");
  EXPECT_EQ(WriteDuration(Duration(1'000)), "1s");
  EXPECT_EQ(WriteDuration(Duration(59'999)), "59s");
  EXPECT_EQ(WriteDuration(Duration(60'000)), "1m");
  EXPECT_EQ(WriteDuration(Duration(3'599'999)), "59m59s");
  EXPECT_EQ(WriteDuration(Duration(3'600'000)), "1h");
  EXPECT_EQ(WriteDuration(Duration(86'399'999)), "23h59m");
  EXPECT_EQ(WriteDuration(Duration(86'400'000)), "1d");
}

TEST(Secret, MatchesOnlyItself) {
  const Secret secret("sk-0123456789abcdef");
  EXPECT_TRUE(secret.Matches("sk-0123456789abcdef"));
  EXPECT_FALSE(secret.Matches("sk-0123456789abcdeg"));
  EXPECT_FALSE(secret.Matches("sk-0123456789abcde"));
  EXPECT_FALSE(secret.Matches("sk-0123456789abcdefsk-0123456789abcdef"));
  EXPECT_FALSE(secret.Matches(""));
  EXPECT_FALSE(Secret().Matches(""));
}

TEST(Secret, IsRecognizedByItsPrefix) {
  for (const char* key : {"AIzaSyB9Ioj", "AQ.Ab8", "ya29.a0", "GOCSPX-1", "sk-1", "gsk_1"}) {
    EXPECT_TRUE(BeginsLikeKey(key)) << key;
    EXPECT_FALSE(IsVariableName(key)) << key;
  }
  for (const char* word : {"", "a", "AIz", "my-sk-1", "GEMINI_API_KEY"}) {
    EXPECT_FALSE(BeginsLikeKey(word)) << word;
  }
}

TEST(Secret, StandsInPlaceOfAVariablesName) {
  for (const char* name :
       {"GEMINI_API_KEY", "a", "_2", "My2ndKey", "KEY_OF_PROJECT_NUMBER_123456789012"}) {
    EXPECT_TRUE(IsVariableName(name)) << name;
  }
  const std::string mixed = "q0ABCDEFGHIJKLMNOPQRSTUVWXYZabc";  // 31 characters
  EXPECT_TRUE(IsVariableName(mixed));
  EXPECT_FALSE(IsVariableName(mixed + "d"));
  EXPECT_TRUE(IsVariableName(std::string(100, 'A')));
  for (const std::string& name :
       {std::string(), std::string(101, 'A'), std::string("A-B"), std::string("redis://host")}) {
    EXPECT_FALSE(IsVariableName(name)) << name;
  }
}

TEST(Secret, ShowsOnlyItsEnds) {
  EXPECT_EQ(Secret("AIzaSyA-0123456789").Masked(), "AIza…6789");
  EXPECT_EQ(Secret("short").Masked(), "…");
  EXPECT_EQ(Secret("fifteen letters").Masked(), "…");
  EXPECT_EQ(Secret("sixteen letters!").Masked(), "sixt…ers!");
  EXPECT_EQ(Secret().Masked(), "");
}

TEST(Utf8, ReplacesIllFormedBytesOneByOne) {
  EXPECT_EQ(ToUtf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(ToUtf8("\xF0\x9F\x98\x80"), "😀");
  EXPECT_EQ(CountCodePoints("Grüße 😀"), 7U);
  EXPECT_FALSE(IsUtf8("01234567\xC3"));
}

TEST(RandomId, IsLongEnoughAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = RandomId(24);
    ASSERT_EQ(id.size(), 24U);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(Guarded, GivesItsValueUnderTheLock) {
  Guarded<int> guarded(1);
  {
    auto value = guarded.Lock();
    *value += 1;
  }
  EXPECT_EQ(guarded.Copy(), 2);
  guarded.Set(5);
  EXPECT_EQ(guarded.Copy(), 5);
}

TEST(LogFields, AreReadableAsTextAndAsJson) {
  LogFields text(LogFormat::kText);
  text.Add("a", 1).Add("b", "two words").Add("c", "x").Add("d", "");
  EXPECT_EQ(text.text(), R"(a=1 b="two words" c=x d="")");
  LogFields hostile(LogFormat::kText);
  hostile.Add("a", "\x1b[2J").Add("b", "x\nlevel=error");
  EXPECT_EQ(hostile.text(), R"(a="\u001b[2J" b="x\nlevel=error")");
  LogFields json(LogFormat::kJson);
  json.Add("a", 1).Add("b", "line\nbreak");
  EXPECT_EQ(json.text(), R"("a":1,"b":"line\nbreak")");
}

}  // namespace
}  // namespace agm
