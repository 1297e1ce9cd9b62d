#include "core/protocol/shared/reasoning.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::protocol {
namespace {

using chat::Effort;

struct Got {
  chat::Request request;
  std::string problem;
};

Got Read(const std::string& body) {
  const auto doc = JsonDoc::Parse(body).value();
  Fields fields;
  Got got;
  ReadOpenAiReasoning(doc.root(), fields, got.request);
  if (!fields.ok()) got.problem = fields.error()->param + ": " + fields.error()->reason;
  return got;
}

chat::Reasoning Good(const std::string& body) {
  const Got got = Read(body);
  EXPECT_EQ(got.problem, "") << body;
  return got.request.reasoning;
}

std::string InGoogle(const std::string& members) {
  return R"({"extra_body":{"google":{)" + members + "}}}";
}

TEST(Reasoning, KnowsEveryEffort) {
  for (const char* name : {"none", "minimal", "low", "medium", "high", "xhigh", "max"}) {
    const auto effort = EffortOfName(name);
    ASSERT_TRUE(effort) << name;
    EXPECT_EQ(EffortName(*effort), name);
    EXPECT_EQ(Good(R"({"reasoning_effort":")" + std::string(name) + "\"}").effort, effort);
  }
  EXPECT_FALSE(EffortOfName("LOW"));
  EXPECT_EQ(Read(R"({"reasoning_effort":"huge"})").problem, "reasoning_effort: invalid_value");
}

TEST(Reasoning, ReadsOpenRoutersObject) {
  EXPECT_EQ(Good(R"({"reasoning":{"effort":"low"}})").effort, Effort::kLow);
  EXPECT_EQ(Good(R"({"reasoning_effort":"high","reasoning":{"effort":"low"}})").effort,
            Effort::kHigh);
  EXPECT_EQ(Good(R"({"reasoning":{"max_tokens":500}})").budget, 500);
  EXPECT_EQ(Good(R"({"reasoning":{"max_tokens":1000000}})").budget, 1'000'000);
  EXPECT_EQ(Read(R"({"reasoning":{"max_tokens":1000001}})").problem,
            "reasoning.max_tokens: integer_above_max_value");
  EXPECT_EQ(Read(R"({"reasoning":{"max_tokens":-1}})").problem,
            "reasoning.max_tokens: integer_below_min_value");
  EXPECT_EQ(Good(R"({"reasoning":{"exclude":true}})").show, false);
  EXPECT_EQ(Good(R"({"reasoning":{"exclude":false}})").show, true);
  EXPECT_EQ(Good(R"({"include_reasoning":true})").show, true);
  EXPECT_EQ(Good(R"({"include_reasoning":false})").show, false);
  EXPECT_EQ(Good(R"({"reasoning":"low"})"), chat::Reasoning());
  const auto off = Good(R"({"reasoning":{"max_tokens":500,"enabled":false}})");
  EXPECT_EQ(off.effort, Effort::kNone);
  EXPECT_EQ(off.budget, std::nullopt);
  EXPECT_EQ(Good(R"({"reasoning":{"enabled":true}})").effort, std::nullopt);
}

