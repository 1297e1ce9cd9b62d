#include "core/base/os/start_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace agm::os {
namespace {

/// One mapping listed in /proc/self/smaps.
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool from_file = false;
  bool writable = true;
};

bool ReadHead(const std::string& line, Mapping& mapping) {
  unsigned long begin = 0;
  unsigned long end = 0;
  char may[5] = {};
  if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, may) != 3) return false;
  mapping = {begin, end, line.find('/') != std::string::npos, may[1] == 'w'};
  return true;
}

// True if no page of the mapping was modified, so that the system can read all of it from the file.
bool IsUnchanged(const std::string& line) {
  long kb = 0;
  return std::sscanf(line.c_str(), "Anonymous: %ld kB", &kb) == 1 && kb == 0;
}

}  // namespace

void ReleaseStartPages() {
  std::ifstream smaps("/proc/self/smaps");
  Mapping mapping;
  for (std::string line; std::getline(smaps, line);) {
    if (ReadHead(line, mapping) || !IsUnchanged(line)) continue;
    if (!mapping.from_file || mapping.writable) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): smaps lists addresses as numbers
    ::madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DONTNEED);
  }
}

}  // namespace agm::os
