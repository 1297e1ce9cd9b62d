#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/store/database.h"
#include "core/store/state.h"

namespace agm::gateway {

/// The pool's journal in the state file. Warnings about the file go to `warn`.
///
///   auto database = store::Database::Open(folder);
///   StateJournal journal(*database, clock, [&](const std::string& text) { Warn(text); });
///   accounts::Pool pool(config, clock, &journal);
///
/// Thread safety: any thread.
class StateJournal : public accounts::PoolJournal {
 public:
  using Warn = std::function<void(const std::string&)>;

  StateJournal(store::Database& database, Clock& clock, Warn warn);

  std::vector<Rest> LoadRests() override;
  void SaveRest(const Rest& rest) override;
  void DropRests(const std::string& account) override;
  std::vector<Usage> LoadUsage() override;
  void SaveUsage(const Usage& usage) override;
  std::vector<Belonging> LoadBelongings() override;
  void SaveBelonging(const Belonging& belonging) override;

 private:
  void PassOnWarning();

  store::Database& database_;
  store::State state_;
  Clock& clock_;
  Warn warn_;
};

}  // namespace agm::gateway
