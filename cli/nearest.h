#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::cli {

/// The word that `typed` was probably meant to be; empty where none is near. Near is one slip (a
/// letter missing, added, changed, or two swapped) in three letters, or being the beginning.
std::string Nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace agm::cli
