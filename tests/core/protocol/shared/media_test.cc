#include "core/protocol/shared/media.h"

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/protocol/shared/compact_json.h"
#include "core/protocol/shared/mime.h"
#include "core/protocol/shared/wav.h"

namespace agm::protocol {
namespace {

TEST(Base64, IsBroughtIntoTheStandardForm) {
  EXPECT_EQ(NormalBase64("AAAA"), "AAAA");
  EXPECT_EQ(NormalBase64("-_8"), "+/8=");
  EXPECT_EQ(NormalBase64("AA\r\nAA \t=="), "AAAA");
  EXPECT_EQ(NormalBase64("AA=="), "AA==");
  EXPECT_FALSE(NormalBase64(""));
  EXPECT_FALSE(NormalBase64("A"));
  EXPECT_FALSE(NormalBase64("AAAAA"));
  EXPECT_FALSE(NormalBase64("AA*A"));
  EXPECT_FALSE(NormalBase64("A=AA"));
}

TEST(Base64, SurvivesBothWays) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Mime, IsToldByTheFirstBytes) {
  const auto of = [](std::string_view bytes) { return MimeOfBase64(EncodeBase64(bytes)); };
  EXPECT_EQ(of("\x89PNG\r\n\x1a\n0000"), "image/png");
  EXPECT_EQ(of("\xFF\xD8\xFF\xE0"), "image/jpeg");
  EXPECT_EQ(of("GIF89a"), "image/gif");
  EXPECT_EQ(of("RIFF0000WEBPVP8 "), "image/webp");
  EXPECT_EQ(of("RIFF0000WAVEfmt "), "audio/wav");
  EXPECT_EQ(of("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(of(std::string_view("\0\0\0\x18"
                                "ftypheic0000",
                                16)),
            "image/heic");
  EXPECT_EQ(of(std::string_view("\0\0\0\x18"
                                "ftypisom0000",
                                16)),
            "video/mp4");
  EXPECT_EQ(of("plain"), "application/octet-stream");
}

TEST(Mime, HasOneNameATypeAndIsToldByFileNames) {
  EXPECT_EQ(CanonicalMime("Image/JPG; q=1"), "image/jpeg");
  EXPECT_EQ(CanonicalMime("audio/mp3"), "audio/mpeg");
  EXPECT_EQ(MimeOfName("a/b.PDF"), "application/pdf");
  EXPECT_EQ(MimeOfName("https://a.example/x.png?y=.gif#z"), "image/png");
  EXPECT_EQ(MimeOfName("https://a.example/x"), "");
  EXPECT_EQ(MimeOfName("noending"), "");
}

TEST(MediaFromUrl, TakesTextDataAsItIs) {
  const auto media = MediaFromUrl("data:text/plain,hello%20w", chat::MediaKind::kFile);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->mime, "text/plain");
  EXPECT_EQ(DecodeBase64(media->data), "hello w");
}

TEST(MediaFromUrl, LabelsAPictureThatIsNoneLikeAFile) {
  EXPECT_FALSE(MediaFromUrl("data:imxge/png,hello", chat::MediaKind::kImage)) << "it is text";
  for (const char* url : {"data:application/pdf;base64,JVBERi0xLjQK", "data:x/y;base64,AAECAw=="}) {
    const auto media = MediaFromUrl(url, chat::MediaKind::kImage);
    ASSERT_TRUE(media) << url;
    EXPECT_EQ(media->kind, chat::MediaKind::kFile) << url;
    const auto again = MediaFromBase64(media->data, media->mime, "", chat::MediaKind::kFile);
    ASSERT_TRUE(again) << url;
    EXPECT_EQ(again->mime, media->mime) << url;
  }
}

TEST(MediaFromUrl, RefusesHostsOfPrivateNetworks) {
  for (const char* url :
       {"http://localhost/a.png", "https://127.0.0.1/a.png", "https://10.0.0.8/",
        "http://[::1]:80/", "http://169.254.169.254/latest/meta-data",
        "http://metadata.google.internal/x", "http://2130706433/", "https://redis:6379/",
        "https://user:pass@example.com/a.png", "https:///a.png", "https://[::ffff:10.0.0.1]/"}) {
    const auto media = MediaFromUrl(url, chat::MediaKind::kImage);
    ASSERT_FALSE(media) << url;
    EXPECT_EQ(media.error().reason, "invalid_image_url") << url;
  }
  EXPECT_EQ(MediaFromUrl("http://127.0.0.1/", chat::MediaKind::kImage).error().message,
            "expected a host that is public, found \"127.0.0.1\"");
  EXPECT_TRUE(MediaFromUrl("https://example.com/a.png", chat::MediaKind::kImage));
  EXPECT_TRUE(MediaFromUrl("gs://bucket/a.png", chat::MediaKind::kImage));
}

TEST(MediaFromUrl, KnowsWhatOnlyTheUpstreamCanRead) {
  for (const char* uri :
       {"gs://bucket/a", "https://youtu.be/x", "https://WWW.YouTube.com/watch?v=x",
        "https://generativelanguage.googleapis.com/v1beta/files/a"}) {
    EXPECT_TRUE(IsUpstreamsOwn(uri)) << uri;
  }
  EXPECT_FALSE(IsUpstreamsOwn("https://example.com/youtube.com"));
  EXPECT_FALSE(IsUpstreamsOwn("https://youtube.com.example.org/"));
}

TEST(MediaFromUrl, RefusesWhatItMustNotFetch) {
  for (const char* url : {"file:///etc/passwd", "ftp://a/b", "/etc/passwd", "", "javascript:1",
                          "data:image/png;base64", "data:image/png;base64,", "data:,plain text"}) {
    EXPECT_FALSE(MediaFromUrl(url, chat::MediaKind::kImage)) << url;
  }
}

TEST(Wav, WrapsSamplesInAHeader) {
  const std::string wav = DecodeBase64(WavFromPcm(EncodeBase64("abcd"), "audio/L16;rate=16000"));
  ASSERT_EQ(wav.size(), 48U);
  EXPECT_EQ(wav.substr(0, 4), "RIFF");
  EXPECT_EQ(wav.substr(24, 4), std::string("\x80\x3e\0\0", 4));
  EXPECT_EQ(wav.substr(44), "abcd");
}

TEST(CompactJson, TakesOutSpaceButNoText) {
  EXPECT_EQ(CompactJson("{ \"a b\" : [ 1.50 ,\n\t\"x \\\" y\" ] }"), R"({"a b":[1.50,"x \" y"]})");
  EXPECT_EQ(CompactJson("{}"), "{}");
}

}  // namespace
}  // namespace agm::protocol
