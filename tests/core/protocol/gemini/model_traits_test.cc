#include "core/protocol/gemini/model_traits.h"

#include <gtest/gtest.h>

namespace agm::protocol {
namespace {

using chat::Effort;

// The thinking setting for an effort, as text: "budget N", "LEVEL" or "-".
std::string Setting(std::string_view model, Effort effort) {
  chat::Reasoning reasoning;
  reasoning.effort = effort;
  const ThinkingSetting setting = TraitsOf(model).SettingFor(reasoning);
  if (setting.budget) return "budget " + std::to_string(*setting.budget);
  return setting.level.empty() ? "-" : std::string(setting.level);
}

struct Row {
  const char* model;
  const char* none;
  const char* minimal;
  const char* low;
  const char* medium;
  const char* high;
  const char* xhigh;
};

TEST(ModelTraits, KnowWhatImageAndTranscriptionModelsTake) {
  for (const char* model : {"gemini-nano-banana-2.1", "gemini-3-pro-image"}) {
    EXPECT_TRUE(TraitsOf(model).image_output) << model;
    EXPECT_TRUE(TraitsOf(model).large_images) << model;
    EXPECT_EQ(TraitsOf(model).max_candidates, 1) << model;
  }
  for (const char* model : {"gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"}) {
    EXPECT_TRUE(TraitsOf(model).image_output) << model;
    EXPECT_FALSE(TraitsOf(model).large_images) << model;
    EXPECT_EQ(TraitsOf(model).max_candidates, 1) << model;
  }
  EXPECT_FALSE(TraitsOf("gemini-3.8-flash").large_images);
  EXPECT_TRUE(TraitsOf("gemini-3-pro-image").tools);
  EXPECT_FALSE(TraitsOf("gemini-2.5-flash-image").tools);
  EXPECT_EQ(TraitsOf("gemini-2.5-flash-image").max_output_tokens, 32768);
  EXPECT_FALSE(TraitsOf("gemini-3.5-transcribe").json);
  EXPECT_TRUE(TraitsOf("gemini-3.5-flash").json);
}

TEST(ModelTraits, MapEffortsAsEachFamilyTakesThem) {
  const Row rows[] = {
      {"gemini-2.5-pro", "budget 128", "budget 1024", "budget 1024", "budget 8192", "budget 24576",
       "budget 32768"},
      {"gemini-2.5-flash", "budget 0", "budget 1024", "budget 1024", "budget 8192", "budget 24576",
       "budget 24576"},
      {"gemini-2.5-flash-lite", "budget 0", "budget 1024", "budget 1024", "budget 8192",
       "budget 24576", "budget 24576"},
      {"gemini-3.1-pro-preview", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3-pro-preview", "LOW", "LOW", "LOW", "HIGH", "HIGH", "HIGH"},
      {"gemini-3-flash-preview", "MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3.5-flash", "MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3.6-flash", "MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3.5-flash-lite", "MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3.7-flash", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-3.8-flash", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-4-carbon", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-4-argon", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "HIGH"},
      {"gemini-4-neon", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "XHIGH"},
      {"gemini-4-hydrogen", "LOW", "LOW", "LOW", "MEDIUM", "HIGH", "XHIGH"},
      {"gemma-4-31b-it", "MINIMAL", "MINIMAL", "MINIMAL", "HIGH", "HIGH", "HIGH"},
      {"gemini-2.0-flash", "-", "-", "-", "-", "-", "-"},
      {"gemini-3-pro-image", "-", "-", "-", "-", "-", "-"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Setting(row.model, Effort::kNone), row.none) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kMinimal), row.minimal) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kLow), row.low) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kMedium), row.medium) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kHigh), row.high) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kXHigh), row.xhigh) << row.model;
    EXPECT_EQ(Setting(row.model, Effort::kMax), row.xhigh) << row.model;
  }
}

TEST(ModelTraits, LeaveThinkingAloneWhereNothingWasAsked) {
  EXPECT_EQ(TraitsOf("gemini-3-flash").SettingFor({}), ThinkingSetting{});
  EXPECT_EQ(TraitsOf("gemini-2.5-pro").SettingFor({}), ThinkingSetting{});
}

TEST(ModelTraits, TurnBudgetsIntoLevelsAndClampThem) {
  const auto with = [](std::int64_t budget) {
    chat::Reasoning reasoning;
    reasoning.budget = budget;
    return reasoning;
  };
  EXPECT_EQ(TraitsOf("gemini-2.5-pro").SettingFor(with(1)).budget, 128);
  EXPECT_EQ(TraitsOf("gemini-2.5-pro").SettingFor(with(-1)).budget, -1);
  EXPECT_EQ(TraitsOf("gemini-2.5-flash").SettingFor(with(99999)).budget, 24576);
  EXPECT_EQ(TraitsOf("gemini-2.5-flash-lite").SettingFor(with(100)).budget, 512);
  EXPECT_EQ(TraitsOf("gemini-4-neon").SettingFor(with(30000)).level, "XHIGH");
  EXPECT_EQ(TraitsOf("gemini-3-flash").SettingFor(with(2000)).level, "MEDIUM");
  EXPECT_EQ(TraitsOf("gemini-3-flash").SettingFor(with(-1)), ThinkingSetting{});
}

TEST(ModelTraits, AreInferredForUnknownNames) {
  EXPECT_EQ(TraitsOf("gemini-5-krypton").family, "gemini-5");
  EXPECT_FALSE(TraitsOf("gemini-5-krypton").penalties);
  EXPECT_EQ(TraitsOf("gemini-3.9-flash").version, 39);
  EXPECT_FALSE(TraitsOf("gemini-flash-latest").penalties);
  EXPECT_EQ(TraitsOf("some-model").max_candidates, 1);
  EXPECT_EQ(TraitsOf("models/gemini-2.5-pro").version, 25);
  EXPECT_EQ(TraitsOf("").version, 0);
  EXPECT_EQ(TraitsOf("gemini-99999999999999").thinking, Thinking::kLevel);
}

TEST(ModelTraits, NameModelsWithoutTheirPrefixes) {
  EXPECT_EQ(BareModelName("publishers/google/models/gemini-3"), "gemini-3");
  EXPECT_EQ(BareModelName("models/google/gemini-3"), "gemini-3");
  EXPECT_EQ(BareModelName("gemini-3"), "gemini-3");
}

TEST(KnownModels, HaveLimitsAndAFamily) {
  for (const KnownModel& model : KnownModels()) {
    EXPECT_GT(model.output_limit, 0);
    EXPECT_GT(TraitsOf(model.id).version, 0) << model.id;
  }
}

}  // namespace
}  // namespace agm::protocol
