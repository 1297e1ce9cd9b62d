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

}  // namespace
}  // namespace agm::ledger
