#pragma once

#include <filesystem>

namespace agm::test {

/// The root folder of this source tree: tests read golden files, fuzz corpora and documents below
/// it.
///
/// Thread safety: any thread.
std::filesystem::path SourceDir();

}  // namespace agm::test
