#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "tests/support/temp_dir.h"

namespace agm::test {

/// A number in a file, which a library reads or writes in another program (LD_PRELOAD): the first
/// eight bytes of the file. It begins with 0, and ends with the object.
///
/// Thread safety: any thread.
class SharedNumber {
 public:
  SharedNumber() {
    const int fd = ::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(std::int64_t)) != 0) std::abort();
    void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (mapped == MAP_FAILED) std::abort();
    value_ = new (mapped) std::atomic<std::int64_t>();
  }
  ~SharedNumber() { ::munmap(value_, sizeof(std::int64_t)); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;

  std::string path() const { return (folder_ / "number").string(); }
  void Set(std::int64_t value) { value_->store(value); }
  std::int64_t Get() const { return value_->load(); }

 private:
  TempDir folder_;
  std::atomic<std::int64_t>* value_ = nullptr;
};

}  // namespace agm::test