TEST(Reasoning, ReadsAnthropicsObject) {
  const auto enabled = Good(R"({"thinking":{"type":"enabled","budget_tokens":2000}})");
  EXPECT_EQ(enabled.budget, 2'000);
  EXPECT_EQ(enabled.show, true);
  EXPECT_EQ(Good(R"({"thinking":{"type":"disabled","budget_tokens":5}})").effort, Effort::kNone);
  EXPECT_EQ(Good(R"({"thinking":{"type":"adaptive"}})"), chat::Reasoning());
  EXPECT_EQ(Good(R"({"reasoning_effort":"low","thinking":{"type":"disabled"}})").effort,
            Effort::kLow);
  EXPECT_NE(Read(R"({"thinking":{"type":"enabled","budget_tokens":-1}})").problem, "");
}

TEST(Reasoning, ReadsGooglesConfigInBothSpellings) {
  EXPECT_EQ(Good(InGoogle(R"("thinking_config":{"thinking_budget":-1})")).budget, -1);
  EXPECT_EQ(Good(InGoogle(R"("thinkingConfig":{"thinkingBudget":1000000})")).budget, 1'000'000);
  EXPECT_EQ(Good(InGoogle(R"("thinking_config":{"thinking_level":"HIGH"})")).effort, Effort::kHigh);
  EXPECT_EQ(Good(InGoogle(R"("thinkingConfig":{"thinkingLevel":"low"})")).effort, Effort::kLow);
  EXPECT_EQ(Good(InGoogle(R"("thinking_config":{"include_thoughts":true})")).show, true);
  EXPECT_EQ(Good(R"({"google":{"thinkingConfig":{"includeThoughts":false}}})").show, false);
}

TEST(Reasoning, RefusesAGoogleConfigThatContradictsItself) {
  const std::string at = "extra_body.google.thinking_config";
  EXPECT_EQ(
      Read(InGoogle(R"("thinking_config":{"thinking_budget":5,"thinking_level":"low"})")).problem,
      at + ": invalid_value");
  EXPECT_EQ(Read(InGoogle(R"("thinking_config":{"thinking_level":"loud"})")).problem,
            at + ".thinking_level: invalid_value");
  for (const char* budget : {"-2", "1000001", "\"x\"", "1.5"}) {
    EXPECT_EQ(Read(InGoogle(R"("thinking_config":{"thinking_budget":)" + std::string(budget) + "}"))
                  .problem,
              at + ".thinking_budget: invalid_value")
        << budget;
  }
  EXPECT_EQ(Read(R"({"reasoning_effort":"low","google":{"thinking_config":{"thinking_budget":5}}})")
                .problem,
            "reasoning_effort: invalid_value");
  EXPECT_EQ(Good(R"({"reasoning_effort":"low","google":{"thinking_config":)"
                 R"({"include_thoughts":true}}})")
                .show,
            true);
}

TEST(Reasoning, ReadsGooglesOtherSettings) {
  const auto request = Read(InGoogle(R"("image_config":{"aspect_ratio":"16:9","imageSize":"2K"},
      "cached_content":"cachedContents/x","safety_settings":[{"a":1}])"))
                           .request;
  EXPECT_EQ(request.picture.ratio, "16:9");
  EXPECT_EQ(request.picture.size, "2K");
  EXPECT_EQ(request.extra.at(kCachedContent), "\"cachedContents/x\"");
  EXPECT_EQ(request.extra.at(kSafetySettings), R"([{"a":1}])");
  const auto top =
      Read(R"({"imageConfig":{"aspectRatio":"1:1","image_size":"4K"},"safetySettings":[]})")
          .request;
  EXPECT_EQ(top.picture.ratio, "1:1");
  EXPECT_EQ(top.picture.size, "4K");
  EXPECT_EQ(top.extra.at(kSafetySettings), "[]");
  EXPECT_EQ(Read(R"({"image_config":"2K"})").problem, "image_config: invalid_type");
  EXPECT_EQ(Read(R"({"safety_settings":{}})").problem, "safety_settings: invalid_type");
  EXPECT_TRUE(Read(InGoogle(R"("cached_content":5)")).request.extra.empty());
}

TEST(Reasoning, ShowsThoughtsWhereOpenRoutersObjectAsksForThinking) {
  const auto shown = [](const std::string& body) {
    Got got = Read(body);
    const auto doc = JsonDoc::Parse(body).value();
    ShowOpenRouterThoughts(doc.root(), got.request);
    return got.request.reasoning.show;
  };
  EXPECT_EQ(shown(R"({"reasoning":{"effort":"low"}})"), true);
  EXPECT_EQ(shown(R"({"reasoning":{"max_tokens":5}})"), true);
  EXPECT_EQ(shown(R"({"reasoning":{"enabled":true}})"), true);
  EXPECT_EQ(shown(R"({"reasoning":{}})"), std::nullopt);
  EXPECT_EQ(shown(R"({"reasoning":{"enabled":false}})"), std::nullopt);
  EXPECT_EQ(shown(R"({"reasoning":{"effort":"none"}})"), std::nullopt);
  EXPECT_EQ(shown(R"({"reasoning":{"effort":"low","exclude":true}})"), false);
  EXPECT_EQ(shown(R"({"reasoning":{"effort":"low","summary":"auto"}})"), std::nullopt);
  EXPECT_EQ(shown(R"({"reasoning_effort":"low"})"), std::nullopt);
}

}  // namespace
}  // namespace agm::protocol
