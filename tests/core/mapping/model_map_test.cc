#include "core/mapping/model_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/glob.h"
#include "core/mapping/built_in.h"

namespace agm::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ModelMap Map(std::vector<config::MappingRule> rules) {
  config::Config config;
  config.mapping = std::move(rules);
  return ModelMap(config);
}

// The resolution of a name as "rule from -> targets".
std::string Resolved(const ModelMap& map, std::string_view name) {
  const auto found = map.Resolve(name);
  if (!found) return std::string(CodeName(found.error().code));
  std::string text = fmt::format("{} {} ->", RuleName(found->rule), found->from);
  for (const std::string& target : found->targets) text += " " + target;
  return text;
}

TEST(Glob, MatchesTheWholeText) {
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("*", "anything"));
  EXPECT_TRUE(GlobMatches("gpt-*-mini", "gpt-4o-mini"));
  EXPECT_TRUE(GlobMatches("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(GlobMatches("a**", "a"));
  EXPECT_TRUE(GlobMatches("", ""));
  EXPECT_FALSE(GlobMatches("gpt-*-mini", "gpt-4o-mini-x"));
  EXPECT_FALSE(GlobMatches("gpt", "gpt-4"));
  EXPECT_FALSE(GlobMatches("GPT*", "gpt-4"));
  EXPECT_FALSE(GlobMatches("", "a"));
}

TEST(Glob, TakesNoExponentialTime) {
  const std::string text(20'000, 'a');
  EXPECT_FALSE(GlobMatches("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

TEST(ModelMap, PrefersTheExactNameToAnyPattern) {
  const auto map = Map({{"gpt-4o*", {"p"}}, {"gpt-4o", {"e", "f"}}});
  EXPECT_EQ(Resolved(map, "gpt-4o"), "exact gpt-4o -> e f");
  EXPECT_EQ(Resolved(map, "gpt-4o-mini"), "pattern gpt-4o* -> p");
}

TEST(ModelMap, PrefersThePatternWithTheMostLiteralCharacters) {
  const auto map = Map({{"gpt-*", {"a"}}, {"*-turbo-x", {"b"}}, {"*", {"c"}}});
  EXPECT_EQ(Resolved(map, "gpt-turbo-x"), "pattern *-turbo-x -> b");
  EXPECT_EQ(Resolved(map, "gpt-9"), "pattern gpt-* -> a");
  EXPECT_EQ(Resolved(map, "zzz"), "pattern * -> c");
}

TEST(ModelMap, BreaksTiesByStarsThenBeginningThenAlphabetWhateverTheOrder) {
  for (const bool reversed : {false, true}) {
    std::vector<config::MappingRule> rules = {
        {"ab*c*", {"two stars"}},      {"ab*c", {"one star"}},  // both 3 literals
        {"x*yz", {"short beginning"}}, {"xy*z", {"long beginning"}}, {"k*n", {"later"}},
        {"k*m*", {"other"}},           {"k*m", {"never"}},
    };
    if (reversed) std::ranges::reverse(rules);
    const auto map = Map(std::move(rules));
    EXPECT_EQ(Resolved(map, "abcc"), "pattern ab*c -> one star");
    EXPECT_EQ(Resolved(map, "xyyz"), "pattern xy*z -> long beginning");
  }
  EXPECT_EQ(Resolved(Map({{"a*b", {"later"}}, {"*ab", {"x"}}, {"a*c", {"y"}}}), "ab"),
            "pattern a*b -> later");
  EXPECT_EQ(Resolved(Map({{"zz*ab*", {"2"}}, {"zz*aa*", {"1"}}}), "zz-aa-ab-"),
            "pattern zz*aa* -> 1");
}

TEST(ModelMap, LetsTheUsersPatternBeatTheBuiltInTable) {
  EXPECT_EQ(Resolved(Map({{"*", {"mine"}}}), "gpt-4o"), "pattern * -> mine");
}

TEST(ModelMap, PassesUnknownNamesThroughAsTheyAre) {
  const auto map = Map({});
  EXPECT_EQ(Resolved(map, "gemini-4-neon"), "pass-through  -> gemini-4-neon");
  EXPECT_EQ(Resolved(map, "Some-Model@7"), "pass-through  -> Some-Model@7");
  EXPECT_EQ(Resolved(map, "gemini-2.5-flash-lite"), "pass-through  -> gemini-2.5-flash-lite");
  EXPECT_EQ(Resolved(map, "gemini-2.5-pro-tts"), "pass-through  -> gemini-2.5-pro-tts");
}

TEST(ModelMap, StripsPrefixesOfNamesRulesAndTargets) {
  const auto map = Map({{"models/a", {"models/b"}}, {"google/x*", {"publishers/google/models/y"}}});
  EXPECT_EQ(Resolved(map, "a"), "exact models/a -> b");
  EXPECT_EQ(Resolved(map, "google/a"), "exact models/a -> b");
  EXPECT_EQ(Resolved(map, "gemini/xx"), "pattern google/x* -> y");
  EXPECT_THAT(map.ExactNames(), ElementsAre("a"));
}

TEST(ModelMap, MapsInOneStep) {
  EXPECT_EQ(Resolved(Map({{"a", {"b"}}, {"b", {"c"}}}), "a"), "exact a -> b");
  EXPECT_EQ(Resolved(Map({{"a", {"gpt-4o"}}}), "a"), "exact a -> gpt-4o");
}

TEST(ModelMap, RefusesNamesThatCouldChangeTheAddress) {
  const auto map = Map({{"*", {"x"}}});
  for (const std::string_view name :
       {"", "models/", "a..b", "a?b", "a&b", "a#b", "a%2e", "a b", "a\nb", "a\x7f", "\xff"}) {
    EXPECT_EQ(Resolved(map, name), "unknown_model") << name;
  }
  EXPECT_EQ(Resolved(map, std::string_view("a\0b", 3)), "unknown_model");
  EXPECT_EQ(Resolved(map, std::string(300, 'a')), "unknown_model");
  EXPECT_EQ(map.Resolve("a b").error().message, "the model name holds a space");
  EXPECT_EQ(map.Resolve("a b").error().param, "model");
}

TEST(ModelMap, IgnoresTheMarkOfALongContextUnlessARuleHasIt) {
  const auto map = Map({{"m", {"a"}}, {"n[1m]", {"b"}}});
  EXPECT_EQ(Resolved(map, "m[1M]"), Resolved(map, "m"));
  EXPECT_NE(Resolved(map, "n[1m]"), Resolved(map, "n"));
  EXPECT_EQ(map.Resolve("other[1m]")->targets.front(), "other");
}

TEST(ModelMap, KnowsTheNamesThatClientsUse) {
  const auto map = Map({});
  const auto first = [&](std::string_view name) {
    const auto found = map.Resolve(name);
    return found && found->rule == Rule::kBuiltIn ? found->targets.front() : std::string("?");
  };
  EXPECT_EQ(first("gpt-4o"), "gemini-3.8-flash");
  EXPECT_EQ(first("gpt-4o-mini"), "gemini-3.5-flash-lite");
  EXPECT_EQ(first("gpt-4.1-nano-2025-04-14"), "gemini-3.5-flash-lite");
  EXPECT_EQ(first("gpt-3.5-turbo"), "gemini-3.8-flash");
  EXPECT_EQ(first("gpt-3.5-turbo-instruct"), "gemini-3.8-flash");
  EXPECT_EQ(first("davinci-002"), "gemini-3.8-flash");
  EXPECT_EQ(first("babbage-002"), "gemini-3.5-flash-lite");
  EXPECT_EQ(first("text-davinci-003"), "gemini-3.8-flash");
  EXPECT_EQ(first("imagen-4.0-generate-001"), "gemini-nano-banana-2.1");
  EXPECT_EQ(first("gemini-3.1-flash-image"), "gemini-3.1-flash-image");
  EXPECT_EQ(first("gpt-5.2"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("gpt-5-mini"), "gemini-3.8-flash");
  EXPECT_EQ(first("gpt-4o-mini-transcribe"), "gemini-3.8-flash");
  EXPECT_EQ(first("chatgpt-4o-latest"), "gemini-3.8-flash");
  EXPECT_EQ(first("o1"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("o3-pro"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("o4-mini"), "gemini-3.8-flash");
  EXPECT_EQ(first("claude-opus-4-5"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("claude-3-5-sonnet-latest"), "gemini-3.8-flash");
  EXPECT_EQ(first("claude-haiku-4-5"), "gemini-3.5-flash-lite");
  EXPECT_EQ(first("claude-opus-5[1m]"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("whisper-1"), "gemini-3.8-flash");
  EXPECT_EQ(first("dall-e-3"), "gemini-nano-banana-2.1");
  EXPECT_EQ(first("gpt-image-1"), "gemini-nano-banana-2.1");
  EXPECT_EQ(first("gpt-image-1-mini"), "gemini-3.1-flash-lite-image");
  EXPECT_EQ(first("text-embedding-3-small"), "gemini-embedding-2");
  EXPECT_EQ(first("text-embedding-ada-002"), "gemini-embedding-2");
  EXPECT_EQ(first("gemini-3-flash"), "gemini-3-flash-preview");
  EXPECT_EQ(first("gemini-pro"), "gemini-3.1-pro-preview");
  EXPECT_EQ(first("gemini-flash"), "gemini-3.8-flash");
  EXPECT_EQ(first("gemini-2.0-flash-lite-001"), "gemini-3.5-flash-lite");
  EXPECT_EQ(first("GPT-4o"), "gemini-3.8-flash");
  EXPECT_EQ(first("o10"), "?");
}

TEST(ModelMap, PassesModelsThatRetireSoonThroughUnderTheirOwnName) {
  const ModelMap map{config::Config{}};
  EXPECT_EQ(Resolved(map, "gemini-2.5-pro"), "pass-through  -> gemini-2.5-pro");
  EXPECT_EQ(Resolved(map, "gemini-2.5-flash"), "pass-through  -> gemini-2.5-flash");
}

TEST(BuiltIns, AreLowerCaseUniqueAndGoToLivingModels) {
  std::vector<std::string_view> seen;
  for (const BuiltIn& entry : BuiltIns()) {
    EXPECT_TRUE(std::ranges::none_of(entry.from, [](char c) { return c >= 'A' && c <= 'Z'; }));
    EXPECT_EQ(std::ranges::count(seen, entry.from), 0) << entry.from;
    seen.push_back(entry.from);
    EXPECT_THAT(entry.to, Not(IsEmpty()));
    for (const std::string& target : entry.to) {
      EXPECT_THAT(target, testing::StartsWith("gemini-"));
      EXPECT_THAT(target, Not(testing::StartsWith("gemini-2.0")));
    }
  }
}

TEST(ModelMap, ListsTheExactNamesInTheFilesOrderAndNoPatterns) {
  EXPECT_THAT(Map({{"z", {"1"}}, {"p*", {"1"}}, {"a", {"1"}}}).ExactNames(), ElementsAre("z", "a"));
}

TEST(ModelMap, ExplainsWhyARuleWinsAndWhyOthersDoNot) {
  const auto map = Map({{"gpt-4o", {"e"}}, {"gpt-*", {"p"}}, {"*", {"q"}}, {"g*4o", {"r"}}});
  const auto exact = map.Explain("gpt-4o");
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->why, "your mapping contains the name");
  ASSERT_EQ(exact->losers.size(), 4U);
  EXPECT_EQ(exact->losers[0].from, "gpt-*");
  EXPECT_EQ(exact->losers[0].why, "an exact name has precedence over a pattern");
  EXPECT_EQ(exact->losers[3].why, "your mapping has precedence over the built-in one");

  const auto pattern = map.Explain("gpt-5");
  ASSERT_TRUE(pattern);
  EXPECT_EQ(pattern->won.from, "gpt-*");
  ASSERT_GE(pattern->losers.size(), 2U);
  EXPECT_EQ(pattern->losers[0].from, "*");
  EXPECT_EQ(pattern->losers[0].why, "has 0 literal characters, the winner 4");

  EXPECT_THAT(Map({}).Explain("whisper-1")->why, HasSubstr("an OpenAI transcription model"));
  EXPECT_THAT(Map({}).Explain("gemini-4-neon")->why, HasSubstr("no rule matches"));
  EXPECT_FALSE(map.Explain("a b"));
}

TEST(ModelMap, FindsAnExactNameAmongMany) {
  std::vector<config::MappingRule> rules;
  for (int i = 0; i < 10'000; ++i) rules.push_back({fmt::format("model-{}", i), {"t"}});
  EXPECT_EQ(Resolved(Map(std::move(rules)), "model-9999"), "exact model-9999 -> t");
}

// The reason why the pattern lost that comes second.
std::string WhySecond(std::vector<config::MappingRule> rules, std::string_view name) {
  const auto explained = Map(std::move(rules)).Explain(name);
  if (!explained || explained->losers.empty()) return "nothing lost";
  return explained->losers.front().why;
}

TEST(ModelMap, ExplainsTiesByStarsThenBeginningThenAlphabet) {
  EXPECT_EQ(WhySecond({{"ab*c*", {"x"}}, {"ab*c", {"y"}}}, "abcc"), "has 2 stars, the winner 1");
  EXPECT_EQ(WhySecond({{"x*yz", {"x"}}, {"xy*z", {"y"}}}, "xyyz"),
            "has 1 characters before its first star, the winner 2");
  EXPECT_EQ(WhySecond({{"zz*ab*", {"2"}}, {"zz*aa*", {"1"}}}, "zz-aa-ab-"),
            "comes later in the alphabet");
}

TEST(ModelMap, ExplainsABuiltInRuleWithoutNamingItAmongTheLosers) {
  const auto map = Map({});
  const auto explained = map.Explain("gpt-4o-mini");
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->won.rule, Rule::kBuiltIn);
  bool another = false;
  for (const Loser& loser : explained->losers) {
    EXPECT_NE(loser.from, explained->won.from);
    EXPECT_EQ(loser.rule, Rule::kBuiltIn);
    another = true;
  }
  EXPECT_TRUE(another) << "a pattern of the built-in table matches too";
  const auto mine = Map({{"gpt-4o-mini", {"x"}}}).Explain("gpt-4o-mini");
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->losers.size(), explained->losers.size() + 1);
}

TEST(ModelMap, RefusesNamesOfOtherVendorsUnlessAnAccountMayHaveThem) {
  const auto refused = Map({}).Resolve("openai/gpt-oss:free");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnknownModel);
  EXPECT_EQ(refused.error().reason, "model_not_found");
  EXPECT_EQ(refused.error().param, "model");
  EXPECT_EQ(Resolved(Map({{"openai/*", {"x"}}}), "openai/gpt-oss:free"), "pattern openai/* -> x");
  EXPECT_EQ(Map({}).Resolve("gpt-4o:free")->rule, Rule::kBuiltIn);
  config::Config config;
  config.accounts.emplace_back().kind = config::AccountKind::kGemini;
  EXPECT_EQ(Resolved(ModelMap(config), "small:free"), "unknown_model");
  config.accounts.emplace_back().kind = config::AccountKind::kOpenAi;
  EXPECT_EQ(Resolved(ModelMap(config), "openai/gpt-oss:free"),
            "pass-through  -> openai/gpt-oss:free");
}

}  // namespace
}  // namespace agm::mapping
