#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"

namespace agm::mapping {

/// The kinds of rules; each takes precedence over those after it.
enum class Rule { kExact, kPattern, kBuiltIn, kPassThrough };

/// "exact", "pattern", "built-in" or "pass-through".
std::string_view RuleName(Rule rule);

/// The targets that a model's name resolves to.
struct Resolution {
  std::string asked;                 ///< the name without prefixes such as models/
  std::vector<std::string> targets;  ///< upstream models in the order of the attempts; at least one
  Rule rule = Rule::kPassThrough;
  std::string from;  ///< the matching rule's name or pattern, as written; empty: no rule
};

/// A rule that matched but did not have precedence.
struct Loser {
  Rule rule = Rule::kPattern;
  std::string from;
  std::vector<std::string> to;
  std::string why;  ///< "has 4 literal characters, the winner 6"
};

struct Explanation {
  Resolution won;
  std::string why;            ///< the reason, such as "the mapping contains the name"
  std::vector<Loser> losers;  ///< in order of precedence
};

/// Resolves a model's name to upstream models. The order of precedence is: the user's exact rule,
/// the user's pattern with the most literal characters (then fewer `*`, the longer literal prefix,
/// alphabetical order), the built-in table, the name itself.
///
///   ModelMap map(*config);
///   auto resolved = map.Resolve("models/gpt-4o");
///   for (const auto& target : resolved->targets) ...
///
/// A target is not mapped again. The user's names are case-sensitive, built-in names are not. The
/// map ignores a trailing "[1m]", which asks for a long context, unless an exact rule contains it.
/// Names that could change an upstream's URL are refused with kUnknownModel, and so are names with
/// "/" or ":" that no rule maps, unless an account of kind openai may have it.
///
/// Thread safety: immutable.
class ModelMap {
 public:
  explicit ModelMap(const config::Config& config);

  Result<Resolution> Resolve(std::string_view name) const;
  /// Like Resolve, with the reasons.
  Result<Explanation> Explain(std::string_view name) const;

  /// The names of the user's exact rules, in the file's order; /v1/models lists them.
  const std::vector<std::string>& ExactNames() const { return names_; }

 private:
  struct Pattern {
    std::string from;     ///< as written
    std::string pattern;  ///< without a prefix
    std::vector<std::string> to;
  };

  Resolution Find(std::string_view asked) const;
  std::vector<Loser> Losers(const Resolution& won) const;

  std::map<std::string, config::MappingRule, std::less<>> exact_;
  std::vector<Pattern> patterns_;  ///< most exact first
  std::vector<std::string> names_;
  bool other_vendors_;  ///< an account may have models with "/" or ":" in their names
};

}  // namespace agm::mapping
