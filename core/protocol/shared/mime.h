#pragma once

#include <string>
#include <string_view>

namespace agm::protocol {

/// Detects the media type from the first bytes of `base64` (PNG, JPEG, GIF, WebP, BMP, HEIC, PDF,
/// WAV, MP3, OGG, FLAC, AIFF, MP4, ...); "application/octet-stream" if they are unknown.
std::string MimeOfBase64(std::string_view base64);

/// The same if the bytes leave no doubt, whatever a label says; else empty.
std::string CertainMimeOfBase64(std::string_view base64);

/// The media type for the extension of a file name or URI; empty if it is unknown.
std::string MimeOfName(std::string_view name);

/// `mime` in lower case, without parameters, under its registered name (replaces "image/jpg" and
/// "audio/mp3").
std::string CanonicalMime(std::string_view mime);

}  // namespace agm::protocol
