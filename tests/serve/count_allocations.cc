// A library that is loaded before a program's own (LD_PRELOAD) and counts the calls of operator new
// in all its threads: in the first eight bytes of the file that AGM_TEST_ALLOCATIONS names.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t>* Open() {
  const char* path = std::getenv("AGM_TEST_ALLOCATIONS");
  const int fd = path != nullptr ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) std::abort();
  void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (mapped == MAP_FAILED) std::abort();
  return static_cast<std::atomic<std::int64_t>*>(mapped);
}

void* Count(std::size_t size) {
  static std::atomic<std::int64_t>* const count = Open();
  count->fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Count(size); }
void* operator new[](std::size_t size) { return Count(size); }
