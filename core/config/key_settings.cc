#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/ascii.h"
#include "core/base/hex.h"
#include "core/config/checks.h"
#include "core/config/settings.h"
#include "core/config/words.h"

namespace agm::config {
namespace {

constexpr int kMostOfALimit = 1'000'000'000;
constexpr double kNanoPerDollar = 1e9;
constexpr double kMostDollars = 1e9;
constexpr std::int64_t kMostTokens = 1'000'000'000'000;

std::string CheckId(std::string& id) {
  const bool plain = id.size() >= 4 && id.size() <= 32 && std::ranges::all_of(id, IsLetterOrDigit);
  return plain ? "" : "4 to 32 letters and digits";
}

std::string CheckHash(std::string& hash) {
  constexpr std::string_view kAlgorithm = "sha256:";
  const bool digest = hash.size() == kAlgorithm.size() + 64 && hash.starts_with(kAlgorithm) &&
                      std::ranges::all_of(hash.substr(kAlgorithm.size()),
                                          [](char c) { return HexValue(c) >= 0 && !IsUpper(c); });
  return digest ? "" : "\"sha256:\" and 64 digits 0-9a-f; `agm keys rotate NAME` writes one";
}

// A secret that was put here by mistake must not be shown.
template <auto At>
Setting<ClientKey> HashSetting(std::string_view name, SettingDoc doc) {
  auto setting = TextSetting<ClientKey, At>(name, doc);
  setting.read = [](const Value& value, const Scope& scope, ClientKey& into) {
    into.*At = value.text;
    const std::string expected = CheckHash(into.*At);
    if (value.is(ValueKind::kString) && (value.text.empty() || expected.empty())) return;
    scope.found.Error(value.at, "{}: expected {} (the value is not shown)", scope.name, expected);
  };
  return setting;
}

template <auto At>
Setting<ClientKey> ExpirySetting(std::string_view name, SettingDoc doc) {
  return {name, SettingType::kDate, doc,
          [](const Value& value, const Scope& scope, ClientKey& into) {
            const bool text = value.is(ValueKind::kDate) || value.is(ValueKind::kString);
            if (text && (value.text.empty() || ReadExpiry(value.text))) {
              into.*At = value.text;
              return;
            }
            Expected(value, scope, "a day such as 2027-01-31, or a moment with its offset");
          },
          [](const ClientKey& from) { return Quoted(from.*At); }};
}

std::optional<std::int64_t> ReadDollars(const Value& value, const Scope& scope) {
  const double amount =
      value.is(ValueKind::kInteger) ? static_cast<double>(value.integer) : value.number;
  const bool number = value.is(ValueKind::kInteger) || value.is(ValueKind::kFloat);
  if (number && amount >= 0 && amount <= kMostDollars) {
    return static_cast<std::int64_t>(std::llround(amount * kNanoPerDollar));
  }
  Expected(value, scope, "an amount of US dollars from 0 to a billion");
  return std::nullopt;
}

std::optional<std::int64_t> ReadTokens(const Value& value, const Scope& scope) {
  if (value.is(ValueKind::kInteger) && value.integer >= 0 && value.integer <= kMostTokens) {
    return value.integer;
  }
  Expected(value, scope, "a number of tokens");
  return std::nullopt;
}

using ReadAmount = std::optional<std::int64_t> (*)(const Value&, const Scope&);

void ReadAllowance(const Value& table, const Scope& scope, ReadAmount read, Allowance& into) {
  static constexpr std::array<std::string_view, 2> kWindows = {"day", "month"};
  if (!table.is(ValueKind::kTable)) {
    return Expected(table, scope, "a table such as { day = 2, month = 20 }");
  }
  for (const Member& member : table.members) {
    const Scope inner{scope.found, scope.name + "." + member.key, scope.folder, scope.home};
    if (member.key == "day") {
      into.day = read(member.value, inner);
    } else if (member.key == "month") {
      into.month = read(member.value, inner);
    } else {
      WarnUnknown(member, scope.name + ".", kWindows, scope.found);
    }
  }
}

/// "{ day = 2, month = 20.5 }"; empty where nothing is limited.
std::string ShowAllowance(const Allowance& allowance, double unit) {
  std::string text;
  const auto add = [&](std::string_view window, const std::optional<std::int64_t>& amount) {
    if (!amount) return;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", window,
                        static_cast<double>(*amount) / unit);
  };
  add("day", allowance.day);
  add("month", allowance.month);
  return text.empty() ? text : "{ " + text + " }";
}

void ReadScopes(const Value& value, const Scope& scope, ClientKey& into) {
  if (!value.is(ValueKind::kArray)) return Expected(value, scope, "an array of scopes");
  into.scopes.clear();
  for (const Value& item : value.items) {
    const auto word = ReadWord(item, scope, kKeyScopeWords);
    if (word) into.scopes.push_back(static_cast<KeyScope>(*word));
  }
}

std::string ShowScopes(const ClientKey& key) {
  std::vector<std::string> words;
  for (const KeyScope scope : key.scopes) words.emplace_back(Word(scope));
  return QuotedList(words);
}

}  // namespace

