#pragma once

namespace agm {

/// Hands back the pages of program and libraries that only starting needed: some 10 MB with
/// libcurl's many libraries, which would count as this process' own for as long as it lives. What
/// is needed again comes back from the files. Takes about a millisecond; does nothing where the
/// system does not tell what is mapped.
///
/// Thread safety: any thread, any time.
void ReleaseStartPages();

}  // namespace agm
