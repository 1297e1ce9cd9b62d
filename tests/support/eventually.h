#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace agm::test {

/// Waits until a condition is true; false if it is not within `patience`.
inline bool Eventually(const std::function<bool()>& is_so,
                       std::chrono::milliseconds patience = std::chrono::seconds(5)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace agm::test
