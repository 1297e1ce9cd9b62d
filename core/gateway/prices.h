#pragma once

#include <vector>

#include "core/config/config.h"
#include "core/ledger/price.h"

namespace agm::gateway {

/// The prices of [[prices.models]] before the built-in ones. The texts are those of `config`, which
/// must outlive the list.
std::vector<ledger::Price> PricesOf(const config::Config& config);

}  // namespace agm::gateway
