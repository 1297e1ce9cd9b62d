#pragma once

#include <string>

#include "core/config/config.h"

namespace agm::cli {

/// The changes of a reload, for the log: "account home added; account work changed; 3 mapping
/// rules, were 2; max_wait 10, was 5; log.requests false, was true". "nothing that matters here" if
/// the settings are equal. Without secrets.
std::string WriteChanges(const config::Config& before, const config::Config& after);

}  // namespace agm::cli
