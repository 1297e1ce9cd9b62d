#pragma once

#include <string>
#include <string_view>

namespace agm {

/// Percent-decoding as in URLs; a '%' that begins no escape stays as it is. In queries '+' is a
/// space.
std::string PercentDecode(std::string_view text, bool plus_is_space = false);

}  // namespace agm
