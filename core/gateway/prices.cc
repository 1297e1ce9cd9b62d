#include "core/gateway/prices.h"

namespace agm::gateway {

std::vector<ledger::Price> PricesOf(const config::Config& config) {
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
  const auto built_in = ledger::ListPrices();
  prices.insert(prices.end(), built_in.begin(), built_in.end());
  return prices;
}

}  // namespace agm::gateway
