#pragma once

#include <memory>

#include "core/config/config.h"
#include "core/ledger/price_list.h"

namespace agm::keys {

/// The prices of [prices] before the built-in ones.
std::shared_ptr<const ledger::PriceList> PricesOf(const config::Config& config);

}  // namespace agm::keys
