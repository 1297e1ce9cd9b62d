#include "core/ledger/price_list.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/digest.h"

namespace agm::ledger {

PriceList::PriceList(std::vector<Price> own) : rows_(std::move(own)) {
  for (Price& price : rows_) {
    price.match = Keep(price.match);
    price.from = Keep(price.from);
    price.until = Keep(price.until);
  }
  const auto built_in = ListPrices();
  rows_.insert(rows_.end(), built_in.begin(), built_in.end());
  Digest digest;
  for (const Price& each : rows_) {
    digest.Add(fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}\n", each.match, each.from,
                           each.until, each.input, each.cached, each.output, each.input_audio,
                           each.output_image, each.output_audio, each.long_above, each.long_input,
                           each.long_cached, each.long_output));
  }
  digest_ = digest.Hex();
}

std::string_view PriceList::Keep(std::string_view text) { return texts_.emplace_back(text); }

}  // namespace agm::ledger
