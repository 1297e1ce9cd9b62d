#include "core/replay/mask_form.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm::replay {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=b";

// The masked form's body between its boundaries, for one part with this head and content.
std::string Masked(std::string_view head, std::string_view content, Texts texts = Texts::kReplace) {
  const std::string body = fmt::format(
      "--b\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n--b--\r\n", head, content);
  const auto form = MaskForm(kType, body, texts);
  EXPECT_TRUE(form) << form.error().message;
  if (!form) return "";
  EXPECT_EQ(form->content_type, "multipart/form-data; boundary=agm-capture-boundary");
  const std::string begin = "--agm-capture-boundary\r\nContent-Disposition: form-data; ";
  const std::string end = "\r\n--agm-capture-boundary--\r\n";
  EXPECT_TRUE(form->body.starts_with(begin) && form->body.ends_with(end)) << form->body;
  return form->body.substr(begin.size(), form->body.size() - begin.size() - end.size());
}

std::string FileNameOf(const std::string& filename) {
  const std::string masked = Masked(R"(name="file"; filename=")" + filename + "\"", "x");
  return masked.substr(0, masked.find("\r\n"));
}

TEST(MaskForm, KeepsTheExtensionOfAFileAndNotItsName) {
  EXPECT_EQ(FileNameOf("secret.png"), R"(name="file"; filename="file.png")");
  EXPECT_EQ(FileNameOf("secret.AZaz0"), R"(name="file"; filename="file.AZaz0")");
  EXPECT_EQ(FileNameOf("a.b.z9"), R"(name="file"; filename="file.z9")");
  for (const char* other : {"secret", "a.secret", "a.p{g", "a.p[g", "a.p:g", "a.p`g", "a.p@g",
                            "a.p/g", "a.p~g", "a.\xC3\xA4"}) {
    EXPECT_EQ(FileNameOf(other), R"(name="file"; filename="file")") << other;
  }
}

TEST(MaskForm, KeepsTheFirstBytesOfAFileAndItsType) {
  EXPECT_EQ(
      Masked("name=\"file\"; filename=\"a.gif\"\r\nContent-Type: image/gif", "GIF89a012345SECRET"),
      "name=\"file\"; filename=\"file.gif\"\r\nContent-Type: image/gif\r\n\r\n"
      "GIF89a012345AAAAAA");
  EXPECT_EQ(Masked("name=\"file\"; filename=\"a\"", "short"),
            "name=\"file\"; filename=\"file\"\r\n\r\nshort");
  const std::string large =
      Masked("name=\"file\"; filename=\"a\"", std::string(12, 'x') + std::string(1000, 's'));
  EXPECT_EQ(large, "name=\"file\"; filename=\"file\"\r\n\r\n" + std::string(12, 'x') +
                       std::string(244, 'A'));
}

TEST(MaskForm, ReplacesTextsAndKeepsTheFormOfTheRequest) {
  EXPECT_EQ(Masked("name=\"model\"", "gpt-image-1"), "name=\"model\"\r\n\r\ngpt-image-1");
  for (const char* name : {"prompt", "input", "user", "text"}) {
    const std::string head = fmt::format("name=\"{}\"", name);
    EXPECT_EQ(Masked(head, "A secret 7"), head + "\r\n\r\nx xxxxxx 1");
    EXPECT_EQ(Masked(head, "A secret 7", Texts::kKeep), head + "\r\n\r\nA secret 7");
  }
  EXPECT_EQ(Masked("name=\"size\"", "bob@example.org"), "name=\"size\"\r\n\r\nsomeone@example.com");
}

TEST(MaskForm, AHeadCannotEndEarly) {
  EXPECT_EQ(Masked("name=\"a%0D%0A%22b\"", "2"), "name=\"ab\"\r\n\r\n2");
  EXPECT_EQ(Masked("name=\"n\"\r\nContent-Type: text/a\\b", "2"),
            "name=\"n\"\r\nContent-Type: text/ab\r\n\r\n2");
}

TEST(MaskForm, WritesEachPart) {
  const auto form = MaskForm(kType,
                             "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n"
                             "--b\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nc\r\n"
                             "--b--\r\n",
                             Texts::kReplace);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->body,
            "--agm-capture-boundary\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n"
            "--agm-capture-boundary\r\nContent-Disposition: form-data; name=\"ab\"\r\n\r\nc\r\n"
            "--agm-capture-boundary--\r\n");
  EXPECT_FALSE(MaskForm("multipart/form-data", "", Texts::kReplace));
}

}  // namespace
}  // namespace agm::replay
