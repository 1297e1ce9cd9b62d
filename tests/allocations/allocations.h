#pragma once

#include <cstdint>

namespace agm::test {

/// Counts the calling thread's allocations during the object's lifetime. A program that links this
/// has a counting operator new; while no object exists, that costs a look at a thread-local
/// variable.
///
///   const Allocations all;
///   auto request = ReadRequest(body);
///   EXPECT_LT(all.peak(), body.size());
///
/// Bytes are the real block sizes (malloc_usable_size). Only one object at a time; blocks that
/// another thread frees are not noticed. Thread safety: one thread at a time.
class Allocations {
 public:
  Allocations();
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

  std::int64_t count() const { return count_; }
  std::int64_t bytes() const { return bytes_; }  ///< of all blocks, including freed ones
  std::int64_t held() const { return live_; }    ///< of the blocks that exist now
  std::int64_t peak() const { return peak_; }    ///< the maximum that existed at the same time

  void Took(std::int64_t bytes);
  void Gave(std::int64_t bytes) { live_ -= bytes; }

 private:
  std::int64_t count_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t live_ = 0;
  std::int64_t peak_ = 0;
};

}  // namespace agm::test
