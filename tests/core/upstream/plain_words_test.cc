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

}  // namespace
}  // namespace agm::upstream
