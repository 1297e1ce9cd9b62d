#include "core/keys/meters.h"

#include <utility>

namespace agm::keys {

std::shared_ptr<const TimeZone> ZoneOf(const config::Config& config) {
  const std::string& name = config.proxy.time_zone;
  return std::make_shared<const TimeZone>(
      name.empty() ? TimeZone::Local() : TimeZone::Find(name).value_or(TimeZone::Utc()));
}

std::shared_ptr<Meter> Meters::Of(const std::string& name) {
  auto state = state_.Lock();
  auto& meter = state->meters[name];
  if (!meter) {
    meter = std::make_shared<Meter>(name);
    if (state->counts != nullptr) Share(meter, *state->counts);
  }
  return meter;
}

void Meters::ShareBy(store::Counts* counts) {
  auto state = state_.Lock();
  state->counts = counts;
  for (const auto& [name, meter] : state->meters) {
    if (counts != nullptr) {
      Share(meter, *counts);
    } else {
      meter->ShareBy(nullptr);
    }
  }
}

void Meters::Share(const std::shared_ptr<Meter>& meter, store::Counts& counts) {
  meter->ShareBy(&counts);
  counts.Follow(meter->group(), {[this, meter](TimePoint now, WallTime wall) {
                  const auto zone = [this] {
                    auto state = state_.Lock();
                    return state->zone;
                  }();
                  return meter->Shares(*zone, wall, now);
                }});
}

void Meters::UseZone(std::shared_ptr<const TimeZone> zone) {
  auto state = state_.Lock();
  state->zone = std::move(zone);
}

void Meters::Count(const ledger::Entry& entry) {
  auto state = state_.Lock();
  const auto found = state->meters.find(entry.caller);
  if (found == state->meters.end()) return;
  found->second->Count(*state->zone, entry.at, AmountOf(entry.tokens, entry.cost));
}

void Meters::Load(const ledger::Totals& totals) {
  auto state = state_.Lock();
  for (const auto& [name, meter] : state->meters) meter->Forget();
  for (const auto& [key, sums] : totals) {
    const auto found = state->meters.find(key.caller);
    if (found == state->meters.end()) continue;
    found->second->Count(*state->zone, ledger::TimeOf(key.quarter),
                         {sums.list, sums.billed, sums.tokens.input + sums.tokens.output});
  }
}

}  // namespace agm::keys
