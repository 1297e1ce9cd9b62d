#include "tests/support/source_dir.h"

namespace agm::test {

// The build defines AGM_SOURCE_DIR for this folder alone. No other file depends on where the tree
// is, so a compiler cache can share their objects between checkouts.
std::filesystem::path SourceDir() { return AGM_SOURCE_DIR; }

}  // namespace agm::test
