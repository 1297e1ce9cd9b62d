#pragma once

#include "core/base/json.h"
#include "core/ledger/entry.h"

namespace agm::ledger {

/// The members of a request in `agm logs --json` and on the page. `cost_usd` is the list price; it
/// is null where unknown, and so is every other figure that is not known.
Json ToJson(const Entry& entry);

/// The same with everything that happened: `rule`, `dropped` and `attempts`.
Json HistoryToJson(const Entry& entry);

/// "2026-11-28T12:00:00.123Z".
std::string WriteTimestamp(WallTime at);

/// Dollars as a number with at most nine decimals.
Json Dollars(Nano nano);

}  // namespace agm::ledger
