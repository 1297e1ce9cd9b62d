#include "core/protocol/shared/sound.h"

#include <array>

#include "core/protocol/shared/sound_encoder.h"
#include "core/protocol/shared/wav.h"

namespace agm::protocol {

const std::vector<SoundFormat>& SoundFormats() {
  static const std::vector<SoundFormat> kFormats = [] {
    std::vector<SoundFormat> formats = {{"wav", "audio/wav"}, {"pcm", "audio/pcm"}};
    constexpr std::array kEncoded = {SoundFormat{"mp3", "audio/mpeg"},
                                     SoundFormat{"opus", "audio/ogg"},
                                     SoundFormat{"flac", "audio/flac"}};
    for (const SoundFormat& format : kEncoded) {
      if (CanEncodeSound(format.name)) formats.push_back(format);
    }
    return formats;
  }();
  return kFormats;
}

Result<std::string> EncodeSound(const Sound& sound, std::string_view format) {
  if (format == "pcm") return sound.samples;
  if (format == "wav") return WavFile(sound.samples, sound.rate);
  return EncodeCompressed(sound, format);
}

}  // namespace agm::protocol
