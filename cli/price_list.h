#pragma once

#include "cli/context.h"

namespace agm::cli {

/// Prints the user's prices and the built-in ones, in US dollars per million tokens.
Result<void> ListPriceTable(const Context& context);

}  // namespace agm::cli
