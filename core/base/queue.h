#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace agm {

/// A first-in-first-out queue for few elements that come and go often. Unlike std::deque it
/// allocates nothing while it has never held an element. Empty, it keeps the memory of few elements
/// and gives back that of many.
///
/// Thread safety: one thread at a time.
template <class T>
class Queue {
 public:
  bool empty() const { return head_ == items_.size(); }
  /// Room for `count` elements at once.
  void reserve(std::size_t count) { items_.reserve(count); }
  void push(T&& item) {
    if (items_.capacity() == 0) items_.reserve(kAtFirst);
    items_.push_back(std::move(item));
  }
  /// The oldest element; nullopt if there is none.
  std::optional<T> pop() {
    if (empty()) return std::nullopt;
    std::optional<T> item(std::move(items_[head_++]));
    if (empty()) {
      items_.clear();
      if (items_.capacity() > kKept) std::vector<T>().swap(items_);
      head_ = 0;
    }
    return item;
  }
  const T& back() const { return items_.back(); }
  auto begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() const { return items_.end(); }

 private:
  static constexpr std::size_t kAtFirst = 4;
  static constexpr std::size_t kKept = 8;

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace agm
