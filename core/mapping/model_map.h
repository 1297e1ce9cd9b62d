#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/config/config.h"

namespace agm::mapping {

/// The kinds of rules; each beats those after it.
enum class Rule { kExact, kPattern, kBuiltIn, kPassThrough };

/// "exact", "pattern", "built-in" or "pass-through".
std::string_view RuleName(Rule rule);

/// What a model's name came to.
struct Resolution {
  std::string asked;                 ///< the name without prefixes such as models/
  std::vector<std::string> targets;  ///< upstream models in the order they are tried; at least one
  Rule rule = Rule::kPassThrough;
  std::string from;  ///< the rule's name or pattern, as written; empty: no rule
};

/// A rule that matched and lost.
struct Loser {
  Rule rule = Rule::kPattern;
  std::string from;
  std::vector<std::string> to;
  std::string why;  ///< "has 4 literal characters, the winner 6"
};

struct Explanation {
  Resolution won;
  std::string why;            ///< "the name stands in the mapping"
  std::vector<Loser> losers;  ///< the closest first
};

/// Which upstream models serve a name: the user's exact rule, else the user's pattern with the most
/// literal characters (then fewer `*`, the longer literal beginning, the alphabet), else the
/// built-in table, else the name itself.
///
///   ModelMap map(*config);
///   auto resolved = map.Resolve("models/gpt-4o");
///   for (const auto& target : resolved->targets) ...
///
/// A target is not mapped again. The user's names compare with case; the built-in ones without.
/// Names that could change an upstream's address are refused with kUnknownModel.
///
/// Thread safety: immutable.
class ModelMap {
 public:
  explicit ModelMap(const config::Config& config);

  Result<Resolution> Resolve(std::string_view name) const;
  /// As Resolve, with the reasons.
  Result<Explanation> Explain(std::string_view name) const;

  /// The names of the user's exact rules, in the file's order: what /v1/models lists.
  const std::vector<std::string>& ExactNames() const { return names_; }

 private:
  struct Pattern {
    std::string from;     ///< as written
    std::string pattern;  ///< without a prefix
    std::vector<std::string> to;
  };

  Resolution Find(const std::string& asked) const;
  std::vector<Loser> Losers(const Resolution& won) const;

  std::unordered_map<std::string, config::MappingRule> exact_;
  std::vector<Pattern> patterns_;  ///< the most exact first
  std::vector<std::string> names_;
};

}  // namespace agm::mapping
