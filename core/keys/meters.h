#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "core/base/time_zone.h"
#include "core/config/config.h"
#include "core/keys/meter.h"
#include "core/ledger/totals.h"

namespace agm::keys {

/// The zone in which days and months of budgets are counted.
std::shared_ptr<const TimeZone> ZoneOf(const config::Config& config);

/// The meters of all keys of [[keys]], by the keys' names. They outlive every configuration.
///
/// Thread safety: any thread. A request does not use this class: its key holds the meter.
class Meters {
 public:
  /// The meter of a key. The first call for a name makes it.
  std::shared_ptr<Meter> Of(const std::string& name);
  void UseZone(std::shared_ptr<const TimeZone> zone);
  /// Counts together with the other machines. Null ends that; no request may run then.
  void ShareBy(store::Counts* counts);

  /// Adds a request that the ledger counts.
  void Count(const ledger::Entry& entry);
  /// The meters forget what they knew of the ledger, and take over its sums since the beginning of
  /// the present month.
  void Load(const ledger::Totals& totals);

 private:
  struct State {
    std::map<std::string, std::shared_ptr<Meter>, std::less<>> meters;
    std::shared_ptr<const TimeZone> zone = std::make_shared<const TimeZone>(TimeZone::Utc());
    store::Counts* counts = nullptr;
  };
  void Share(const std::shared_ptr<Meter>& meter, store::Counts& counts);

  Guarded<State> state_;
};

}  // namespace agm::keys
