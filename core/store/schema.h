#pragma once

#include "core/base/result.h"
#include "core/store/connection.h"

namespace agm::store {

/// Brings the tables of an open file to what this version knows, in one transaction; does nothing
/// where they are. Fails where a newer version made them.
///
/// Thread safety: as the connection's.
Result<void> Migrate(Connection& connection);

}  // namespace agm::store
