#include "core/protocol/shared/mime.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/base64.h"

namespace agm::protocol {
namespace {

using namespace std::string_literals;

std::string OfBytes(const std::string& bytes) { return MimeOfBase64(EncodeBase64(bytes)); }
std::string SureOfBytes(const std::string& bytes) {
  return CertainMimeOfBase64(EncodeBase64(bytes));
}

TEST(Mime, IsKnownByTheFirstBytes) {
  EXPECT_EQ(OfBytes("\x89PNG\r\n"), "image/png");
  EXPECT_EQ(OfBytes("\xFF\xD8\xFF\xE0"), "image/jpeg");
  EXPECT_EQ(OfBytes("GIF89a"), "image/gif");
  EXPECT_EQ(OfBytes("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(OfBytes("ID3\x03"), "audio/mpeg");
  EXPECT_EQ(OfBytes("{\"a\":1}"), "text/plain");
  EXPECT_EQ(OfBytes("hello"), "application/octet-stream");
  EXPECT_EQ(OfBytes(""), "application/octet-stream");
}

TEST(Mime, LooksIntoContainers) {
  EXPECT_EQ(OfBytes("RIFF\1\2\3\4WEBPxx"), "image/webp");
  EXPECT_EQ(OfBytes("RIFF\1\2\3\4WAVE"), "audio/wav");
  EXPECT_EQ(OfBytes("RIFF\1\2\3\4AVI "), "video/x-msvideo");
  EXPECT_EQ(OfBytes("RIFF\1\2\3\4ABCD"), "application/octet-stream");
  EXPECT_EQ(OfBytes("RIFF\1\2\3\4WAV"), "application/octet-stream");
  EXPECT_EQ(OfBytes("\0\0\0\x18"s + "ftypheic"), "image/heic");
  EXPECT_EQ(OfBytes("\0\0\0\x18"s + "ftypM4A "), "audio/m4a");
  EXPECT_EQ(OfBytes("\0\0\0\x18"s + "ftypisom"), "video/mp4");
  EXPECT_EQ(OfBytes("\0\0\0\x18"s + "ftypiso"), "application/octet-stream");
  EXPECT_EQ(OfBytes("FORM\1\2\3\4AIFF"), "audio/aiff");
  EXPECT_EQ(OfBytes("FORM\1\2\3\4AIFC"), "audio/aiff");
  EXPECT_EQ(OfBytes("FORM\1\2\3\4ILBM"), "application/octet-stream");
  EXPECT_EQ(OfBytes("FORM\1\2\3\4AIF"), "application/octet-stream");
}

TEST(Mime, IsCertainOnlyOfUnmistakableBytes) {
  EXPECT_EQ(SureOfBytes("\x89PNG\r\n"), "image/png");
  EXPECT_EQ(SureOfBytes("RIFF\1\2\3\4WAVE"), "audio/wav");
  EXPECT_EQ(SureOfBytes("BM12"), "");
  EXPECT_EQ(SureOfBytes("{"), "");
  EXPECT_EQ(SureOfBytes("hello"), "");
}

TEST(Mime, IsKnownByTheEndingOfAName) {
  EXPECT_EQ(MimeOfName("a.PNG"), "image/png");
  EXPECT_EQ(MimeOfName("https://x/a.b/c.tar.pdf?x=.png#y"), "application/pdf");
  EXPECT_EQ(MimeOfName("a.json"), "text/plain");
  EXPECT_EQ(MimeOfName("https://x.png/a"), "");
  EXPECT_EQ(MimeOfName("png"), "");
  EXPECT_EQ(MimeOfName("a."), "");
  EXPECT_EQ(MimeOfName("a.zzz"), "");
  EXPECT_EQ(MimeOfName(""), "");
}

TEST(Mime, HasOneName) {
  EXPECT_EQ(CanonicalMime("IMAGE/JPG"), "image/jpeg");
  EXPECT_EQ(CanonicalMime(" audio/mp3 ; q=1"), "audio/mpeg");
  EXPECT_EQ(CanonicalMime("text/plain; charset=utf-8"), "text/plain");
  EXPECT_EQ(CanonicalMime("application/json"), "text/plain");
  EXPECT_EQ(CanonicalMime("  "), "");
}

}  // namespace
}  // namespace agm::protocol
