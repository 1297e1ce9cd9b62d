// The door to libsndfile, which a build may lack.

#include "core/protocol/shared/sound_encoder.h"

#ifdef AGM_SNDFILE
#include <sndfile.h>

#include <algorithm>
#include <cstring>
#include <memory>
#endif

namespace agm::protocol {

#ifdef AGM_SNDFILE
namespace {

SF_INFO InfoOf(std::string_view format, std::uint32_t rate) {
  SF_INFO info{};
  info.channels = 1;
  info.samplerate = static_cast<int>(rate);
  if (format == "mp3") info.format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  if (format == "opus") info.format = SF_FORMAT_OGG | SF_FORMAT_OPUS;
  if (format == "flac") info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  return info;
}

/// A file in memory, as libsndfile reads and writes one.
struct MemoryFile {
  std::string bytes;
  std::size_t at = 0;
};

MemoryFile& FileOf(void* data) { return *static_cast<MemoryFile*>(data); }

sf_count_t Size(void* data) { return static_cast<sf_count_t>(FileOf(data).bytes.size()); }
sf_count_t Tell(void* data) { return static_cast<sf_count_t>(FileOf(data).at); }

sf_count_t Seek(sf_count_t offset, int whence, void* data) {
  MemoryFile& file = FileOf(data);
  const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? Tell(data) : Size(data);
  if (base + offset < 0) return -1;
  file.at = static_cast<std::size_t>(base + offset);
  return base + offset;
}

sf_count_t Read(void* to, sf_count_t count, void* data) {
  MemoryFile& file = FileOf(data);
  const std::size_t left = file.bytes.size() - std::min(file.at, file.bytes.size());
  const std::size_t size = std::min(left, static_cast<std::size_t>(count));
  std::memcpy(to, file.bytes.data() + file.at, size);
  file.at += size;
  return static_cast<sf_count_t>(size);
}

sf_count_t Write(const void* from, sf_count_t count, void* data) {
  MemoryFile& file = FileOf(data);
  const auto size = static_cast<std::size_t>(count);
  if (file.bytes.size() < file.at + size) file.bytes.resize(file.at + size);
  std::memcpy(file.bytes.data() + file.at, from, size);
  file.at += size;
  return count;
}

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

Error EncoderFailed(std::string_view format) {
  return Fail(ErrorCode::kInternal, "the sound could not be written as {}", format);
}

}  // namespace

bool CanEncodeSound(std::string_view format) {
  const SF_INFO info = InfoOf(format, 24000);
  return info.format != 0 && sf_format_check(&info) != 0;
}

Result<std::string> EncodeCompressed(const Sound& sound, std::string_view format) {
  SF_INFO info = InfoOf(format, sound.rate);
  SF_VIRTUAL_IO io{Size, Seek, Read, Write, Tell};
  MemoryFile memory;
  std::unique_ptr<SNDFILE, CloseFile> file(sf_open_virtual(&io, SFM_WRITE, &info, &memory));
  if (!file) return EncoderFailed(format);
  std::vector<short> samples(sound.samples.size() / 2);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto low = static_cast<unsigned char>(sound.samples[2 * i]);
    const auto high = static_cast<unsigned char>(sound.samples[2 * i + 1]);
    samples[i] = static_cast<short>(low | high << 8U);
  }
  const auto count = static_cast<sf_count_t>(samples.size());
  if (sf_write_short(file.get(), samples.data(), count) != count) return EncoderFailed(format);
  file.reset();  // writes what is left
  return std::move(memory.bytes);
}

#else

bool CanEncodeSound(std::string_view) { return false; }

Result<std::string> EncodeCompressed(const Sound&, std::string_view format) {
  return Fail(ErrorCode::kInternal, "this build cannot write {}", format);
}

#endif

}  // namespace agm::protocol
