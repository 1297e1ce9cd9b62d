#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace agm {

/// Normalises base64 for the Gemini API: standard alphabet, padded, no line breaks. Accepts the URL
/// alphabet, missing padding, and spaces, tabs and line breaks between the characters. nullopt if
/// `text` is not base64 or is empty. Text that is already normal is copied at once.
std::optional<std::string> NormalBase64(std::string_view text);

/// True for text that proto JSON reads as bytes: either alphabet, padded or not, without spaces.
bool IsBase64(std::string_view text);

/// Decodes normal base64, up to the last complete group; `limit` bytes at most.
std::string DecodeBase64(std::string_view base64, std::size_t limit = std::string_view::npos);

/// Base64 with the standard alphabet, padded.
std::string EncodeBase64(std::string_view bytes);

/// Base64 with the URL alphabet and without padding, as in JWTs (RFC 7515).
std::string Base64Url(std::string_view bytes);

}  // namespace agm
