#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::protocol {

/// `text` as the Gemini API wants base64: standard alphabet, padded, no line breaks. Takes the URL
/// alphabet, missing padding, and spaces, tabs and line breaks between the characters. Nothing if
/// `text` is no base64 or is empty. A text that is good already is copied in one piece.
std::optional<std::string> NormalBase64(std::string_view text);

/// The bytes of normal base64, as far as whole groups are there.
std::string DecodeBase64(std::string_view base64);

std::string EncodeBase64(std::string_view bytes);

}  // namespace agm::protocol
