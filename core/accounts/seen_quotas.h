#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace agm::accounts {

/// A quota that refused a request, by the upstream's name for it.
struct SeenQuota {
  std::string model;
  std::string name;
  friend bool operator==(const SeenQuota&, const SeenQuota&) = default;
};

/// The quotas of a project that refused a request, each once; when full, the oldest is dropped.
///
/// Thread safety: one thread at a time.
class SeenQuotas {
 public:
  void Note(const std::string& model, const std::vector<std::string>& names) {
    for (const std::string& name : names) Add({model, name});
  }
  const std::vector<SeenQuota>& all() const { return all_; }

 private:
  static constexpr std::size_t kMost = 64;

  void Add(SeenQuota seen) {
    if (std::find(all_.begin(), all_.end(), seen) != all_.end()) return;
    if (all_.size() >= kMost) all_.erase(all_.begin());
    all_.push_back(std::move(seen));
  }

  std::vector<SeenQuota> all_;
};

}  // namespace agm::accounts
