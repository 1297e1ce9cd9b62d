#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agm::protocol {

/// True for a media type of raw 16-bit PCM ("audio/L16;rate=24000", "audio/pcm").
bool IsPcm(std::string_view mime);
/// The samples per second that such a media type names; 24000 if it names none.
std::uint32_t PcmRate(std::string_view mime);

/// A WAV file of 16-bit mono samples.
std::string WavFile(std::string_view samples, std::uint32_t rate);

/// Base64 of 16-bit mono PCM as base64 of a WAV file. The rate comes from the media type
/// ("audio/L16;rate=24000"); 24000 where it names none.
std::string WavFromPcm(std::string_view base64, std::string_view mime);

}  // namespace agm::protocol
