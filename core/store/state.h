#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/store/database.h"

namespace agm::store {

/// A cooldown of an account or a project.
struct SavedRest {
  std::string owner;  ///< an account's name, or "project:ID"
  std::string model;  ///< empty: all models
  std::string reason;
  WallTime until;  ///< WallTime::max(): until an operator ends it
  int strikes = 0;
  WallTime counts_until;
  std::string credential;
};

/// The counters of an account.
struct SavedUsage {
  std::string account;
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::optional<WallTime> last_used;
};

/// The project that an account was found to belong to.
struct SavedBelonging {
  std::string account;
  std::string project;
  std::string credential;
};

/// The pool's state, kept over a restart. If the file cannot be read, loading returns nothing.
///
///   State state(*database);
///   for (const SavedRest& rest : state.LoadRests(clock.Wall())) ...
///
/// Thread safety: any thread.
class State {
 public:
  explicit State(Database& database)
      : database_(database), usage_(std::make_shared<Guarded<UnsavedUsage>>()) {}

  /// The cooldowns that still matter at `now`; deletes the others.
  std::vector<SavedRest> LoadRests(WallTime now);
  void SaveRest(SavedRest rest);
  void DropRests(std::string owner);

  std::vector<SavedUsage> LoadUsage();
  /// Cheap enough for every request: only the latest value between two writes is written.
  void SaveUsage(SavedUsage usage);

  std::vector<SavedBelonging> LoadBelongings();
  void SaveBelonging(SavedBelonging belonging);

 private:
  struct UnsavedUsage {
    std::map<std::string, SavedUsage> by_account;
    bool asked = false;  ///< a write is pending in the database
  };
  static Result<void> WriteUsage(Connection& connection, Guarded<UnsavedUsage>& unsaved);

  Database& database_;
  const std::shared_ptr<Guarded<UnsavedUsage>> usage_;  ///< a pending write may outlive this
};

}  // namespace agm::store
