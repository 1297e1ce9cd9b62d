#pragma once

#include "core/store/database.h"

namespace agm::ledger {

/// `requests.db`: rows of the request log, totals, recorded bodies, and a few settings.
///
/// `request` has no index on the id, because an index on random texts would make each row three
/// times as expensive. A reader finds an id by the time with which it begins (request_id.h); `at`
/// is indexed. `total` is a sum for
/// each quarter of an hour (later: hour) and each caller, target and account. A row of `attempt`
/// exists only where a request had several tries or a failed one.
store::DatabaseFile RequestsFile();

}  // namespace agm::ledger
