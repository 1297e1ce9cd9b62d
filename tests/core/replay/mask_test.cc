#include "core/replay/mask.h"

#include <gtest/gtest.h>

namespace agm::replay {
namespace {

TEST(Mask, ReplacesTextsAndKeepsTheForm) {
  EXPECT_EQ(
      Mask(
          R"({"model":"gpt-4o","messages":[{"role":"user","content":"Call me at 12, José!"}],"n":2})",
          Texts::kReplace),
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"xxxx xx xx 11, xxxé!"}],"n":2})");
}

TEST(Mask, KeepsTextsOnRequestButNoSecret) {
  EXPECT_EQ(
      Mask(R"({"content":"key AIzaSyB9Ioj1234567 of bob@example.org at 10.1.2.3"})", Texts::kKeep),
      R"({"content":"key KEY of someone@example.com at 192.0.2.1"})");
}

TEST(Mask, ATextThatIsCutIntoPiecesIsReplacedAlike) {
  const std::string whole = Mask(R"({"text":"zwei Häuser, 世界 3 😀"})", Texts::kReplace);
  EXPECT_EQ(whole, R"({"text":"xxxx xéxxxx, 字字 1 😀"})");
  EXPECT_EQ(Mask(R"({"text":"zwei Hä"})", Texts::kReplace), R"({"text":"xxxx xé"})");
  EXPECT_EQ(Mask(R"({"text":"กa"})", Texts::kReplace), R"({"text":"字x"})");
}

TEST(Mask, WalksServerSentEvents) {
  EXPECT_EQ(
      Mask("event: x\r\ndata: {\"text\":\"Hi\",\"finishReason\":\"STOP\"}\r\n\r\n"
           "data: not json\n",
           Texts::kReplace),
      "event: x\r\ndata: {\"text\":\"xx\",\"finishReason\":\"STOP\"}\r\n\r\nxxxx: xxx xxxx\n");
}

TEST(Mask, KeepsTheFormOfServerSentEvents) {
  EXPECT_EQ(Mask("data:{\"text\":\"Hi\"}\n", Texts::kReplace), "data:{\"text\":\"xx\"}\n");
  EXPECT_EQ(Mask(": ping\nid: ab\ndata: [DONE]\n", Texts::kReplace),
            ": ping\nid: ab\ndata: [DONE]\n");
}

TEST(Mask, ReplacesMediaAndOpaqueData) {
  const std::string masked =
      Mask(R"({"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUgSECRET="},)"
           R"("url":"data:image/png;base64,iVBORw0KGgoSECRETSECRET"})",
           Texts::kKeep);
  EXPECT_EQ(masked.find("SECRET"), std::string::npos) << masked;
  EXPECT_NE(masked.find("image/png"), std::string::npos);
}

TEST(Mask, KeepsErrorMessagesBecauseTheyDecideTheOutcome) {
  EXPECT_EQ(Mask(R"({"error":{"code":400,"message":"API key expired in projects/my-project"}})",
                 Texts::kReplace),
            R"({"error":{"code":400,"message":"API key expired in projects/project"}})");
}

TEST(Mask, ASecretUnderANameOfTheFormGoesToo) {
  for (const char* body :
       {R"({"model":"gsk_abcdefghijklmnop"})", R"({"model":"AQ.abcdefghijklmnop"})",
        R"({"model":"ya29.abcdefghijklmnop.abcdefghij"})", R"({"model":"sk-abcdefghijklmnop"})",
        R"({"name":"AIzaSyB9Ioj1234567"})", R"({"a":"Bearer abcdefghij0123456789"})",
        R"({"u":"https://x/?key=secret-value&b=1"})"}) {
    const std::string masked = Mask(body, Texts::kKeep);
    EXPECT_NE(masked.find("KEY"), std::string::npos) << masked;
    EXPECT_EQ(masked.find("abcdefghij"), std::string::npos) << masked;
  }
}

TEST(MaskSecrets, FindsASecretAnywhereInALongText) {
  const std::string key = "AIzaSyB9Ioj1234567";
  for (const std::size_t before : {3985U, 3990U, 3999U, 4000U, 7990U}) {
    const std::string head(before, '!');
    const std::string tail(5000, '!');
    EXPECT_EQ(MaskSecrets(head + " " + key + " " + tail), head + " KEY " + tail) << before;
  }
}

TEST(MaskSecrets, KeepsALongTextWithoutGaps) {
  const std::string run(4500, '!');
  for (const std::string& text : {run + run, " " + run, run + "\n" + run}) {
    EXPECT_EQ(MaskSecrets(text), text);
  }
}

// Each pattern is tried only where its mark stands: the one of mail addresses would take minutes here.
TEST(Mask, ALongWordTakesTimeInProportionToItsLength) {
  const std::string word(300'000, 'a');
  EXPECT_EQ(MaskSecrets(word), word);
}

}  // namespace
}  // namespace agm::replay
