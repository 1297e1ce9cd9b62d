#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

/// Sound files from what speech models answer with.
namespace agm::protocol {

/// Mono sound in 16-bit little-endian samples.
struct Sound {
  std::string samples;
  std::uint32_t rate = 24000;
};

/// A format that this build can write.
struct SoundFormat {
  std::string_view name;  ///< as OpenAI's API calls it: "mp3"
  std::string_view mime;
};

/// wav and pcm always; mp3, opus and flac if the build has libsndfile and that can write them.
const std::vector<SoundFormat>& SoundFormats();

/// The file's bytes. `format` is a name of SoundFormats(). Fails with kInternal if the encoder
/// does.
Result<std::string> EncodeSound(const Sound& sound, std::string_view format);

}  // namespace agm::protocol
