#include "core/ledger/price.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/core/ledger/entries.h"

namespace agm::ledger {
namespace {

Nano Cost(std::string_view model, const Tokens& tokens, std::string_view tier = "",
          WallTime at = kNoon) {
  const Price* price = FindPrice(ListPrices(), model, at);
  EXPECT_NE(price, nullptr) << model;
  return price == nullptr ? -1 : CostOf(*price, tokens, tier);
}

Tokens Of(std::int64_t input, std::int64_t cached, std::int64_t output) {
  return {input, cached, output, 0, 0, 0, 0, 0, true};
}

TEST(Price, CachedTokensAreNotPaidTwice) {
  // 100,000 tokens at 0.30 per million, of which 90,000 cached at 0.03: 0.003 + 0.0027 USD.
  EXPECT_EQ(Cost("gemini-2.5-flash", Of(100'000, 90'000, 0)), 5'700'000);
}

TEST(Price, ThoughtsArePartOfTheOutput) {
  Tokens tokens = Of(0, 0, 1'000'000);
  tokens.thoughts = 900'000;
  EXPECT_EQ(Cost("gemini-2.5-flash", tokens), 2'500'000'000);
}

TEST(Price, AudioAndImagesHavePricesOfTheirOwn) {
  Tokens tokens = Of(1'000'000, 0, 0);
  tokens.input_audio = 400'000;
  EXPECT_EQ(Cost("gemini-2.5-flash", tokens), 600'000 * 300 + 400'000 * 1'000);
  tokens = Of(0, 0, 1'000'000);
  tokens.output_image = 1'000'000;
  EXPECT_EQ(Cost("gemini-2.5-flash-image", tokens), 30'000'000'000);
}

TEST(Price, AboveTheThresholdAllTokensCostTheLongPrice) {
  EXPECT_EQ(Cost("gemini-3.1-pro-preview", Of(200'000, 0, 0)), 400'000'000);
  EXPECT_EQ(Cost("gemini-3.1-pro-preview", Of(200'001, 0, 0)), 800'004'000);
  EXPECT_EQ(Cost("gemini-3.1-pro-preview", Of(200'001, 200'001, 10)), 80'000'400 + 180'000);
}

TEST(Price, TheIntroductoryPriceEndsWithTheYear) {
  const WallTime midnight{std::chrono::seconds(1'798'761'600)};  // 2027-01-01 00:00 UTC
  EXPECT_EQ(Cost("gemini-3.8-flash", Of(1'000'000, 0, 0), "", midnight - Duration(1)), 750'000'000);
  EXPECT_EQ(Cost("gemini-3.8-flash", Of(1'000'000, 0, 0), "", midnight), 1'500'000'000);
}

TEST(Price, TiersHaveFactors) {
  const Tokens tokens = Of(1'000'000, 0, 0);
  EXPECT_EQ(Cost("gemini-3.8-flash", tokens, "flex"), 375'000'000);
  EXPECT_EQ(Cost("gemini-3.8-flash", tokens, "batch"), 375'000'000);
  EXPECT_EQ(Cost("gemini-3.8-flash", tokens, "priority"), 1'350'000'000);
  EXPECT_EQ(Cost("gemini-3.8-flash", tokens, "default"), 750'000'000);
}

TEST(Price, TheLongestMatchWins) {
  EXPECT_EQ(FindPrice(ListPrices(), "gemini-2.5-flash-lite-preview-tts", kNoon)->output,
            10'000'000);
  EXPECT_EQ(FindPrice(ListPrices(), "gemini-2.5-flash-lite-preview-09-2025", kNoon)->output,
            400'000);
  EXPECT_EQ(FindPrice(ListPrices(), "gemini-2.5-pro-preview-06-05", kNoon)->output, 10'000'000);
}

TEST(Price, AnUnknownModelHasAnUnknownCost) {
  Entry entry = Answered();
  entry.target = "llama-4";
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{}));
  entry.billing = Billing::kFree;
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{std::nullopt, 0}));
}

TEST(Price, BilledAndListAreToldApart) {
  Entry entry = Answered();
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{550'000, 550'000}));
  entry.billing = Billing::kFree;
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{550'000, 0}));
  entry.billing = Billing::kUnknown;
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{550'000, std::nullopt}));
  entry.tokens.known = false;
  EXPECT_EQ(CostOf(ListPrices(), entry), (agm::ledger::Cost{}));
}

TEST(Price, ACostIsMonotoneAdditiveAndNeverNegative) {
  for (const Price& price : ListPrices()) {
    Nano before = 0;
    for (std::int64_t n = 0; n < 200'000; n += 17'000) {
      const Nano cost = CostOf(price, Of(n, n / 2, n), "");
      EXPECT_GE(cost, before) << price.match;
      const Nano apart = CostOf(price, Of(n, 0, 0), "") + CostOf(price, Of(0, 0, n), "");
      EXPECT_LE(std::abs(apart - CostOf(price, Of(n, 0, n), "")), 1) << price.match;
      EXPECT_LE(cost, CostOf(price, Of(n, 0, n), "")) << price.match;
      before = cost;
    }
    EXPECT_GE(CostOf(price, Of(INT64_MAX, INT64_MAX, INT64_MAX), "priority"), 0);
    EXPECT_GE(CostOf(price, Of(-5, 7, -9), ""), 0);
    if (!price.from.empty()) {
      EXPECT_EQ(price.from.size(), 10U);
    }
  }
}

TEST(Price, AnExactNameBeatsEveryPrefixAndTheLongestPrefixTheOthers) {
  const Price prices[] = {{.match = "a*", .input = 1},
                          {.match = "ab*", .input = 2},
                          {.match = "abc", .input = 3},
                          {.match = "abc*", .input = 4}};
  const auto input = [&](std::string_view model) {
    const Price* price = FindPrice(prices, model, kNoon);
    return price == nullptr ? -1 : price->input;
  };
  EXPECT_EQ(input("a"), 1);
  EXPECT_EQ(input("ab"), 2);
  EXPECT_EQ(input("abc"), 3);
  EXPECT_EQ(input("abcd"), 4);
  EXPECT_EQ(input("b"), -1);
}

TEST(Price, OfEqualRowsTheFirstHolds) {
  const Price prices[] = {{.match = "a", .input = 1}, {.match = "a", .input = 2}};
  EXPECT_EQ(FindPrice(prices, "a", kNoon)->input, 1);
}

TEST(Price, HoldsFromItsFirstDayToItsLast) {
  const Price prices[] = {{.match = "a", .from = "2026-11-28", .until = "2026-11-28"}};
  using std::chrono::hours;
  EXPECT_EQ(FindPrice(prices, "a", kNoon - hours(12) - Duration(1)), nullptr);
  EXPECT_NE(FindPrice(prices, "a", kNoon - hours(12)), nullptr);
  EXPECT_NE(FindPrice(prices, "a", kNoon + hours(12) - Duration(1)), nullptr);
  EXPECT_EQ(FindPrice(prices, "a", kNoon + hours(12)), nullptr);
}

TEST(Price, AKindOfTokensWithoutAPriceCostsAsMuchAsText) {
  const Price price{.match = "a", .input = 1'000, .output = 2'000};
  Tokens tokens{100, 10, 100, 0, 20, 0, 30, 40, true};
  EXPECT_EQ(CostOf(price, tokens, ""), 300);
  const Price full{.match = "a",
                   .input = 1'000,
                   .cached = 100'000,
                   .output = 2'000,
                   .input_audio = 10'000,
                   .output_image = 20'000,
                   .output_audio = 30'000};
  EXPECT_EQ(CostOf(full, tokens, ""), 70 + 1'000 + 200 + 60 + 40 * 20 + 30 * 30);
}

TEST(Price, PartsThatExceedTheWholeAreClamped) {
  const Price price{.match = "a",
                    .input = 1'000,
                    .cached = 2'000,
                    .output = 1'000,
                    .input_audio = 3'000,
                    .output_image = 4'000,
                    .output_audio = 5'000};
  EXPECT_EQ(CostOf(price, {10, 8, 0, 0, 5, 0, 0, 0, true}, ""), 8 * 2 + 2 * 3);
  EXPECT_EQ(CostOf(price, {0, 0, 10, 0, 0, 0, 5, 8, true}, ""), 8 * 4 + 2 * 5);
  EXPECT_EQ(CostOf(price, {10, -5, 0, 0, -5, 0, 0, 0, true}, ""), 10);
}

TEST(Price, IsRoundedHalfUpOnce) {
  const Price price{.match = "a", .input = 499};
  EXPECT_EQ(CostOf(price, Of(1, 0, 0), ""), 0);
  EXPECT_EQ(CostOf(price, Of(3, 0, 0), ""), 1);
  EXPECT_EQ(CostOf(Price{.match = "a", .input = 500}, Of(1, 0, 0), ""), 1);
  EXPECT_EQ(CostOf(Price{.match = "a", .input = 1'001}, Of(1, 0, 0), "flex"), 1);
  EXPECT_EQ(CostOf(Price{.match = "a", .input = 999}, Of(1, 0, 0), "flex"), 0);
}

TEST(Price, ARateIsWrittenAndReadBack) {
  EXPECT_EQ(WriteRate({}), "");
  EXPECT_EQ(WriteRate({"flex", true, Billing::kFree}), "long flex free");
  EXPECT_EQ(WriteRate({"", true, Billing::kUnknown}), "long unknown");
  EXPECT_EQ(WriteRate({"priority", false, Billing::kPaid}), "priority");
  for (const Rate& rate :
       {Rate{}, Rate{"flex", true, Billing::kFree}, Rate{"batch", false, Billing::kUnknown},
        Rate{"", true, Billing::kPaid}, Rate{"", false, Billing::kFree}}) {
    EXPECT_EQ(ReadRate(WriteRate(rate)), rate) << WriteRate(rate);
  }
}

TEST(Price, TheRateOfARequestNamesOnlyWhatChangesItsPrice) {
  Entry entry = Answered();
  entry.tier = "default";
  entry.tokens.input = 200'000;
  EXPECT_EQ(RateOf(entry), Rate());
  entry.tier = "priority";
  entry.tokens.input = 200'001;
  entry.billing = Billing::kFree;
  EXPECT_EQ(RateOf(entry), (Rate{"priority", true, Billing::kFree}));
}

TEST(Price, ASumCostsWhatItsRequestsCost) {
  const Price price{.match = "a",
                    .input = 1'000,
                    .cached = 500,
                    .output = 2'000,
                    .input_audio = 3'000,
                    .output_image = 4'000,
                    .output_audio = 5'000,
                    .long_above = 200'000,
                    .long_input = 7'000};
  const Tokens tokens{1'000, 100, 1'000, 0, 200, 0, 300, 400, true};
  EXPECT_EQ(CostOfSum(price, tokens, {}), CostOf(price, tokens, ""));
  EXPECT_EQ(CostOfSum(price, tokens, {"flex", false, {}}), CostOf(price, tokens, "flex"));
  EXPECT_EQ(CostOfSum(price, Of(10, 0, 0), {"", true, {}}), 70);
  EXPECT_EQ(CostOfSum({.match = "a", .input = 1'000}, Of(10, 0, 0), {"", true, {}}), 10);
  EXPECT_EQ(CostOfSum(price, Of(5'999'999'994, 0, 6'000), {}), 6'000'011'994);
  EXPECT_EQ(CostOfSum(price, Of(5'999'999'994, 5'999'999'994, 0), {}), 3'000'000'000);
  EXPECT_EQ(CostOfSum(price, Of(-1, 0, -1), {}), 0);
}

TEST(Price, ARequestWithoutATargetHasNoPrice) {
  Entry entry = Answered();
  SetCost(ListPrices(), entry);
  EXPECT_TRUE(entry.has_price);
  entry.target.clear();
  SetCost(ListPrices(), entry);
  EXPECT_FALSE(entry.has_price);
  EXPECT_EQ(entry.cost, agm::ledger::Cost());
}

}  // namespace
}  // namespace agm::ledger
