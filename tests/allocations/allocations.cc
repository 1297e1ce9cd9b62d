// The array forms call these. The nothrow form does too unless something replaces it, but a
// sanitizer has a nothrow form of its own, whose blocks our delete must not get.

#include "tests/allocations/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <new>

namespace {

thread_local agm::test::Allocations* counting = nullptr;

std::int64_t SizeOf(void* block) { return static_cast<std::int64_t>(malloc_usable_size(block)); }

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* block = std::malloc(size == 0 ? 1 : size);
  if (counting != nullptr && block != nullptr) counting->Took(SizeOf(block));
  return block;
}

void* operator new(std::size_t size) {
  void* block = operator new(size, std::nothrow);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void operator delete(void* block) noexcept {
  if (counting != nullptr && block != nullptr) counting->Gave(SizeOf(block));
  std::free(block);
}

void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace agm::test {

Allocations::Allocations() {
  assert(counting == nullptr);
  counting = this;
}

Allocations::~Allocations() { counting = nullptr; }

void Allocations::Took(std::int64_t bytes) {
  ++count_;
  bytes_ += bytes;
  live_ += bytes;
  peak_ = std::max(peak_, live_);
}

}  // namespace agm::test
