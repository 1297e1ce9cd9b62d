#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::mock {

/// True for what proto JSON reads as bytes: either alphabet, padded or not, without blanks.
bool IsBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);
/// The bytes of a text for which IsBase64 holds; `limit` stops after so many.
std::string DecodeBase64(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace agm::mock
