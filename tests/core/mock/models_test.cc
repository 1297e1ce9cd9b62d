#include "core/mock/models.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/json.h"

namespace agm::mock {
namespace {

TEST(Models, AreGuessedByTheirFamily) {
  EXPECT_FALSE(FindModel("gemini-3.9-flash", false));
  const auto flash = FindModel("gemini-3.9-flash", true);
  ASSERT_TRUE(flash);
  EXPECT_EQ(flash->family, 39);
  EXPECT_EQ(flash->thinking, Thinking::kLevel);
  EXPECT_EQ(flash->levels & kMinimal, 0);
  EXPECT_NE(FindModel("gemini-3.4-flash", true)->levels & kMinimal, 0);
  EXPECT_EQ(FindModel("gemini-3.4-pro", true)->levels & kMinimal, 0);
  EXPECT_EQ(FindModel("gemini-5-neon", true)->family, 50);
  EXPECT_EQ(FindModel("gemini-2.5-ultra", true)->thinking, Thinking::kBudget);
  EXPECT_EQ(FindModel("gemini-3.9-flash-image", true)->kind, ModelKind::kImage);
  EXPECT_EQ(FindModel("gemini-3.9-flash-tts", true)->kind, ModelKind::kSpeech);
  for (const char* id :
       {"gemini-2.4-flash", "gemini-2.0-flash", "gemini-", "gemini-x", "gemini-3", "gemini-3.9",
        "gemini-3.9-", "gemini-3.-flash", "gemini-3x-flash", "gpt-4o", ""}) {
    EXPECT_FALSE(FindModel(id, true)) << id;
  }
}

TEST(Models, AreFoundByTheirNameWithoutAGuess) {
  for (const Model& model : ListedModels()) EXPECT_TRUE(FindModel(model.id, false)) << model.id;
}

TEST(Models, ServeTheMethodsOfTheirKind) {
  const auto serves = [](const char* id, const char* method) {
    return FindModel(id, false)->serves(method);
  };
  EXPECT_TRUE(serves("gemini-2.5-flash", "generateContent"));
  EXPECT_TRUE(serves("gemini-2.5-flash", "streamGenerateContent"));
  EXPECT_FALSE(serves("gemini-2.5-flash", "embedContent"));
  EXPECT_TRUE(serves("gemini-embedding-001", "embedContent"));
  EXPECT_TRUE(serves("gemini-embedding-001", "batchEmbedContents"));
  EXPECT_FALSE(serves("gemini-embedding-001", "generateContent"));
  EXPECT_FALSE(serves("gemini-2.5-flash", "fooBar"));
}

TEST(Models, AreWrittenWithWhatTheyCan) {
  const Json flash = Json::parse(WriteModel(*FindModel("gemini-2.5-flash", false)));
  EXPECT_EQ(flash["name"], "models/gemini-2.5-flash");
  EXPECT_EQ(flash["version"], "2");
  EXPECT_EQ(flash["inputTokenLimit"], 1'048'576);
  EXPECT_EQ(flash["outputTokenLimit"], 65'536);
  EXPECT_EQ(flash["thinking"], true);
  EXPECT_EQ(flash["topK"], 64);
  const Json embedding = Json::parse(WriteModel(*FindModel("gemini-embedding-001", false)));
  EXPECT_FALSE(embedding.contains("thinking"));
  EXPECT_FALSE(embedding.contains("temperature"));
}

TEST(Models, CanHaveANameOfOneLetterBehindTheFamily) {
  EXPECT_EQ(FindModel("gemini-5-x", true)->family, 50);
}

}  // namespace
}  // namespace agm::mock
