#include "core/protocol/shared/sound_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace agm::protocol {
namespace {

/// Ten thousand samples that no encoder can leave out: a wave that rises, falls and trembles.
Sound Wave(std::uint32_t rate = 24000) {
  Sound sound;
  sound.rate = rate;
  for (int i = 0; i < 10000; ++i) {
    const int value = (i % 200 - 100) * 250 + i * 7919 % 513;
    sound.samples += static_cast<char>(value & 0xFF);
    sound.samples += static_cast<char>(value >> 8 & 0xFF);
  }
  return sound;
}

std::string Encoded(const Sound& sound, std::string_view format) {
  const auto file = EncodeCompressed(sound, format);
  EXPECT_TRUE(file) << format;
  return file ? *file : std::string();
}

/// The number of `bytes` bytes at `at`, the highest first.
std::uint64_t Number(std::string_view file, std::size_t at, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes && at + i < file.size(); ++i) {
    number = number << 8U | static_cast<unsigned char>(file[at + i]);
  }
  return number;
}

/// FLAC's check of a frame with one more byte: 0 over a frame together with its last two bytes.
std::uint32_t NextCrc(std::uint32_t crc, char byte) {
  crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) << 8U;
  for (int bit = 0; bit < 8; ++bit) {
    crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x8005U : crc << 1U;
  }
  return crc & 0xFFFFU;
}

/// The end of the frame at `at`, where its check is right and the next frame or nothing follows;
/// `at` if there is none.
std::size_t EndOfFrame(std::string_view file, std::size_t at) {
  std::uint32_t crc = 0;
  for (std::size_t end = at; end < file.size();) {
    crc = NextCrc(crc, file[end++]);
    const bool next = end == file.size() || Number(file, end, 2) == 0xFFF8U;
    if (crc == 0 && next) return end;
  }
  return at;
}

TEST(SoundEncoder, WritesOnlyCompressedFormats) {
  for (const char* format : {"wav", "pcm", "aac", "ogg", "MP3", ""}) {
    EXPECT_FALSE(CanEncodeSound(format)) << format;
    const auto file = EncodeCompressed(Wave(), format);
    ASSERT_FALSE(file) << format;
    EXPECT_EQ(file.error().code, ErrorCode::kInternal) << format;
  }
}

TEST(SoundEncoder, CanWriteWhatItSays) {
  for (const char* format : {"mp3", "opus", "flac"}) {
    EXPECT_EQ(CanEncodeSound(format), EncodeCompressed(Wave(), format).has_value()) << format;
  }
}

TEST(SoundEncoder, WritesEachFormatAsItself) {
  for (const char* format : {"mp3", "opus", "flac"}) {
    if (!CanEncodeSound(format)) continue;  // a build may lack libsndfile
    const std::string file = Encoded(Wave(), format);
    EXPECT_EQ(file.starts_with("fLaC"), format == std::string_view("flac")) << format;
    EXPECT_EQ(file.starts_with("OggS"), format == std::string_view("opus")) << format;
    EXPECT_EQ(file.find("OpusHead") != std::string::npos, format == std::string_view("opus"));
    EXPECT_GT(file.size(), 200U) << format;
  }
}

TEST(SoundEncoder, WritesAFlacFileOfTheSameSound) {
  if (!CanEncodeSound("flac")) GTEST_SKIP() << "a build without libsndfile";
  const std::string file = Encoded(Wave(16000), "flac");
  ASSERT_GT(file.size(), 42U);
  EXPECT_LT(file.size(), Wave().samples.size());
  EXPECT_EQ(file.substr(0, 4), "fLaC");
  EXPECT_EQ(Number(file, 4, 1) & 0x7FU, 0U) << "the first block tells about the sound";
  EXPECT_EQ(Number(file, 5, 3), 34U);
  // 20 bits for the rate, 3 for the channels, 5 for the size of a sample, 36 for their number.
  const std::uint64_t info = Number(file, 18, 8);
  EXPECT_EQ(info >> 44U, 16000U);
  EXPECT_EQ(info >> 41U & 7U, 0U) << "one channel";
  EXPECT_EQ(info >> 36U & 31U, 15U) << "16 bits";
  EXPECT_EQ(info & 0xFFFFFFFFFU, 10000U);
  EXPECT_EQ(Number(file, 26, 8), 0xc4b3727b7dae601eU) << "the first half of the samples' MD5";
  EXPECT_EQ(Number(file, 34, 8), 0x4cc7e9f14dd43cf7U) << "its second half";
}

TEST(SoundEncoder, WritesWholeFlacFrames) {
  if (!CanEncodeSound("flac")) GTEST_SKIP() << "a build without libsndfile";
  const std::string file = Encoded(Wave(), "flac");
  std::size_t at = 4;
  for (bool last = false; !last && at + 4 <= file.size();) {
    last = (Number(file, at, 1) & 0x80U) != 0;
    at += 4 + Number(file, at + 1, 3);
  }
  // Frames follow each other to the end of the file, each with its check.
  int frames = 0;
  while (at < file.size()) {
    ASSERT_EQ(Number(file, at, 2), 0xFFF8U) << "a frame begins at " << at;
    const std::size_t end = EndOfFrame(file, at);
    ASSERT_GT(end, at) << "the frame's check is wrong";
    ++frames;
    at = end;
  }
  EXPECT_EQ(at, file.size());
  EXPECT_GT(frames, 0);
}

TEST(SoundEncoder, TakesEverySampleAndNoHalfOfOne) {
  if (!CanEncodeSound("flac")) GTEST_SKIP() << "a build without libsndfile";
  Sound odd = Wave();
  odd.samples += 'x';
  EXPECT_EQ(Encoded(odd, "flac"), Encoded(Wave(), "flac"));
  Sound other = Wave();
  other.samples[1] = static_cast<char>(other.samples[1] ^ 1);
  EXPECT_NE(Encoded(other, "flac"), Encoded(Wave(), "flac"));
  Sound silence;
  silence.samples.assign(4000, '\0');
  const std::string quiet = Encoded(silence, "flac");
  EXPECT_EQ(Number(quiet, 18, 8) & 0xFFFFFFFFFU, 2000U);
}

TEST(SoundEncoder, TellsOpusPlayersRateAndLength) {
  if (!CanEncodeSound("opus")) GTEST_SKIP() << "a build without libsndfile";
  const std::string file = Encoded(Wave(), "opus");
  const std::size_t head = file.find("OpusHead");
  ASSERT_NE(head, std::string::npos);
  EXPECT_EQ(file.at(head + 9), 1) << "one channel";
  const std::string rate = file.substr(head + 12, 4);
  EXPECT_EQ(rate, std::string("\xC0\x5D\0\0", 4)) << "24000, the lowest byte first";
  const std::size_t last = file.rfind("OggS");
  EXPECT_NE(file.at(last + 5) & 4, 0) << "the last page ends the stream";
}

}  // namespace
}  // namespace agm::protocol
