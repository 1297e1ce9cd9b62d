#pragma once

#include <string>
#include <string_view>

namespace agm::protocol {

/// Valid `json` without white space between its tokens. Numbers and strings keep their text.
std::string CompactJson(std::string_view json);

}  // namespace agm::protocol
