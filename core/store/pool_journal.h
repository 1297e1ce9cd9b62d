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
    friend bool operator==(const Usage&, const Usage&) = default;
  };
  /// The project that an upstream response assigned to an account.
  struct Belonging {
    std::string account;
    std::string project;
    std::string credential;
  };
  /// A limit that refusals of the upstream taught; 0: none.
  struct Limit {
    std::int64_t limit = 0;
    bool sure = false;
    WallTime from{};  ///< when it was learned; of a day's limit: when it begins to apply
    WallTime until{};
  };
  /// The limits of an account's project for one model.
  struct Quota {
    std::string account;
    std::string credential;
    std::string model;
    Limit requests{};  ///< per minute
    Limit tokens{};    ///< per minute
    Limit day{};       ///< requests
  };
  /// The account that answered a conversation.
  struct Tie {
    std::string conversation;
    std::string account;
  };
  virtual std::vector<Cooldown> LoadCooldowns() = 0;
  virtual void SaveCooldown(const Cooldown& cooldown) = 0;
  /// True if other processes follow: cooldowns that end before a restart matter too then.
  virtual bool IsShared() const { return false; }
  virtual void DropCooldowns(const std::string& account) = 0;
  virtual std::vector<Usage> LoadUsage() { return {}; }
  virtual void SaveUsage(const Usage&) {}  ///< totals, after each request
  virtual std::vector<Belonging> LoadBelongings() { return {}; }
  virtual void SaveBelonging(const Belonging&) {}
  virtual void SaveTie(const Tie&) {}      ///< only called if other processes follow
  virtual void SaveQuota(const Quota&) {}  ///< only called if other processes follow
};

}  // namespace agm::store
