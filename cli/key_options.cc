#include "cli/key_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "cli/log_reader.h"
#include "cli/nearest.h"
#include "core/base/file.h"
#include "core/config/checks.h"
#include "core/config/settings.h"
#include "core/config/words.h"
#include "core/keys/calendar.h"
#include "core/keys/meters.h"

namespace agm::cli {
namespace {

constexpr std::size_t kLongestFile = 4U << 20U;
constexpr Duration kPatience{2'000};

/// The lines of `after` that are not in `before`, and the other way round, in their order.
std::string Difference(const std::string& before, const std::string& after) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      all.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return all;
  };
  std::vector<std::string> old = lines(before);
  std::vector<std::string> now = lines(after);
  while (!old.empty() && !now.empty() && old.front() == now.front()) {
    old.erase(old.begin());
    now.erase(now.begin());
  }
  while (!old.empty() && !now.empty() && old.back() == now.back()) {
    old.pop_back();
    now.pop_back();
  }
  std::string text;
  for (const std::string& line : old) text += "-" + line + "\n";
  for (const std::string& line : now) text += "+" + line + "\n";
  return text;
}

Result<void> ShowEdit(const Context& context, const std::filesystem::path& path,
                      const std::vector<config::Change>& changes) {
  const auto before = ReadFile(path, kLongestFile);
  std::string text = before ? *before : std::string();
  for (const config::Change& change : changes) {
    auto edited = config::EditText(text, change, path);
    if (!edited) return std::move(edited).error();
    text = *std::move(edited);
  }
  if (!context.json()) context.io().Out(Difference(before ? *before : std::string(), text));
  return {};
}

}  // namespace

void AddKeyOptions(CommandHandle command, keys::Draft& draft) {
  const auto list = [&](const char* name, auto& into, const char* text, const char* type) {
    return command.Option(name, into, text).Type(type).OneValue();
  };
  list("--models", draft.models, "Models that it may use, with *; gemini-*,gpt-4o", "GLOB,...")
      .Delimiter(',');
  command.Option("--rpm", draft.requests_per_minute, "Requests per minute; 0: no limit")
      .NotNegative()
      .Type("N");
  command.Option("--tpm", draft.tokens_per_minute, "Tokens per minute; 0: no limit")
      .NotNegative()
      .Type("N");
  command.Option("--parallel", draft.parallel, "Requests at the same time; 0: no limit")
      .NotNegative()
      .Type("N");
  list("--budget", draft.budgets, "US dollars for each day or month, such as 2/day; or none",
       "AMOUNT/WINDOW");
  OneOf(command.Option("--budget-of", draft.budget_of, "What the budget counts"),
        {"list", "billed"});
  list("--tokens", draft.tokens, "Tokens for each day or month, such as 5M/month; or none",
       "AMOUNT/WINDOW");
  command.Option("--expires", draft.expires, "Its end: 30d, 2027-01-31 or never").Type("TIME");
  list("--scope", draft.scopes, "What it may do: inference, read, metrics, admin", "SCOPE,...")
      .Delimiter(',');
}

Result<const config::ClientKey*> FindKey(const config::Config& config, const std::string& name) {
  std::vector<std::string> names;
  for (const config::ClientKey& key : config.keys) {
    if (key.name == name) return &key;
    names.push_back(key.name);
  }
  const bool old = std::ranges::find(config.proxy.api_keys, name, &config::ApiKey::name) !=
                   config.proxy.api_keys.end();
  if (old) {
    return Fail(ErrorCode::kNotFound,
                "\"{}\" is a key of [proxy], which has no limits; `agm keys adopt` moves it to "
                "[[keys]]",
                name);
  }
  const std::string near = Nearest(name, names);
  return Fail(
      ErrorCode::kNotFound, "there is no key \"{}\"{}", name,
      near.empty() ? "; `agm keys list` shows them" : fmt::format("; did you mean \"{}\"?", near));
}

Result<void> EditKeys(const Context& context, const std::vector<config::Change>& changes,
                      bool dry_run) {
  if (changes.empty()) return {};
  const auto path = context.ConfigFile();
  if (!path) return path.error();
  if (dry_run) return ShowEdit(context, *path, changes);
  auto edited = config::EditFile(*path, changes, context.environment());
  if (!edited) return std::move(edited).error();
  return {};
}

Result<ledger::Totals> LoggedSince(const Context& context, WallTime since) {
  const auto path = RequestLogPath(context);
  if (!path) return path.error();
  auto connection = store::Connection::OpenToRead(*path, kPatience);
  if (!connection && connection.error().code == ErrorCode::kNotFound) return ledger::Totals();
  if (!connection) return std::move(connection).error();
  return ledger::ReadTotals(*connection, since, context.clock().Wall() + std::chrono::hours(24));
}

std::string KeyState(const config::Config& config, const config::ClientKey& key, WallTime now) {
  if (!key.enabled) return "disabled";
  const auto end = config::ReadExpiry(key.expires);
  if (!end) return "ready";
  if (const auto* moment = std::get_if<WallTime>(&*end)) return now < *moment ? "ready" : "expired";
  const auto today = keys::ZoneOf(config)->DayOf(now);
  return today <= std::get<std::chrono::year_month_day>(*end) ? "ready" : "expired";
}

Json ToJson(const config::ClientKey& key) {
  Json scopes = Json::array();
  for (const config::KeyScope scope : key.scopes) scopes.push_back(config::Word(scope));
  const auto amount = [](const std::optional<std::int64_t>& value, double unit) {
    if (!value) return Json(nullptr);
    return unit == 1 ? Json(*value) : Json(static_cast<double>(*value) / unit);
  };
  const auto limit = [](int value) { return value > 0 ? Json(value) : Json(nullptr); };
  return {
      {"name", key.name},
      {"id", key.id},
      {"scopes", scopes},
      {"models", key.models},
      {"requests_per_minute", limit(key.requests_per_minute)},
      {"tokens_per_minute", limit(key.tokens_per_minute)},
      {"parallel", limit(key.parallel)},
      {"budget", {{"day", amount(key.budget.day, 1e9)}, {"month", amount(key.budget.month, 1e9)}}},
      {"budget_of", config::Word(key.budget_of)},
      {"tokens", {{"day", amount(key.tokens.day, 1)}, {"month", amount(key.tokens.month, 1)}}},
      {"expires", key.expires.empty() ? Json(nullptr) : Json(key.expires)},
      {"enabled", key.enabled}};
}

}  // namespace agm::cli
