#pragma once

#include <cstdint>

namespace agm::test {

/// What the calling thread allocates while it is alive. A program that links this has its operator
/// new replaced by one that counts; where nobody counts, that costs a look at a thread's variable.
///
///   const Allocations all;
///   auto request = ReadRequest(body);
///   EXPECT_LT(all.peak(), body.size());
///
/// Bytes are what malloc made of them (malloc_usable_size). One at a time; what another thread
/// frees is not seen. Thread safety: one thread at a time.
class Allocations {
 public:
  Allocations();
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

  std::int64_t count() const { return count_; }
  std::int64_t bytes() const { return bytes_; }  ///< of all, freed since or not
  std::int64_t peak() const { return peak_; }    ///< the most that was alive at a time

  void Took(std::int64_t bytes);
  void Gave(std::int64_t bytes) { live_ -= bytes; }

 private:
  std::int64_t count_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t live_ = 0;
  std::int64_t peak_ = 0;
};

}  // namespace agm::test
