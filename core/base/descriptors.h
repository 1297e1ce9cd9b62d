#pragma once

#include <cstddef>

/// File descriptors of this process: how many it may have, and how many are open.
namespace agm {

/// The soft limit (RLIMIT_NOFILE).
std::size_t DescriptorLimit();

/// How many descriptors are open now. It asks the kernel about each number below the limit, at most
/// the first 65,536, so it is for a program's start and not for each request.
///
/// Thread safety: any thread.
std::size_t OpenDescriptors();

/// False if neither the process nor the machine has a descriptor left for one more socket.
bool DescriptorLeft();

}  // namespace agm
