#pragma once

#include <mutex>
#include <utility>

namespace agm {

/// A value that can be reached only under its lock.
///
///   Guarded<std::map<std::string, int>> guarded;
///   auto table = guarded.Lock();   // locked until `table` leaves its scope
///   table->emplace("key", 1);
///
/// Never hold the lock across I/O. `*guarded.Lock()` on a temporary does not compile, because
/// the reference would outlive the lock.
///
/// Thread safety: any thread.
template <class T>
class Guarded {
 public:
  class Locked {
   public:
    Locked(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
    T& operator*() & { return *value_; }
    T* operator->() & { return value_; }
    T& operator*() && = delete;

   private:
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  Locked Lock() { return Locked(mutex_, value_); }

  /// Copies the value; for cheap values such as a shared_ptr to a snapshot.
  T Copy() const {
    std::lock_guard lock(mutex_);
    return value_;
  }

  /// Replaces the value. The old one is destroyed after the lock is released.
  void Set(T value) {
    std::lock_guard lock(mutex_);
    std::swap(value_, value);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace agm
