#pragma once

#include "cli/context.h"

namespace agm::cli {

/// The output of `agm` without a command: whether there is an account, whether a gateway runs, and
/// the next step. kConfig if the configuration cannot be read.
Result<void> ReportState(const Context& context);

}  // namespace agm::cli
