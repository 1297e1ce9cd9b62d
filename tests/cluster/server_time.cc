// A library that is loaded before a server's own (LD_PRELOAD) and sets its calendar: the time is the
// number of microseconds since 1970 in the first eight bytes of the file that AGM_TEST_TIME names.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

std::atomic<std::int64_t>* Open() {
  const char* path = std::getenv("AGM_TEST_TIME");
  const int fd = path != nullptr ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) std::abort();
  void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (mapped == MAP_FAILED) std::abort();
  return static_cast<std::atomic<std::int64_t>*>(mapped);
}

}  // namespace

extern "C" int gettimeofday(timeval* into, void* /*zone*/) noexcept {
  static std::atomic<std::int64_t>* const now = Open();
  const std::int64_t us = now->load();
  into->tv_sec = us / 1'000'000;
  into->tv_usec = us % 1'000'000;
  return 0;
}
