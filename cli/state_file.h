#pragma once

#include <memory>

#include "cli/context.h"
#include "core/store/database.h"

namespace agm::cli {

/// What the program remembers, from the state folder; one that forgets where nothing says where
/// that is. Never fails: see store::Database.
std::unique_ptr<store::Database> OpenState(const Context& context);

}  // namespace agm::cli
