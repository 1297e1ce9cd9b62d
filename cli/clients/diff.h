#pragma once

#include <string>
#include <string_view>

namespace agm::cli {

/// The lines that differ between two texts, as a unified diff with three lines of context and
/// without a head. Empty if the texts are equal.
///
/// Thread safety: any thread.
std::string UnifiedDiff(std::string_view before, std::string_view after);

}  // namespace agm::cli
