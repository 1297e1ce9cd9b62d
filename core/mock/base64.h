#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::mock {

/// True for text that proto JSON reads as bytes: either alphabet, padded or not, without spaces.
bool IsBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);
/// Decodes a text for which IsBase64 is true; stops after `limit` bytes.
std::string DecodeBase64(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace agm::mock
