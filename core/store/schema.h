#pragma once

#include "core/base/result.h"
#include "core/store/connection.h"

namespace agm::store {

/// Migrates the tables of an open file to this version in one transaction; does nothing if they are
/// current. Fails if a newer version created them.
///
/// Thread safety: like the connection's.
Result<void> Migrate(Connection& connection);

}  // namespace agm::store
