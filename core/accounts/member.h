#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/cooldowns.h"
#include "core/accounts/quotas.h"
#include "core/accounts/seen_quotas.h"
#include "core/base/clock.h"
#include "core/config/config.h"

/// The pool's data about each account, its project, and its endpoint. The pool's lock guards all of
/// it.
namespace agm::accounts {

/// A model's name with its hash, so that the hot path compares numbers.
struct ModelName {
  std::string text;
  std::uint64_t hash = 0;
};

/// A small list keyed by model; when it is full, the oldest entry is dropped.
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

/// The owner of a quota: the accounts that declare the same project, or that upstream responses
/// assigned to the same project; otherwise a single account.
struct Project {
  std::string key;      ///< declared or learned; the account's name if neither is known
  std::string learned;  ///< the project's id or number in upstream responses
  bool declared = false;
  bool own = false;  ///< belongs to one account only, as far as known
  std::int64_t in_flight = 0;
  Cooldowns cooldowns;
  ByModel<Quotas> quotas;
  SeenQuotas seen;
};

/// The destination of requests; accounts with the same endpoint share a model's overload.
struct Endpoint {
  Cooldowns cooldowns;
};

/// The recent time to the first byte.
struct Speed {
  double ms = 0;
  TimePoint measured{};
};

struct Member : std::enable_shared_from_this<Member> {
  std::shared_ptr<const config::Account> account;
  std::string credential;  ///< fingerprint; an account with another one starts without cooldowns
  std::shared_ptr<Project> project;
  std::shared_ptr<Endpoint> endpoint;
  std::shared_ptr<const std::set<std::string>> listed;  ///< its upstream's models; null: not known
  Cooldowns cooldowns;
  bool retired = false;  ///< removed from the pool, though a lease may still hold it

  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::int64_t in_flight = 0;
  std::optional<WallTime> last_used;
  std::optional<double> first_byte_ms;  ///< mean over all models
  ByModel<Speed> speeds;

  /// The cooldowns of the account, its project, and its endpoint.
  std::array<const Cooldowns*, 3> AllCooldowns() const {
    return {&cooldowns, &project->cooldowns, &endpoint->cooldowns};
  }
  /// The end of the account's and the project's cooldowns for the model; a past time means now.
  TimePoint CooledAt(std::string_view model) const {
    const TimePoint own = cooldowns.empty() ? TimePoint{} : cooldowns.ReadyAt(model);
    return project->cooldowns.empty() ? own : std::max(own, project->cooldowns.ReadyAt(model));
  }
  /// Like CooledAt, including the model's circuit breaker.
  TimePoint ReadyAt(std::string_view model) const {
    const TimePoint cooled = CooledAt(model);
    return endpoint->cooldowns.empty() ? cooled
                                       : std::max(cooled, endpoint->cooldowns.ReadyAt(model));
  }

  /// True while one request tests the account after a long cooldown; others must not use it then.
  bool IsBeingTried(TimePoint now) const {
    return in_flight > 0 && (cooldowns.Unproven(now) || project->cooldowns.Unproven(now));
  }
};

/// The name of the owner of the account's quotas that is the same on all machines: a hash of its
/// project, or of the account's credential where no project is known.
std::string QuotaOwner(const Member& member);

/// A hash that distinguishes credentials without revealing them.
std::string Fingerprint(const config::Account& account);

}  // namespace agm::accounts
