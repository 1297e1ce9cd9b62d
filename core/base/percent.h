#pragma once

#include <string>
#include <string_view>

namespace agm {

/// Encodes `text` as one component of a URL or form: every byte becomes %XX except letters, digits,
/// "-._~" and the bytes in `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = {});

/// Percent-decodes a part of a URL; a '%' that begins no valid escape is kept. Set `plus_is_space`
/// for queries and forms.
std::string PercentDecode(std::string_view text, bool plus_is_space = false);

}  // namespace agm
