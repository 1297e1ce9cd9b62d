#pragma once

#include <span>
#include <string_view>

namespace agm {

/// A library that this program was compiled against.
struct Library {
  std::string_view name;
  std::string_view version;
};

/// Identifies this build.
///
///   fmt::print("agm {} ({})\n", Version(), Commit());    // agm 0.1.0 (1a2b3c4d5e6f)
///
/// The commit ends in "-dirty" for a tree with changes; it is "unknown" in sources that are neither
/// a git checkout nor what `git archive` wrote.
///
/// Thread safety: any thread.
std::string_view Version();
std::string_view Commit();

/// The libraries that this build was compiled against, by name.
std::span<const Library> Libraries();

}  // namespace agm
