#pragma once

#include <string>

#include "core/store/database.h"

namespace agm::ledger {

/// The random name of a ledger's file, which it keeps as long as it exists. Another one each time
/// if the file cannot be written.
///
/// Thread safety: any thread.
std::string FileId(store::Database& database);

}  // namespace agm::ledger
