#include "core/mapping/model_map.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/glob.h"
#include "core/config/model_name.h"
#include "core/mapping/built_in.h"

namespace agm::mapping {
namespace {

std::vector<std::string> WithoutPrefixes(const std::vector<std::string>& names) {
  std::vector<std::string> bare;
  for (const std::string& name : names) bare.emplace_back(config::WithoutModelPrefix(name));
  return bare;
}

bool IsPattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

Result<std::string_view> CheckedName(std::string_view name) {
  const std::string_view bare = config::WithoutModelPrefix(name);
  const std::string fault = config::ModelNameFault(bare);
  if (fault.empty()) return bare;
  Error error = Fail(ErrorCode::kUnknownModel, "the model name {}", fault);
  error.param = "model";
  return error;
}

// Names of other vendors' catalogs ("openai/gpt-4o", "small:free"): an upstream's path cannot hold
// them.
Error UpstreamHasNone(std::string_view name) {
  Error error =
      Fail(ErrorCode::kUnknownModel, "there is no model \"{}\": no rule maps this name", name);
  error.reason = "model_not_found";
  error.param = "model";
  return error;
}

std::string WhyWon(const Resolution& won) {
  switch (won.rule) {
    case Rule::kExact:
      return "your mapping contains the name";
    case Rule::kPattern:
      return "of the patterns in your mapping that match, it has the most literal characters";
    case Rule::kBuiltIn:
      for (const BuiltIn& entry : BuiltIns()) {
        if (entry.from == won.from) return fmt::format("your mapping has no rule; {}", entry.why);
      }
      return "your mapping has no rule";
    case Rule::kPassThrough:
      return "no rule matches, so the name is used unchanged";
  }
  return {};
}

std::string WhyLost(std::string_view loser, std::string_view winner) {
  const Exactness lost = ExactnessOf(loser);
  const Exactness won = ExactnessOf(winner);
  if (lost.literals != won.literals) {
    return fmt::format("has {} literal characters, the winner {}", lost.literals, won.literals);
  }
  if (lost.stars != won.stars) {
    return fmt::format("has {} stars, the winner {}", lost.stars, won.stars);
  }
  if (lost.prefix != won.prefix) {
    return fmt::format("has {} characters before its first star, the winner {}", lost.prefix,
                       won.prefix);
  }
  return "comes later in the alphabet";
}

}  // namespace

std::string_view RuleName(Rule rule) {
  switch (rule) {
    case Rule::kExact:
      return "exact";
    case Rule::kPattern:
      return "pattern";
    case Rule::kBuiltIn:
      return "built-in";
    case Rule::kPassThrough:
      return "pass-through";
  }
  return "";
}

ModelMap::ModelMap(const config::Config& config)
    : other_vendors_(std::ranges::any_of(config.accounts, [](const config::Account& account) {
        return config::FactsOf(account.kind).has_own_models;
      })) {
  for (const config::MappingRule& rule : config.mapping) {
    const std::string bare(config::WithoutModelPrefix(rule.from));
    if (IsPattern(bare)) {
      patterns_.push_back({rule.from, bare, WithoutPrefixes(rule.to)});
    } else if (exact_.emplace(bare, config::MappingRule{rule.from, WithoutPrefixes(rule.to)})
                   .second) {
      names_.push_back(bare);
    }
  }
  std::ranges::sort(patterns_, MoreExact, &Pattern::pattern);
}

Result<Resolution> ModelMap::Resolve(std::string_view name) const {
  auto asked = CheckedName(name);
  if (!asked) return std::move(asked).error();
  if (exact_.contains(*asked)) return Find(*asked);
  const std::string_view unmarked = config::WithoutContextMark(*asked);
  auto bare = unmarked == *asked ? asked : CheckedName(unmarked);
  if (!bare) return std::move(bare).error();
  Resolution found = Find(*bare);
  if (found.rule == Rule::kPassThrough && !other_vendors_ &&
      bare->find_first_of("/:") != std::string_view::npos) {
    return UpstreamHasNone(*bare);
  }
  return found;
}

Result<Explanation> ModelMap::Explain(std::string_view name) const {
  auto won = Resolve(name);
  if (!won) return std::move(won).error();
  return Explanation{*won, WhyWon(*won), Losers(*won)};
}

Resolution ModelMap::Find(std::string_view asked) const {
  if (const auto rule = exact_.find(asked); rule != exact_.end()) {
    return {std::string(asked), rule->second.to, Rule::kExact, rule->second.from};
  }
  for (const Pattern& pattern : patterns_) {
    if (!GlobMatches(pattern.pattern, asked)) continue;
    return {std::string(asked), pattern.to, Rule::kPattern, pattern.from};
  }
  const std::string lower = AsciiLower(asked);
  for (const BuiltIn& entry : BuiltIns()) {
    if (!GlobMatches(entry.from, lower)) continue;
    return {std::string(asked), entry.to, Rule::kBuiltIn, std::string(entry.from)};
  }
  return {std::string(asked), {std::string(asked)}, Rule::kPassThrough, {}};
}

std::vector<Loser> ModelMap::Losers(const Resolution& won) const {
  std::vector<Loser> losers;
  for (const Pattern& pattern : patterns_) {
    if (!GlobMatches(pattern.pattern, won.asked) || pattern.from == won.from) continue;
    const std::string why = won.rule == Rule::kPattern
                                ? WhyLost(pattern.pattern, config::WithoutModelPrefix(won.from))
                                : "an exact name has precedence over a pattern";
    losers.push_back({Rule::kPattern, pattern.from, pattern.to, why});
  }
  const std::string lower = AsciiLower(won.asked);
  for (const BuiltIn& entry : BuiltIns()) {
    if (!GlobMatches(entry.from, lower)) continue;
    if (won.rule == Rule::kBuiltIn && entry.from == won.from) continue;
    const std::string why = won.rule == Rule::kBuiltIn
                                ? WhyLost(entry.from, won.from)
                                : "your mapping has precedence over the built-in one";
    losers.push_back({Rule::kBuiltIn, std::string(entry.from), entry.to, why});
  }
  return losers;
}

}  // namespace agm::mapping
