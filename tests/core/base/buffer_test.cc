#include "core/base/buffer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "core/base/queue.h"
#include "tests/allocations/allocations.h"
#include "tests/support/sanitized.h"

namespace agm {
namespace {

TEST(Buffer, KeepsTheMemoryOfAPieceAndNotOfABurst) {
  std::string buffer(kKeptRoom / 2, 'x');
  const std::size_t room = buffer.capacity();
  Clear(buffer);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), room);
  buffer.assign(kKeptRoom + 1, 'x');
  Clear(buffer);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), std::string().capacity());
}

TEST(Queue, KeepsTheMemoryOfFewElementsAndNotOfMany) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  const test::Allocations all;
  Queue<int> queue;
  const auto fill_and_drain = [&](int count) {
    for (int i = 0; i < count; ++i) queue.push(std::move(i));
    for (int i = 0; i < count; ++i) EXPECT_EQ(queue.pop(), i);
    EXPECT_EQ(queue.pop(), std::nullopt);
  };
  fill_and_drain(3);
  const auto few = all.held();
  EXPECT_GT(few, 0);
  fill_and_drain(3);
  EXPECT_EQ(all.count(), 1) << "the memory is used again";
  fill_and_drain(1'000);
  EXPECT_LE(all.held(), few);
}

}  // namespace
}  // namespace agm
