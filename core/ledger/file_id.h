#pragma once

#include <string>

#include "core/store/database.h"

namespace agm::ledger {

/// The random name of a ledger's file, which it keeps as long as it exists. Another one each time
/// if the file cannot be written.
///
/// Thread safety: any thread.
std::string FileId(store::Database& database);
/// Of a file that is open for reading; empty if it has none.
std::string ReadFileId(store::Connection& connection);

}  // namespace agm::ledger
