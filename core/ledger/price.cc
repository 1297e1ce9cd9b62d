#include "core/ledger/price.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace agm::ledger {
namespace {

/// More tokens than any request can have; protects the sums from a hostile upstream's numbers.
constexpr std::int64_t kMostTokens = 1'000'000'000;
constexpr std::int64_t kPicoPerNano = 1000;

std::string DayOf(WallTime at) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

bool Holds(const Price& price, const std::string& day) {
  return (price.from.empty() || price.from <= day) && (price.until.empty() || day <= price.until);
}

// The length of the literal that matches; an exact name beats every prefix. 0: no match.
std::size_t MatchLength(std::string_view match, std::string_view model) {
  if (!match.ends_with('*')) return match == model ? match.size() + 1'000 : 0;
  match.remove_suffix(1);
  return model.starts_with(match) ? match.size() : 0;
}

std::int64_t Part(std::int64_t part, std::int64_t whole) {
  return std::clamp<std::int64_t>(part, 0, whole);
}

PerToken Or(PerToken price, PerToken otherwise) { return price > 0 ? price : otherwise; }

/// Factor of a service tier, in thousandths of the standard price.
std::int64_t TierFactor(std::string_view tier) {
  if (tier == "flex" || tier == "batch") return 500;
  if (tier == "priority") return 1'800;
  return 1'000;
}

}  // namespace

const Price* FindPrice(std::span<const Price> prices, std::string_view model, WallTime at) {
  const std::string day = DayOf(at);
  const Price* best = nullptr;
  std::size_t longest = 0;
  for (const Price& price : prices) {
    const std::size_t length = MatchLength(price.match, model);
    if (length <= longest || !Holds(price, day)) continue;
    best = &price;
    longest = length;
  }
  return best;
}

Nano CostOf(const Price& price, const Tokens& tokens, std::string_view tier) {
  const std::int64_t input = Part(tokens.input, kMostTokens);
  const std::int64_t cached = Part(tokens.cached, input);
  const std::int64_t audio_in = Part(tokens.input_audio, input - cached);
  const std::int64_t output = Part(tokens.output, kMostTokens);
  const std::int64_t image_out = Part(tokens.output_image, output);
  const std::int64_t audio_out = Part(tokens.output_audio, output - image_out);

  const bool longer = price.long_above > 0 && input > price.long_above;
  const PerToken per_input = longer ? price.long_input : price.input;
  const PerToken per_output = longer ? price.long_output : price.output;
  const PerToken per_cached = Or(longer ? price.long_cached : price.cached, per_input);

  const std::int64_t pico = (input - cached - audio_in) * per_input +
                            audio_in * Or(price.input_audio, per_input) + cached * per_cached +
                            (output - image_out - audio_out) * per_output +
                            image_out * Or(price.output_image, per_output) +
                            audio_out * Or(price.output_audio, per_output);
  const std::int64_t factor = TierFactor(tier);
  // Split, because pico times the factor would overflow for the largest counts.
  const std::int64_t milli_pico = (pico % 1'000) * factor;
  const std::int64_t scaled = pico / 1'000 * factor + milli_pico / 1'000;
  return (scaled + kPicoPerNano / 2) / kPicoPerNano;
}

Cost CostOf(std::span<const Price> prices, const Entry& entry) {
  Cost cost;
  if (!entry.tokens.known) return cost;
  if (const Price* price = FindPrice(prices, entry.target, entry.at)) {
    cost.list = CostOf(*price, entry.tokens, entry.tier);
  }
  if (entry.billing == Billing::kFree) cost.billed = 0;
  if (entry.billing == Billing::kPaid) cost.billed = cost.list;
  return cost;
}

}  // namespace agm::ledger
