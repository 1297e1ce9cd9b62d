#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/quotas.h"
#include "core/accounts/rests.h"
#include "core/accounts/seen_quotas.h"
#include "core/base/clock.h"
#include "core/config/config.h"

/// What the pool knows of each account, of the project that it draws on, and of the place that
/// serves it. All of it is reached only under the pool's lock.
namespace agm::accounts {

/// A model's name with its hash, so that the hot path compares numbers.
struct ModelName {
  std::string text;
  std::uint64_t hash = 0;
};

/// A small list keyed by model; the oldest key gives way.
template <class T>
class ByModel {
 public:
  const T* Find(const ModelName& model) const {
    for (const Entry& entry : entries_) {
      if (entry.hash == model.hash) return &entry.value;
    }
    return nullptr;
  }
  T* Find(const ModelName& model) { return const_cast<T*>(std::as_const(*this).Find(model)); }
  T& operator[](const ModelName& model) {
    if (T* known = Find(model)) return *known;
    if (entries_.size() >= kMost) entries_.erase(entries_.begin());
    entries_.push_back({model.hash, T{}});
    return entries_.back().value;
  }

 private:
  static constexpr std::size_t kMost = 32;
  struct Entry {
    std::uint64_t hash;
    T value;
  };
  std::vector<Entry> entries_;
};

/// What shares one quota: the accounts that declare the same project, or of which an answer told
/// that they belong to the same; else one account.
struct Project {
  std::string key;      ///< declared or learned; the account's name where neither is known
  std::string learned;  ///< the id or number that answers gave
  bool declared = false;
  bool own = false;  ///< nobody else can belong to it yet
  std::int64_t in_flight = 0;
  Rests rests;
  ByModel<Quotas> quotas;
  SeenQuotas seen;
};

/// Where requests go: accounts with the same one share a model's overload.
struct Endpoint {
  Rests rests;
};

/// The recent time to the first byte.
struct Speed {
  double ms = 0;
  TimePoint measured{};
};

struct Member : std::enable_shared_from_this<Member> {
  std::shared_ptr<const config::Account> account;
  std::string credential;  ///< fingerprint: another one starts healthy
  std::shared_ptr<Project> project;
  std::shared_ptr<Endpoint> endpoint;
  Rests rests;
  bool retired = false;  ///< left the pool, though a lease may still hold it

  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::int64_t in_flight = 0;
  std::optional<WallTime> last_used;
  std::optional<double> first_byte_ms;  ///< mean over all models
  ByModel<Speed> speeds;

  /// Its own rests, its project's, and those of where it sends to.
  std::array<const Rests*, 3> AllRests() const {
    return {&rests, &project->rests, &endpoint->rests};
  }
  /// When its own rests and its project's for the model are over; in the past: now.
  TimePoint RestedAt(std::string_view model) const {
    const TimePoint own = rests.empty() ? TimePoint{} : rests.WakesAt(model);
    return project->rests.empty() ? own : std::max(own, project->rests.WakesAt(model));
  }
  /// When it may be asked for the model again, the model's breaker counted in.
  TimePoint WakesAt(std::string_view model) const {
    const TimePoint rested = RestedAt(model);
    return endpoint->rests.empty() ? rested : std::max(rested, endpoint->rests.WakesAt(model));
  }

  /// After a long rest one request at a time goes to see whether it helped.
  bool IsBeingTried(TimePoint now) const {
    return in_flight > 0 && (rests.Unproven(now) || project->rests.Unproven(now));
  }
};

/// Whether the account may serve the model at all.
bool Lists(const config::Account& account, std::string_view model);

/// Tells credentials apart without giving anything of them away.
std::string Fingerprint(const config::Account& account);

}  // namespace agm::accounts
