#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/ledger/entry.h"

namespace agm::ledger {

/// A price in pico-dollars (1e-12 USD) per token, which is the same number as micro-dollars per
/// million tokens: 0.075 USD per million tokens = 75'000.
using PerToken = std::int64_t;

/// The list price of a model for a span of time.
struct Price {
  /// An exact name, or a prefix that ends with `*`.
  std::string_view match;
  PerToken input = 0;
  PerToken cached = 0;  ///< 0: cached tokens cost as much as others
  PerToken output = 0;
  PerToken input_audio = 0;   ///< 0: audio costs as much as text of the prompt
  PerToken output_image = 0;  ///< 0: images cost as much as text of the answer
  PerToken output_audio = 0;  ///< 0: audio costs as much as text of the answer
  /// Prompts of more than this many tokens (cached ones included) cost the prices below it for all
  /// their tokens. 0: the price does not depend on the length.
  std::int64_t long_above = 0;
  PerToken long_input = 0;
  PerToken long_cached = 0;
  PerToken long_output = 0;
  std::string_view from{};   ///< first day that it holds, "2027-01-01" (UTC); empty: always
  std::string_view until{};  ///< last day that it holds; empty: no end
};

/// The built-in list prices, with the day on which they were gathered.
std::span<const Price> ListPrices();
inline constexpr std::string_view kPricesGathered = "2026-11-28";

/// The price of `model` at the time of a request: of the rows that hold then, the exact name, else
/// the longest prefix. Null if none matches: the cost is then unknown, never 0.
const Price* FindPrice(std::span<const Price> prices, std::string_view model, WallTime at);

/// The cost of the tokens, rounded half up to nano-dollars once. `tier` is the service tier
/// ("flex", "batch", "priority"; others cost the standard price). Token counts that contradict each
/// other (more cached than input) are clamped, so that a cost is never negative.
Nano CostOf(const Price& price, const Tokens& tokens, std::string_view tier);

/// The properties of a request that its price depends on, besides the model and the time.
struct Rate {
  std::string tier;     ///< service tier; empty: standard
  bool longer = false;  ///< the prompt had more than 200,000 tokens
  Billing billing = Billing::kPaid;
  friend bool operator==(const Rate&, const Rate&) = default;
};
Rate RateOf(const Entry& entry);
/// The rate as a text, "long flex free"; empty for the usual one.
std::string WriteRate(const Rate& rate);
Rate ReadRate(std::string_view text);

/// The cost of the tokens of many requests with one rate, for sums whose requests are not known any
/// more.
Nano CostOfSum(const Price& price, const Tokens& tokens, const Rate& rate);

/// Sets both costs of a request, and whether its target has a price.
void SetCost(std::span<const Price> prices, Entry& entry);

/// Both costs of a request. A request without known tokens has no cost; on a free account the
/// billed cost is 0 even if the list price is unknown.
Cost CostOf(std::span<const Price> prices, const Entry& entry);

}  // namespace agm::ledger