std::span<const Setting<ClientKey>> KeySettings() {
  using K = ClientKey;
  static const std::array settings = {
      TextSetting<K, &K::name, CheckEntryName>(
          "name", {"What the key is called in commands, logs and statistics.", "\"ci\""}),
      TextSetting<K, &K::id, CheckId>(
          "id", {"The public part of the key, sk-agm-ID-SECRET.", "\"k7f3q2xa\""}),
      HashSetting<&K::hash>("hash", {"The digest of the secret part: `agm keys add` writes it.",
                                     "\"sha256:00000000000000000000000000000000"
                                     "00000000000000000000000000000000\""}),
      HashSetting<&K::previous_hash>(
          "previous_hash", {"The digest of the secret before `agm keys rotate --grace`."}),
      ExpirySetting<&K::previous_until>("previous_until", {"When that secret ends."}),
      Setting<K>{"scopes",
                 SettingType::kTexts,
                 {"What the key may do: \"inference\" (models), \"read\" (page, log, statistics), "
                  "\"metrics\", \"admin\" (read, and change)."},
                 ReadScopes,
                 ShowScopes},
      ListSetting<K, &K::models, CheckModelGlob>(
          "models", {"Which models the key may use, by the name asked for or the one it is mapped "
                     "to; * stands for anything."}),
      IntSetting<K, &K::requests_per_minute, 0, kMostOfALimit>(
          "requests_per_minute", {"How many requests in any sixty seconds; 0: no limit."}),
      IntSetting<K, &K::tokens_per_minute, 0, kMostOfALimit>(
          "tokens_per_minute", {"How many tokens, of prompts and answers, in any sixty seconds."}),
      IntSetting<K, &K::parallel, 0, kMostOfALimit>("parallel",
                                                    {"How many requests at the same time."}),
      Setting<K>{"budget",
                 SettingType::kAllowance,
                 {"US dollars for each calendar day and month.", "{ day = 2.00, month = 20.00 }"},
                 [](const Value& value, const Scope& scope, K& into) {
                   ReadAllowance(value, scope, ReadDollars, into.budget);
                 },
                 [](const K& from) { return ShowAllowance(from.budget, kNanoPerDollar); }},
      WordSetting<K, &K::budget_of, kBudgetOfWords>(
          "budget_of",
          {"What the budget counts: \"list\" (list prices, whoever pays) or \"billed\" "
           "(nothing on free accounts).\n"
           "A model without a known price costs the budget nothing."}),
      Setting<K>{"tokens",
                 SettingType::kAllowance,
                 {"Tokens for each calendar day and month.", "{ day = 5_000_000 }"},
                 [](const Value& value, const Scope& scope, K& into) {
                   ReadAllowance(value, scope, ReadTokens, into.tokens);
                 },
                 [](const K& from) { return ShowAllowance(from.tokens, 1); }},
      ExpirySetting<&K::expires>("expires", {"The last day on which the key works, or the moment "
                                             "when it ends.",
                                             "2027-01-31"}),
      BoolSetting<K, &K::enabled>("enabled", {"Whether the key works at all."}),
  };
  return settings;
}

}  // namespace agm::config
