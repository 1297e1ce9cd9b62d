#pragma once

namespace agm::os {

/// Releases the pages of the program and its libraries that only the start needed: about 10 MB with
/// libcurl's many libraries, which would otherwise count as this process's memory. The kernel reads
/// pages that are needed again from their files. Takes about a millisecond; does nothing on a
/// system without /proc/self/smaps.
///
/// Thread safety: any thread, any time.
void ReleaseStartPages();

}  // namespace agm::os
