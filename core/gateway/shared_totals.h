#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/cluster/link.h"
#include "core/ledger/totals.h"

/// The totals of every node's ledger on the server, so that `agm stats` on any node covers all of
/// them. The hash PREFIX{totals:DAY} has a field "MACHINE/HOUR" for each hour of that day, with the
/// node's name and its sums as JSON. Days and hours are counted since 1970. The sums are kept there
/// for 35 days.
namespace agm::gateway {

/// The totals that one node told of one hour.
struct NodeTotals {
  std::string machine;  ///< ledger::FileId
  std::string node;     ///< its name
  ledger::Totals totals;
};
/// A field's value, and back; nullopt for other texts.
std::string WriteTotals(const std::string& node, const ledger::Totals& totals);
std::optional<NodeTotals> ReadTotals(std::string_view field, std::string_view value);

/// The key of a day's hash, after the prefix.
std::string TotalsKey(WallTime at);

/// Tells the server this node's totals: every two seconds the hours that changed, and after the
/// link is made those that the server lacks.
///
/// Thread safety: any thread.
class SharedTotals : public cluster::Follower {
 public:
  SharedTotals(cluster::Link& link, Clock& clock, std::string machine);

  /// Adds a request that the ledger counts.
  void Count(const ledger::Entry& entry);
  /// Replaces what is known of the ledger by its sums since Since().
  void Load(const ledger::Totals& totals);
  WallTime Since() const;

  Result<void> Join(const AskServer& ask) override;
  void Hear(std::string_view) override {}
  void Renew() override;

 private:
  /// Hours are told as a whole, because the ledger folds old quarters into hours.
  struct State {
    std::map<std::int64_t, ledger::Totals> hours;
    std::set<std::int64_t> changed;
  };

  cluster::Command Tell(std::int64_t hour);
  std::string FieldOf(std::int64_t hour) const { return machine_ + "/" + std::to_string(hour); }

  cluster::Link& link_;
  Clock& clock_;
  const std::string machine_;
  Guarded<State> state_;
};

}  // namespace agm::gateway
