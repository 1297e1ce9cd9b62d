#pragma once

#include <string>
#include <string_view>

namespace agm::mock {

/// Valid compact JSON, laid out on lines with two spaces of indentation as Google sends it.
std::string Pretty(std::string_view json);

}  // namespace agm::mock
