#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// Normalises base64 for the Gemini API: standard alphabet, padded, no line breaks. Accepts the URL
/// alphabet, missing padding, and spaces, tabs and line breaks between the characters. nullopt if
/// `text` is not base64 or is empty. Text that is already normal is copied at once.
std::optional<std::string> NormalBase64(std::string_view text);

/// Decodes normal base64, up to the last complete group.
std::string DecodeBase64(std::string_view base64);

std::string EncodeBase64(std::string_view bytes);

}  // namespace agm::protocol
