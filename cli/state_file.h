#pragma once

#include <memory>

#include "cli/context.h"
#include "core/store/database.h"

namespace agm::cli {

/// Opens the program's persistent state in the state folder, or a database in memory if no folder
/// is known. Never fails: see store::Database.
std::unique_ptr<store::Database> OpenState(const Context& context);

/// Opens the request log of the state folder for the gateway. Never fails: see store::Database.
std::unique_ptr<store::Database> OpenRequestLog(const Context& context);

}  // namespace agm::cli
