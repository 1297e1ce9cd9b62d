#pragma once

#include <string>
#include <string_view>

namespace agm::mock {

/// Formats valid compact JSON on several lines with two spaces of indentation, like Google.
std::string Pretty(std::string_view json);

}  // namespace agm::mock
