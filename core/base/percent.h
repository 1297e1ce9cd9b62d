#pragma once

#include <string>
#include <string_view>

namespace agm {

/// `text` as one part of a URL or form: all but letters, digits, "-._~" and the bytes in `keep` as
/// %XX.
std::string PercentEncode(std::string_view text, std::string_view keep = {});

/// Percent-decoding as in URLs; a '%' that begins no escape stays as it is. In queries '+' is a
/// space.
std::string PercentDecode(std::string_view text, bool plus_is_space = false);

}  // namespace agm
