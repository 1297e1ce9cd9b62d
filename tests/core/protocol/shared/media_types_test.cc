#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/base64.h"
#include "core/protocol/shared/media.h"

namespace agm::protocol {
namespace {

using chat::MediaKind;

std::string MimeOf(std::string_view bytes, std::string_view told, std::string_view name = {},
                   MediaKind kind = MediaKind::kFile) {
  const auto media = MediaFromBase64(EncodeBase64(bytes), told, name, kind);
  return media ? media->mime : media.error().message;
}

const std::string kBinary = "\x01\x02\x03\x04\x05\x06\x07\x08";
constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n0000";

TEST(MediaTypes, OfTextsAreCorrectedByTheirBytes) {
  EXPECT_EQ(MimeOf("export const a = 1;", "video/mp2t", "a.ts"), "text/plain");
  EXPECT_EQ(MimeOf("a,b\n1,2\n", "application/vnd.ms-excel", "a.csv"), "text/csv");
  EXPECT_EQ(MimeOf("hello", "text/markdown", "a.txt"), "text/markdown");
  EXPECT_EQ(MimeOf("hello", ""), "text/plain");
}

TEST(MediaTypes, OfOtherBytesAreNoTexts) {
  EXPECT_EQ(MimeOf(kBinary, "application/zip", "a"), "application/zip");
  EXPECT_EQ(MimeOf(kBinary, "text/plain", "a.pdf"), "application/pdf");
  EXPECT_EQ(MimeOf(kBinary, "text/plain", "a.txt"), "text/plain");
  EXPECT_EQ(MimeOf(kBinary, "text/plain", ""), "text/plain");
  EXPECT_EQ(MimeOf(std::string(kPng), "text/plain", "a.txt"), "image/png");
}

TEST(MediaTypes, WithoutALabelTheNameIsOneThatBytesCorrect) {
  EXPECT_EQ(MimeOf(kBinary, "", "a.pdf"), "application/pdf");
  EXPECT_EQ(MimeOf("a,b\n", "", "a.pdf"), "text/plain");
  EXPECT_EQ(MimeOf("a,b\n", "application/octet-stream", "a.pdf"), "text/plain");
  EXPECT_EQ(MimeOf("a,b\n", "", "a.csv"), "text/csv");
  EXPECT_EQ(MimeOf(kBinary, "", "a.csv"), "text/csv");
  EXPECT_EQ(MimeOf(std::string(kPng), "", "a.pdf"), "image/png");
}

// 4096 bytes of base64 are 3072 bytes, which may end inside of a character.
TEST(MediaTypes, OfALongTextAreToldByItsHead) {
  for (const std::string_view character : {"ä", "€", "😀"}) {
    for (std::size_t before = 0; before < character.size(); ++before) {
      std::string text(before, 'x');
      while (text.size() < 4000) text += character;
      EXPECT_EQ(MimeOf(text, ""), "text/plain") << character << before;
    }
  }
  EXPECT_EQ(MimeOf(std::string(4000, 'x') + kBinary, ""), "text/plain");
  EXPECT_EQ(MimeOf(std::string(3000, 'x') + kBinary + std::string(2000, 'x'), ""),
            "application/octet-stream");
  EXPECT_EQ(MimeOf(std::string(100, 'x') + "\xE2\x82", ""), "application/octet-stream");
  EXPECT_EQ(MimeOf(std::string(3070, 'x') + "\xE2\x82", ""), "application/octet-stream");
}

TEST(MediaTypes, OfSoundAreAsTheClientTellsThem) {
  const std::string wav = "RIFF0000WAVEfmt 0000";
  EXPECT_EQ(MimeOf(wav, "audio/mpeg", {}, MediaKind::kAudio), "audio/mpeg");
  EXPECT_EQ(MimeOf(wav, "image/png", {}, MediaKind::kFile), "audio/wav");
  EXPECT_EQ(MimeOf(kPng, "audio/mpeg", {}, MediaKind::kAudio), "image/png");
  EXPECT_EQ(MimeOf("hello", "application/x", {}, MediaKind::kAudio), "application/x");
  EXPECT_EQ(MimeOf("hello", "application/x", {}, MediaKind::kFile), "text/plain");
}

TEST(Media, KeepTheNameAndTheKindThatTheClientGaveThem) {
  const auto media = MediaFromBase64("AQID", "application/zip", "a.zip", MediaKind::kFile);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->name, "a.zip");
  const auto url = MediaFromUrl("https://a.example/b.mp4", MediaKind::kVideo);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->kind, MediaKind::kVideo);
  EXPECT_EQ(url->mime, "video/mp4");
  const auto file = MediaFromFileId("file-abc", MediaKind::kAudio);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, MediaKind::kAudio);
  EXPECT_EQ(file->uri, "files/abc");
}

TEST(FileName, IsThatOfTheUpstream) {
  EXPECT_EQ(FileName("file-abc"), "files/abc");
  EXPECT_EQ(FileName("file_abc"), "files/abc");
  EXPECT_EQ(FileName("files/abc"), "files/abc");
  EXPECT_EQ(FileName("az-09"), "files/az-09");
  EXPECT_EQ(FileName(std::string(64, 'x')), "files/" + std::string(64, 'x'));
  EXPECT_EQ(FileName(std::string(65, 'x')), "");
  for (const std::string_view id : {"", "file-", "a b", "a/b", "A", "a_b", "a`", "a{", "a:"}) {
    EXPECT_EQ(FileName(id), "") << id;
  }
}

}  // namespace
}  // namespace agm::protocol
