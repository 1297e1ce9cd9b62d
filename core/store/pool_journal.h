#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"

namespace agm::store {

/// Stores cooldowns, quarantines and totals for the next start. Any thread may call it; its
/// functions must not block for long.
class PoolJournal {
 public:
  virtual ~PoolJournal() = default;
  struct Cooldown {
    std::string account;  ///< an account's name, or "project:ID" for a cooldown of a project
    std::string model;    ///< empty: all models
    std::string reason;
    WallTime until;  ///< WallTime::max(): until an operator ends it
    int strikes = 0;
    WallTime counts_until{};   ///< a strike before then is a repeated one
    std::string credential{};  ///< fingerprint of the credential that it concerns; empty: any
    std::string said{};        ///< the upstream's own sentence; may be empty
  };
  struct Usage {
    std::string account;
    std::int64_t requests = 0;
    std::int64_t errors = 0;
    std::int64_t tokens = 0;
    std::optional<WallTime> last_used;
  };
  /// The project that an upstream response assigned to an account.
  struct Belonging {
    std::string account;
    std::string project;
    std::string credential;
  };
  virtual std::vector<Cooldown> LoadCooldowns() = 0;
  virtual void SaveCooldown(const Cooldown& cooldown) = 0;
  virtual void DropCooldowns(const std::string& account) = 0;
  virtual std::vector<Usage> LoadUsage() { return {}; }
  virtual void SaveUsage(const Usage&) {}  ///< totals, after each request
  virtual std::vector<Belonging> LoadBelongings() { return {}; }
  virtual void SaveBelonging(const Belonging&) {}
};

}  // namespace agm::store
