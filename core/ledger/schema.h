#pragma once

#include "core/store/database.h"

namespace agm::ledger {

/// `requests.db`: rows of the request log, totals, recorded bodies, and a few settings.
///
/// `request` has no index on the id, because a random id would make each row three times as
/// expensive: an id begins with the time (request_id.h), and `at` is indexed. `total` is a sum for
/// each quarter of an hour (later: hour) and each caller, target and account. A row of `attempt`
/// exists only where a request had several tries or a failed one.
store::DatabaseFile RequestsFile();

}  // namespace agm::ledger
