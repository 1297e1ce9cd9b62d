#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace agm::http {

/// The total number of bytes that the server holds for all clients, with a limit.
///
/// Thread safety: any thread.
class ByteBudget {
 public:
  void SetLimit(std::uint64_t limit) { limit_ = limit; }
  std::uint64_t used() const { return used_; }

 private:
  friend class BudgetShare;
  std::atomic<std::uint64_t> limit_{UINT64_MAX};
  std::atomic<std::uint64_t> used_{0};
};

/// One holder's share of a budget; the destructor returns it. The size is counted in steps, so that
/// small holders cost nothing.
///
/// Thread safety: one thread at a time.
class BudgetShare {
 public:
  explicit BudgetShare(ByteBudget& budget) : budget_(budget) {}
  ~BudgetShare() { Resize(0); }
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;

  /// False, and no change, if the share would have to grow beyond the rest of the budget.
  bool Resize(std::size_t size);

 private:
  ByteBudget& budget_;
  std::size_t size_ = 0;
};

}  // namespace agm::http
