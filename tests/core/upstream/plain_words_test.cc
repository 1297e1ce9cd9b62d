#include "core/upstream/plain_words.h"

#include <gtest/gtest.h>

#include "core/base/utf8.h"

namespace agm::upstream {
namespace {

TEST(PlainWords, KeepWhatExplainsTheRequestsFault) {
  for (const char* text :
       {"Unknown name \"foo\" at 'contents[0].parts[1]': Cannot find field.",
        "The input token count (2551556) exceeds the maximum number of tokens allowed (1048576).",
        "Invalid value at 'generation_config.response_schema.properties[0].value.type'",
        "models/gemini-2.5-flash-preview-09-2025 is not found",
        "GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name"}) {
    EXPECT_EQ(PlainWords(text, 400), text);
  }
}

TEST(PlainWords, CutOutKeysProjectsAndMailAddresses) {
  EXPECT_EQ(
      PlainWords("Consumer 'api_key:AIzaSyCANARY0123456789abcdefghijk' has been suspended.", 200),
      "Consumer '…' has been suspended.");
  EXPECT_EQ(PlainWords("key AQ.Ab8RN6CANARY, token ya29.a0AfCANARY;", 200), "key …, token …;");
  EXPECT_EQ(PlainWords("in project 123456789012 before", 200), "in project … before");
  EXPECT_EQ(PlainWords("Project `my-secret-project` is not allowed", 200),
            "Project `…` is not allowed");
  EXPECT_EQ(PlainWords("on //x.googleapis.com/projects/my-secret/locations/global", 200), "on …");
  EXPECT_EQ(PlainWords("mail me@example.com now", 200), "mail … now");
  EXPECT_EQ(PlainWords("visit https://example.com/a?project=1&key=2 then", 200),
            "visit https://example.com/a then");
  EXPECT_EQ(PlainWords("hash 0123456789abcdef0123456789abcdef", 200), "hash …");
}

TEST(PlainWords, AreOneShortLineOfUtf8) {
  EXPECT_EQ(PlainWords("a\r\n\tb\x01"
                       "c",
                       100),
            "a b c");
  EXPECT_EQ(PlainWords("äöüäöü", 9), "äöü…");
  EXPECT_TRUE(IsUtf8(PlainWords("bad \xff\xc3 bytes", 100)));
  EXPECT_LE(PlainWords(std::string(1000, 'x'), 50).size(), 50U);
  EXPECT_EQ(PlainWords("", 10), "");
  EXPECT_EQ(PlainWords(" \n ", 10), "");
}

TEST(PlainWords, CutOutLongNumbersAndLongMixesOfLettersAndDigits) {
  EXPECT_EQ(PlainWords("12345678 123456789", 200), "12345678 …");
  EXPECT_EQ(PlainWords("aB3aB3aB3aB3aB3 aB3aB3aB3aB3aB3a", 200), "aB3aB3aB3aB3aB3 …");
  const std::string lower = "a1" + std::string(29, 'b');  // 31 characters
  EXPECT_EQ(PlainWords(lower + " " + lower + "c", 200), lower + " …");
  EXPECT_EQ(PlainWords(std::string(40, 'a') + " " + std::string(40, 'A'), 200),
            std::string(40, 'a') + " " + std::string(40, 'A'))
      << "a word";
  EXPECT_EQ(PlainWords("a.b.c/123456789/d", 200), "…") << "a part of a path";
  EXPECT_EQ(PlainWords("a.b./12345678", 200), "a.b./12345678");
}

TEST(PlainWords, KeepPunctuationThatStandsAlone) {
  EXPECT_EQ(PlainWords("a ... b ) c", 200), "a ... b ) c");
}

TEST(PlainWords, EndWithAnEllipsisWhereTheyAreCut) {
  EXPECT_EQ(PlainWords("abcdef", 6), "abcdef");
  EXPECT_EQ(PlainWords("abcdefg", 6), "abc…");
  EXPECT_EQ(PlainWords("abcd", 3), "…");
  EXPECT_EQ(PlainWords("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4", 6), "\xC3\xA4…");
  EXPECT_EQ(PlainWords("one two three", 8), "one t…");
}

}  // namespace
}  // namespace agm::upstream
