#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/store/database.h"
#include "core/store/pool_journal.h"

namespace agm::store {

/// The pool's journal in the state file. Warnings about the file go to `warn`. If the file cannot
/// be read, loading returns nothing.
///
///   auto database = Database::Open(folder);
///   SqlitePoolJournal journal(*database, clock, [&](const std::string& text) { Warn(text); });
///   for (const PoolJournal::Cooldown& cooldown : journal.LoadCooldowns()) ...
///
/// Thread safety: any thread.
class SqlitePoolJournal : public PoolJournal {
 public:
  using Warn = std::function<void(const std::string&)>;

  SqlitePoolJournal(Database& database, Clock& clock, Warn warn);

  /// The cooldowns that still matter now; deletes the others.
  std::vector<Cooldown> LoadCooldowns() override;
  void SaveCooldown(const Cooldown& cooldown) override;
  void DropCooldowns(const std::string& account) override;

  std::vector<Usage> LoadUsage() override;
  /// Cheap enough for every request: only the latest value between two writes is written.
  void SaveUsage(const Usage& usage) override;

  std::vector<Belonging> LoadBelongings() override;
  void SaveBelonging(const Belonging& belonging) override;

 private:
  struct UnsavedUsage {
    std::map<std::string, Usage> by_account;
    bool asked = false;  ///< a write is pending in the database
  };
  static Result<void> WriteUsage(Connection& connection, Guarded<UnsavedUsage>& unsaved);
  void PassOnWarning();

  Database& database_;
  Clock& clock_;
  const Warn warn_;
  const std::shared_ptr<Guarded<UnsavedUsage>> usage_;  ///< a pending write may outlive this
};

}  // namespace agm::store
