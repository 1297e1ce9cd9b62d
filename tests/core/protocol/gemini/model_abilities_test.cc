#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/protocol/gemini/model_traits.h"

namespace agm::protocol {
namespace {

struct Ability {
  std::string_view name;
  bool ModelTraits::*has;
};

constexpr Ability kAbilities[] = {
    {"penalties", &ModelTraits::penalties},
    {"logprobs", &ModelTraits::logprobs},
    {"sampling", &ModelTraits::sampling},
    {"system", &ModelTraits::system},
    {"json", &ModelTraits::json},
    {"json+tools", &ModelTraits::json_with_tools},
    {"schema", &ModelTraits::json_schema},
    {"tools", &ModelTraits::tools},
    {"search+tools", &ModelTraits::search_with_tools},
    {"parts", &ModelTraits::response_parts},
    {"urls", &ModelTraits::urls},
    {"signatures", &ModelTraits::signatures},
    {"images", &ModelTraits::image_output},
    {"large", &ModelTraits::large_images},
    {"audio", &ModelTraits::audio_output},
};

/// What the model can do, in words.
std::string Abilities(std::string_view model) {
  const ModelTraits traits = TraitsOf(model);
  std::string out;
  for (const Ability& ability : kAbilities) {
    if (!(traits.*ability.has)) continue;
    if (!out.empty()) out += ' ';
    out += ability.name;
  }
  return out;
}

TEST(ModelAbilities, AreThoseOfEachFamily) {
  struct Row {
    const char* model;
    const char* abilities;
  };
  const Row rows[] = {
      {"gemini-1.5-pro", "penalties logprobs sampling system json tools"},
      {"gemini-2.0-flash", "penalties logprobs sampling system json schema tools"},
      {"gemini-2.5-pro", "logprobs sampling system json schema tools urls"},
      {"gemini-2.5-flash", "logprobs sampling system json schema tools urls"},
      {"gemini-3-pro-preview",
       "logprobs sampling system json json+tools schema tools search+tools parts urls signatures"},
      {"gemini-3.4-flash",
       "logprobs sampling system json json+tools schema tools search+tools parts urls signatures"},
      {"gemini-3.5-flash",
       "sampling system json json+tools schema tools search+tools parts urls signatures"},
      {"gemini-4-neon", "system json json+tools schema tools search+tools parts urls signatures"},
      {"gemini-4.2-neon", "system json json+tools schema tools search+tools parts urls signatures"},
      {"gemini-flash-latest",
       "sampling system json json+tools schema tools search+tools parts urls signatures"},
      {"some-model",
       "sampling system json json+tools schema tools search+tools parts urls signatures"},
      {"gemma-3-27b-it", "sampling json+tools schema"},
      {"gemma-4-31b-it", "sampling system json json+tools schema tools"},
      {"gemini-2.5-flash-image", "logprobs sampling system json schema urls images"},
      {"gemini-3-pro-image",
       "logprobs sampling system json json+tools schema tools search+tools parts urls signatures "
       "images large"},
      {"gemini-2.5-flash-preview-tts", "logprobs sampling system json schema urls audio"},
      {"gemini-embedding-001",
       "sampling system json json+tools schema search+tools parts urls signatures"},
      {"gemini-3.5-transcribe",
       "sampling system json+tools schema tools search+tools parts urls signatures"},
  };
  for (const Row& row : rows) EXPECT_EQ(Abilities(row.model), row.abilities) << row.model;
}

TEST(ModelAbilities, LimitAnswersAsEachFamilyDoes) {
  struct Row {
    const char* model;
    int candidates;
    int tokens;
    Thinking thinking;
    bool always;
  };
  const Row rows[] = {
      {"gemini-1.5-pro", 8, 8192, Thinking::kNone, false},
      {"gemini-2.0-flash", 8, 8192, Thinking::kNone, false},
      {"gemini-2.5-pro", 8, 65536, Thinking::kBudget, true},
      {"gemini-2.5-flash", 8, 65536, Thinking::kBudget, false},
      {"gemini-2.5-flash-lite", 8, 65536, Thinking::kBudget, false},
      {"gemini-3-flash-preview", 1, 65536, Thinking::kLevel, false},
      {"gemini-4-argon", 1, 65536, Thinking::kLevel, false},
      {"gemma-3-27b-it", 1, 8192, Thinking::kNone, false},
      {"gemma-4-31b-it", 1, 65536, Thinking::kLevel, false},
      {"gemini-2.5-flash-image", 1, 32768, Thinking::kNone, false},
      {"gemini-3-pro-image", 1, 65536, Thinking::kNone, false},
      {"gemini-2.5-pro-preview-tts", 1, 32768, Thinking::kNone, true},
      {"gemini-embedding-001", 1, 65536, Thinking::kNone, false},
      {"gemini-3.5-transcribe", 1, 65536, Thinking::kNone, false},
  };
  for (const Row& row : rows) {
    const ModelTraits traits = TraitsOf(row.model);
    EXPECT_EQ(traits.max_candidates, row.candidates) << row.model;
    EXPECT_EQ(traits.max_output_tokens, row.tokens) << row.model;
    EXPECT_EQ(traits.thinking, row.thinking) << row.model;
    EXPECT_EQ(traits.thinks_always, row.always) << row.model;
  }
}

TEST(ModelAbilities, FollowFromTheVersionInTheName) {
  struct Row {
    const char* model;
    int version;
    const char* family;
  };
  const Row rows[] = {
      {"gemini-3", 30, "gemini-3"},
      {"gemini-3-flash", 30, "gemini-3"},
      {"gemini-3.1-pro-preview", 31, "gemini-3"},
      {"gemini-2.5", 25, "gemini-2"},
      {"gemini-2.", 20, "gemini-2"},
      {"gemini-3.x", 30, "gemini-3"},
      {"gemini-3-1-flash", 30, "gemini-3"},
      {"gemini-12.5-flash", 125, "gemini-12"},
      {"gemini-flash-3", 0, "gemini"},
      {"gemini-", 0, "gemini"},
      {"gemma-3-27b-it", 30, "gemma"},
      {"gemma-", 0, "gemma"},
      {"other-3-flash", 0, "gemini"},
      {"models/gemini/google/gemini-2.5-pro", 25, "gemini-2"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(TraitsOf(row.model).version, row.version) << row.model;
    EXPECT_EQ(TraitsOf(row.model).family, row.family) << row.model;
  }
}

/// The setting for a budget, as text: "budget N", "LEVEL" or "-".
std::string Setting(const ModelTraits& traits, std::int64_t budget) {
  chat::Reasoning reasoning;
  reasoning.budget = budget;
  const ThinkingSetting setting = traits.SettingFor(reasoning);
  if (setting.budget) return "budget " + std::to_string(*setting.budget);
  return setting.level.empty() ? "-" : std::string(setting.level);
}

TEST(ModelAbilities, TurnBudgetsIntoTheLevelsThatTheyStandFor) {
  const ModelTraits flash = TraitsOf("gemini-3-flash");
  const ModelTraits neon = TraitsOf("gemini-4-neon");
  struct Row {
    std::int64_t budget;
    const char* flash;
    const char* neon;
  };
  const Row rows[] = {
      {-1, "-", "-"},           {0, "MINIMAL", "LOW"},      {1, "LOW", "LOW"},
      {1024, "LOW", "LOW"},     {1025, "MEDIUM", "MEDIUM"}, {8192, "MEDIUM", "MEDIUM"},
      {8193, "HIGH", "HIGH"},   {24576, "HIGH", "HIGH"},    {24577, "HIGH", "XHIGH"},
      {99999, "HIGH", "XHIGH"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Setting(flash, row.budget), row.flash) << row.budget;
    EXPECT_EQ(Setting(neon, row.budget), row.neon) << row.budget;
  }
}

TEST(ModelAbilities, KeepBudgetsWithinTheLimitsOfTheModel) {
  struct Row {
    std::int64_t budget;
    const char* pro;
    const char* flash;
    const char* lite;
  };
  const Row rows[] = {
      {-7, "budget -1", "budget -1", "budget -1"},
      {0, "budget 128", "budget 0", "budget 0"},
      {1, "budget 128", "budget 1", "budget 512"},
      {600, "budget 600", "budget 600", "budget 600"},
      {24576, "budget 24576", "budget 24576", "budget 24576"},
      {32768, "budget 32768", "budget 24576", "budget 24576"},
      {32769, "budget 32768", "budget 24576", "budget 24576"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Setting(TraitsOf("gemini-2.5-pro"), row.budget), row.pro) << row.budget;
    EXPECT_EQ(Setting(TraitsOf("gemini-2.5-flash"), row.budget), row.flash) << row.budget;
    EXPECT_EQ(Setting(TraitsOf("gemini-2.5-flash-lite"), row.budget), row.lite) << row.budget;
  }
}

// The facts about a model may change at run time, when it refuses a level.
TEST(ModelAbilities, TakeTheNextLevelAboveWhereTheModelHasNoneBelow) {
  ModelTraits traits = TraitsOf("gemini-3.1-pro-preview");
  traits.low = false;
  EXPECT_EQ(Setting(traits, 0), "MEDIUM");
  EXPECT_EQ(Setting(traits, 1000), "MEDIUM");
  traits.medium = false;
  EXPECT_EQ(Setting(traits, 0), "HIGH");
  EXPECT_EQ(Setting(traits, 1000), "HIGH");
  EXPECT_EQ(Setting(traits, 8192), "HIGH");
}

}  // namespace
}  // namespace agm::protocol
