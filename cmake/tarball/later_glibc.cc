// The static C++ library of the compiler refers to two symbols that glibc has from 2.32 and 2.36 on.
// The program of the tarball runs with glibc 2.31, so it brings them itself.
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" {

/// glibc sets its own to 0 when a second thread starts; 0 from the beginning is always right.
[[gnu::visibility("hidden")]] char __libc_single_threaded = 0;

/// Four random bytes from the kernel, for std::random_device.
[[gnu::visibility("hidden")]] std::uint32_t arc4random() {
  std::uint32_t value = 0;
  if (getrandom(&value, sizeof value, 0) != sizeof value) std::abort();
  return value;
}
}
