#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/price.h"

namespace agm::ledger {

/// The user's prices before the built-in ones, with texts of its own.
///
///   const PriceList list(own);
///   entry.cost = CostOf(list.rows(), entry);
///
/// Thread safety: immutable.
class PriceList {
 public:
  explicit PriceList(std::vector<Price> own = {});
  PriceList(const PriceList&) = delete;
  PriceList& operator=(const PriceList&) = delete;

  std::span<const Price> rows() const { return rows_; }
  /// Differs between lists with different prices.
  const std::string& digest() const { return digest_; }

 private:
  std::string_view Keep(std::string_view text);

  std::deque<std::string> texts_;
  std::vector<Price> rows_;
  std::string digest_;
};

}  // namespace agm::ledger
