#pragma once

#include <string>
#include <string_view>

namespace agm::protocol {

/// The media type that the first bytes of `base64` tell (PNG, JPEG, GIF, WebP, BMP, HEIC, PDF, WAV,
/// MP3, OGG, FLAC, AIFF, MP4, ...); "application/octet-stream" if they tell nothing.
std::string MimeOfBase64(std::string_view base64);

/// The media type that a file name's or URI's ending tells; empty if it tells nothing.
std::string MimeOfName(std::string_view name);

/// `mime` in lower case, without parameters, and under its registered name: "image/jpg" and
/// "audio/mp3" have others.
std::string CanonicalMime(std::string_view mime);

}  // namespace agm::protocol
