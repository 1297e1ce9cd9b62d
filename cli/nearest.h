#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::cli {

/// The word that `typed` most likely means: a near misspelling (by config::Nearest), or the only
/// word that begins with it. Empty if there is none.
std::string Nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace agm::cli
