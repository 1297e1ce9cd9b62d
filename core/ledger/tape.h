#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agm::ledger {

/// One recorded part of a request. `part` is "request", "response", or "sent" and "received" with
/// the number of the upstream call.
struct TapePart {
  std::string part;
  int call = 0;      ///< of the upstream calls of this request; 0 for the client's side
  std::string head;  ///< JSON: method and path, or status and headers
  std::string body;
  bool cut = false;  ///< the body was longer than what a tape holds
};

/// The bodies of one request, recorded while `agm logs record` is on. Each part holds at most
/// kLongest bytes.
///
/// Thread safety: any thread.
class Tape {
 public:
  static constexpr std::size_t kLongest = 32'000'000;

  /// Adds a part and returns its index.
  std::size_t Add(TapePart part) {
    std::lock_guard lock(mutex_);
    Bound(part);
    parts_.push_back(std::move(part));
    return parts_.size() - 1;
  }
  void Append(std::size_t index, std::string_view bytes) {
    std::lock_guard lock(mutex_);
    TapePart& part = parts_.at(index);
    part.body.append(bytes.substr(0, kLongest + 1 - std::min(kLongest, part.body.size())));
    Bound(part);
  }
  void SetHead(std::size_t index, std::string head) {
    std::lock_guard lock(mutex_);
    parts_.at(index).head = std::move(head);
  }
  int NextCall() {
    std::lock_guard lock(mutex_);
    return ++calls_;
  }
  std::size_t bytes() const {
    std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const TapePart& part : parts_) sum += part.body.size();
    return sum;
  }
  std::vector<TapePart> parts() const {
    std::lock_guard lock(mutex_);
    return parts_;
  }

 private:
  static void Bound(TapePart& part) {
    if (part.body.size() <= kLongest) return;
    part.body.resize(kLongest);
    part.cut = true;
  }

  mutable std::mutex mutex_;
  std::vector<TapePart> parts_;
  int calls_ = 0;
};

}  // namespace agm::ledger
