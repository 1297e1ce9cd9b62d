#include "core/ledger/price.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/base/iso_time.h"

namespace agm::ledger {
namespace {

/// More tokens than any request can have; protects the sums from a hostile upstream's numbers.
constexpr std::int64_t kMostTokens = 1'000'000'000;
constexpr std::int64_t kPicoPerNano = 1000;
constexpr std::int64_t kStandard = 1'000;
constexpr std::int64_t kLongPrompt = 200'000;  ///< above it long prompts have other prices

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
  return kStandard;
}

Nano CostAt(const Price& price, const Tokens& tokens, std::string_view tier, bool longer) {
  const std::int64_t input = Part(tokens.input, kMostTokens);
  const std::int64_t cached = Part(tokens.cached, input);
  const std::int64_t audio_in = Part(tokens.input_audio, input - cached);
  const std::int64_t output = Part(tokens.output, kMostTokens);
  const std::int64_t image_out = Part(tokens.output_image, output);
  const std::int64_t audio_out = Part(tokens.output_audio, output - image_out);

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

}  // namespace

const Price* FindPrice(std::span<const Price> prices, std::string_view model, WallTime at) {
  const std::string day = IsoDay(at);
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
  const bool longer = price.long_above > 0 && Part(tokens.input, kMostTokens) > price.long_above;
  return CostAt(price, tokens, tier, longer);
}

Rate RateOf(const Entry& entry) {
  return {TierFactor(entry.tier) == kStandard ? std::string() : entry.tier,
          entry.tokens.input > kLongPrompt, entry.billing};
}

std::string WriteRate(const Rate& rate) {
  std::string text;
  const auto add = [&](std::string_view word) {
    if (word.empty()) return;
    if (!text.empty()) text += ' ';
    text += word;
  };
  if (rate.longer) add("long");
  add(rate.tier);
  if (rate.billing == Billing::kFree) add("free");
  if (rate.billing == Billing::kUnknown) add("unknown");
  return text;
}

Rate ReadRate(std::string_view text) {
  Rate rate;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word == "long") {
      rate.longer = true;
    } else if (word == "free") {
      rate.billing = Billing::kFree;
    } else if (word == "unknown") {
      rate.billing = Billing::kUnknown;
    } else {
      rate.tier = word;
    }
  }
  return rate;
}

Nano CostOfSum(const Price& price, const Tokens& tokens, const Rate& rate) {
  // In parts that are no larger than a request may be.
  const std::int64_t parts =
      1 + std::max({tokens.input, tokens.output, std::int64_t{0}}) / kMostTokens;
  Tokens part = tokens;
  for (std::int64_t* each : {&part.input, &part.cached, &part.output, &part.input_audio,
                             &part.output_audio, &part.output_image}) {
    *each /= parts;
  }
  return parts * CostAt(price, part, rate.tier, rate.longer && price.long_above > 0);
}

Cost CostOf(std::span<const Price> prices, const Entry& entry) {
  Entry priced;
  priced.at = entry.at;
  priced.target = entry.target;
  priced.tier = entry.tier;
  priced.tokens = entry.tokens;
  priced.billing = entry.billing;
  SetCost(prices, priced);
  return priced.cost;
}

void SetCost(std::span<const Price> prices, Entry& entry) {
  const Price* price = entry.target.empty() ? nullptr : FindPrice(prices, entry.target, entry.at);
  entry.has_price = price != nullptr;
  entry.cost = {};
  if (!entry.tokens.known) return;
  if (price != nullptr) entry.cost.list = CostOf(*price, entry.tokens, entry.tier);
  if (entry.billing == Billing::kFree) entry.cost.billed = 0;
  if (entry.billing == Billing::kPaid) entry.cost.billed = entry.cost.list;
}

}  // namespace agm::ledger
