#pragma once

#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/store/connection.h"

namespace agm::store {

/// The schema of a file: one step per version, each a list of statements that end with ';'. A step
/// that was released is never edited.
using SchemaSteps = std::span<const std::string_view>;

/// The steps of state.db. Times in it are milliseconds since 1970.
SchemaSteps StateSteps();

/// Migrates the tables of an open file to the last step in one transaction; does nothing if they
/// are current. Fails if a newer version created them.
///
/// Thread safety: like the connection's.
Result<void> Migrate(Connection& connection, SchemaSteps steps);

}  // namespace agm::store
