#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agm::cli {

/// The word that `typed` was probably meant to be: a slip away, as the configuration's keys are
/// compared, or the one that it begins. Empty where none is near.
std::string Nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace agm::cli
