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

/// Somebody who is left in peace, and until when.
struct SavedRest {
  std::string owner;  ///< an account's name, or "project:ID"
  std::string model;  ///< empty: all models
  std::string reason;
  WallTime until;  ///< WallTime::max(): until somebody heals it
  int strikes = 0;
  WallTime counts_until;
  std::string credential;
};

/// What an account did so far.
struct SavedUsage {
  std::string account;
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::int64_t tokens = 0;
  std::optional<WallTime> last_used;
};

/// Which project an account was told to belong to.
struct SavedBelonging {
  std::string account;
  std::string project;
  std::string credential;
};

/// What the pool knows, kept over a restart. Loading from a file that cannot be read gives nothing.
///
///   State state(*database);
///   for (const SavedRest& rest : state.LoadRests(clock.Wall())) ...
///
/// Thread safety: any thread.
class State {
 public:
  explicit State(Database& database)
      : database_(database), usage_(std::make_shared<Guarded<UnsavedUsage>>()) {}

  /// Those that still matter at `now`; the others are dropped.
  std::vector<SavedRest> LoadRests(WallTime now);
  void SaveRest(SavedRest rest);
  void DropRests(std::string owner);

  std::vector<SavedUsage> LoadUsage();
  /// Cheap enough for every request: of all that comes between two writings the latest is written.
  void SaveUsage(SavedUsage usage);

  std::vector<SavedBelonging> LoadBelongings();
  void SaveBelonging(SavedBelonging belonging);

 private:
  struct UnsavedUsage {
    std::map<std::string, SavedUsage> by_account;
    bool asked = false;  ///< the database was asked to write them
  };
  static Result<void> WriteUsage(Connection& connection, Guarded<UnsavedUsage>& unsaved);

  Database& database_;
  const std::shared_ptr<Guarded<UnsavedUsage>> usage_;  ///< the asked writing may outlive this
};

}  // namespace agm::store
