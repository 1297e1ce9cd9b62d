// An amount per window, as people write it:
//
//   amount := ("$"? digits ["." digits] ["k" | "M"] | "none") ["/" ("day" | "month")]
//
// Only "none" may stand without a window: it removes both.

#include "core/keys/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/duration.h"
#include "core/base/iso_time.h"
#include "core/config/checks.h"

namespace agm::keys {
namespace {

constexpr std::int64_t kNano = 1'000'000'000;
constexpr std::int64_t kMost = 1'000'000'000'000'000'000;

Error BadAmount(std::string_view what, std::string_view text) {
  return Fail(ErrorCode::kInvalidRequest, "{}: expected an amount such as \"{}/day\", found \"{}\"",
              what, what == "budget" ? "2.50" : "5M", text);
}

/// A decimal number with up to nine places, times `unit`; nullopt if it is none.
std::optional<std::int64_t> ReadDecimal(std::string_view text, std::int64_t unit) {
  if (text.starts_with('$') && unit == kNano) text.remove_prefix(1);
  std::int64_t factor = 1;
  if (text.ends_with('k')) factor = 1'000;
  if (text.ends_with('M')) factor = 1'000'000;
  if (factor > 1) text.remove_suffix(1);
  if (text.empty() || !IsDigit(text.front()) || !IsDigit(text.back())) return std::nullopt;
  const std::int64_t step = unit * factor;
  std::int64_t value = 0;
  std::int64_t place = step;  // of the next digit behind the point
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!IsDigit(c) || value > kMost / 10) return std::nullopt;
    if (point) place /= 10;
    if (point && place == 0) return std::nullopt;
    value = point ? value + (c - '0') * place : value * 10 + (c - '0') * step;
  }
  return value;
}

Result<config::Allowance> ReadAllowance(std::string_view what,
                                        const std::vector<std::string>& texts, std::int64_t unit,
                                        config::Allowance allowance) {
  for (const std::string_view text : texts) {
    if (text == "none") {
      allowance = {};
      continue;
    }
    const std::size_t slash = text.find('/');
    const std::string_view amount = text.substr(0, slash);
    const std::string_view window =
        slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    if (window != "day" && window != "month") return BadAmount(what, text);
    std::optional<std::int64_t>& into = window == "day" ? allowance.day : allowance.month;
    into = amount == "none" ? std::nullopt : ReadDecimal(amount, unit);
    if (!into && amount != "none") return BadAmount(what, text);
  }
  return allowance;
}

/// The field's value: `{ day = 2, month = 20 }`; nullopt removes it.
std::optional<config::FieldValue> Written(const config::Allowance& allowance, std::int64_t unit) {
  std::string text;
  const auto add = [&](std::string_view window, const std::optional<std::int64_t>& amount) {
    if (!amount) return;
    const std::string number = unit == kNano ? WriteDollars(*amount) : std::to_string(*amount);
    text += fmt::format("{}{} = {}", text.empty() ? "{ " : ", ", window, number);
  };
  add("day", allowance.day);
  add("month", allowance.month);
  if (text.empty()) return std::nullopt;
  return config::Verbatim{text + " }"};
}

Result<std::optional<config::FieldValue>> ReadEnd(const std::string& text, WallTime wall) {
  if (text == "never" || text == "none") return std::optional<config::FieldValue>();
  if (config::ReadExpiry(text)) return std::optional<config::FieldValue>(text);
  if (const auto span = ReadDuration(text)) {
    return std::optional<config::FieldValue>(IsoTime(wall + *span));
  }
  return Fail(ErrorCode::kInvalidRequest,
              "expires: expected a span (\"30d\"), a day (\"2027-01-31\") or \"never\", found "
              "\"{}\"",
              text);
}

}  // namespace

bool Draft::empty() const {
  return !scopes && !models && !requests_per_minute && !tokens_per_minute && !parallel &&
         budgets.empty() && !budget_of && tokens.empty() && !expires && !enabled;
}

std::string WriteDollars(std::int64_t nano) {
  std::string text = fmt::format("{}.{:09}", nano / kNano, nano % kNano);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Result<std::vector<config::Field>> FieldsOf(const Draft& draft, const config::ClientKey& now,
                                            WallTime wall) {
  std::vector<config::Field> fields;
  if (draft.scopes) fields.push_back({"scopes", *draft.scopes});
  if (draft.models) fields.push_back({"models", *draft.models});
  for (const auto& [name, value] : {std::pair("requests_per_minute", draft.requests_per_minute),
                                    std::pair("tokens_per_minute", draft.tokens_per_minute),
                                    std::pair("parallel", draft.parallel)}) {
    if (!value) continue;
    fields.push_back({name, std::nullopt});
    if (*value != 0) fields.back().value = *value;
  }
  if (!draft.budgets.empty()) {
    auto budget = ReadAllowance("budget", draft.budgets, kNano, now.budget);
    if (!budget) return std::move(budget).error();
    fields.push_back({"budget", Written(*budget, kNano)});
  }
  if (draft.budget_of) fields.push_back({"budget_of", *draft.budget_of});
  if (!draft.tokens.empty()) {
    auto tokens = ReadAllowance("tokens", draft.tokens, 1, now.tokens);
    if (!tokens) return std::move(tokens).error();
    fields.push_back({"tokens", Written(*tokens, 1)});
  }
  if (draft.expires) {
    auto end = ReadEnd(*draft.expires, wall);
    if (!end) return std::move(end).error();
    fields.push_back({"expires", *std::move(end)});
  }
  if (draft.enabled) fields.push_back({"enabled", *draft.enabled});
  return fields;
}

config::Change AddKey(const std::string& name, const std::string& id, const std::string& hash,
                      std::vector<config::Field> fields) {
  fields.insert(fields.begin(), {{"id", id}, {"hash", hash}});
  return config::PutEntry{name, std::move(fields), config::kKeyList};
}

config::Change RotateKey(const config::ClientKey& key, const std::string& hash, Duration grace,
                         WallTime wall) {
  std::vector<config::Field> fields = {{"hash", hash}};
  const bool keeps = grace > Duration(0);
  fields.push_back({"previous_hash", std::nullopt});
  fields.push_back({"previous_until", std::nullopt});
  if (keeps) {
    fields[1].value = key.hash;
    fields[2].value = IsoTime(wall + grace);
  }
  return config::UpdateEntry{key.name, std::move(fields), config::kKeyList};
}

}  // namespace agm::keys
