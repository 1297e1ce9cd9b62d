#include "core/keys/prices.h"

#include <utility>
#include <vector>

namespace agm::keys {

std::shared_ptr<const ledger::PriceList> PricesOf(const config::Config& config) {
  std::vector<ledger::Price> prices;
  for (const config::OwnPrice& own : config.prices) {
    prices.push_back({.match = own.match,
                      .input = own.input,
                      .cached = own.cached,
                      .output = own.output,
                      .input_audio = own.input_audio,
                      .output_image = own.output_image,
                      .output_audio = own.output_audio,
                      .long_above = own.long_above,
                      .long_input = own.long_input,
                      .long_cached = own.long_cached,
                      .long_output = own.long_output,
                      .from = own.from,
                      .until = own.until});
  }
  return std::make_shared<const ledger::PriceList>(std::move(prices));
}

}  // namespace agm::keys
