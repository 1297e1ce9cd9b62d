#pragma once

#include <string>
#include <string_view>

namespace agm::protocol {

/// Converts base64 of 16-bit mono PCM to base64 of a WAV file. The sample rate comes from the media
/// type ("audio/L16;rate=24000"); 24000 if it has none.
std::string WavFromPcm(std::string_view base64, std::string_view mime);

}  // namespace agm::protocol
