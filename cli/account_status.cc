#include "cli/account_status.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "cli/gateway_client.h"
#include "cli/nearest.h"
#include "cli/state_file.h"
#include "core/base/duration.h"
#include "core/base/iso_time.h"
#include "core/config/words.h"
#include "core/store/database.h"
#include "core/store/sqlite_pool_journal.h"

namespace agm::cli {
namespace {

accounts::AccountStatus ReadAccountState(const Json& object) {
  accounts::AccountStatus status;
  status.name = TextOf(object, "name");
  status.label = TextOf(object, "label");
  status.kind = TextOf(object, "kind");
  status.project = TextOf(object, "project");
  status.state = accounts::ReadAccountState(TextOf(object, "state"));
  status.reason = TextOf(object, "reason");
  status.why = TextOf(object, "why");
  status.model = TextOf(object, "model");
  status.until = ReadTime(TextOf(object, "until"));
  status.requests = NumberOf(object, "requests");
  status.errors = NumberOf(object, "errors");
  status.tokens = NumberOf(object, "tokens");
  status.in_flight = NumberOf(object, "in_flight");
  status.last_used = ReadTime(TextOf(object, "last_used"));
  auto first_byte = object.find("first_byte_ms");
  if (first_byte != object.end() && first_byte->is_number()) {
    status.first_byte = Duration(first_byte->get<Duration::rep>());
  }
  for (const Json& cooldown : ObjectsOf(object, "cooldowns")) {
    status.cooldowns.push_back({TextOf(cooldown, "model"), TextOf(cooldown, "reason"),
                                ReadTime(TextOf(cooldown, "until"))});
  }
  for (const Json& quota : ObjectsOf(object, "quotas")) {
    status.quotas.push_back({TextOf(quota, "model"), TextOf(quota, "name")});
  }
  return status;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json TimeOrNull(const std::optional<WallTime>& time) {
  return time ? Json(WriteTime(*time)) : Json();
}

}  // namespace

Result<std::vector<accounts::AccountStatus>> ReadAccountStates(const Json& document) {
  if (!document.is_object() || !document.contains("accounts") || !document["accounts"].is_array()) {
    return Fail(ErrorCode::kUpstreamRejected, "/agm/accounts gave no list of accounts");
  }
  std::vector<accounts::AccountStatus> accounts;
  for (const Json& account : document["accounts"]) {
    if (account.is_object()) accounts.push_back(ReadAccountState(account));
  }
  return accounts;
}

namespace {

constexpr Duration kStatePatience{500};
constexpr Duration kRecoverPatience{2'000};

/// Opens the state that a gateway left in the state folder and calls `use`; does nothing without
/// one.
template <class Use>
void WithState(const Context& context, Use use) {
  const auto folder = context.StateFolder();
  std::error_code ignored;
  if (!folder || !std::filesystem::exists(*folder / "state.db", ignored)) return;
  const auto database = store::Database::Open(*folder, kStatePatience);
  store::SqlitePoolJournal journal(*database, context.clock(),
                                   [&](const std::string& text) { context.io().Warn("{}", text); });
  use(journal);
}

/// The accounts' states according to the configuration and the state folder, without a gateway.
Result<AccountStates> FromState(const Context& context) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  std::optional<AccountStates> states;
  auto load = [&](accounts::PoolJournal* journal) {
    states = {accounts::Pool(*config, context.clock(), journal).Status(), false};
  };
  WithState(context, [&](accounts::PoolJournal& journal) { load(&journal); });
  if (!states) load(nullptr);
  return std::move(*states);
}

}  // namespace

Result<AccountStates> LoadAccountStates(const Context& context, Duration timeout) {
  auto document = GetJson(context, "/agm/accounts", timeout);
  if (document) {
    auto accounts = ReadAccountStates(*document);
    if (accounts) return AccountStates{std::move(*accounts), true};
    document = std::move(accounts).error();
  }
  const Error& error = document.error();
  if (error.code == ErrorCode::kConfig) return error;
  if (error.reason != kUnreachable) context.io().Warn("{}", error.message);
  return FromState(context);
}

bool Recover(const Context& context, const std::string& account) {
  WithState(context, [&](accounts::PoolJournal& journal) { journal.DropCooldowns(account); });
  const GatewayRequest request{
      "POST", "/agm/accounts", DumpJson({{"heal", account}}), {{"X-Agm", "1"}}};
  const auto recovered = AskJson(context, request, kRecoverPatience);
  // A gateway that has not loaded the account yet will read it and its cooldowns from the files.
  if (!recovered) context.io().Detail("{}", recovered.error().message);
  return recovered.has_value() || recovered.error().reason != kUnreachable;
}

std::string WriteTime(WallTime time) { return IsoTime(time); }

std::optional<WallTime> ReadTime(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || (*end != 'Z' && *end != '.')) return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&parts)));
}

std::string WriteUntil(WallTime until, WallTime now) {
  if (until <= now) return "now";
  const std::time_t seconds = std::chrono::system_clock::to_time_t(until);
  const bool soon = until - now < std::chrono::hours(20);
  const std::string clock = soon ? fmt::format("{:%H:%M:%S}", fmt::localtime(seconds))
                                 : fmt::format("{:%d %b %H:%M}", fmt::localtime(seconds));
  return fmt::format("in {} ({})", WriteDuration(until - now), clock);
}

std::string WriteSince(WallTime then, WallTime now) {
  const auto past = std::chrono::floor<std::chrono::seconds>(now - then);
  if (past <= std::chrono::seconds(0)) return "now";
  return WriteDuration(past) + " ago";
}

Json ToJson(const accounts::AccountStatus& status, const config::Account* account) {
  Json json = {{"name", status.name},
               {"label", status.label},
               {"kind", status.kind},
               {"project", TextOrNull(status.project)},
               {"state", accounts::NameOf(status.state)},
               {"reason", TextOrNull(status.reason)},
               {"why", TextOrNull(status.why)},
               {"model", TextOrNull(status.model)},
               {"until", TimeOrNull(status.until)},
               {"requests", status.requests},
               {"errors", status.errors},
               {"tokens", status.tokens},
               {"in_flight", status.in_flight},
               {"last_used", TimeOrNull(status.last_used)},
               {"first_byte_ms", status.first_byte ? Json(status.first_byte->count()) : Json()}};
  json["cooldowns"] = Json::array();
  for (const accounts::CooldownStatus& cooldown : status.cooldowns) {
    json["cooldowns"].push_back({{"model", TextOrNull(cooldown.model)},
                                 {"reason", cooldown.reason},
                                 {"until", TimeOrNull(cooldown.until)}});
  }
  json["quotas"] = QuotaNames(status);
  if (account == nullptr) return json;
  json["enabled"] = account->enabled;
  json["email"] = TextOrNull(account->email);
  json["key"] = TextOrNull(ShownKey(*account));
  json["base_url"] = TextOrNull(account->base_url);
  json["location"] = TextOrNull(account->location);
  json["models"] = account->models;
  json["priority"] = account->priority;
  return json;
}

std::vector<std::string> QuotaNames(const accounts::AccountStatus& status) {
  std::vector<std::string> names;
  for (const accounts::SeenQuota& quota : status.quotas) {
    if (std::ranges::count(names, quota.name) == 0) names.push_back(quota.name);
  }
  return names;
}

std::string ShownKey(const config::Account& account) {
  if (!account.api_key_env.empty()) return "$" + account.api_key_env;
  if (!account.api_key_file.empty()) return account.api_key_file;
  if (!account.service_account.empty()) return account.service_account;
  if (!account.refresh_token.empty()) return account.refresh_token.Masked();
  return account.api_key.Masked();
}

const config::Account* AccountWithKey(const config::Config& config,
                                      const config::Account& account) {
  if (account.api_key.empty()) return nullptr;
  const auto same = [&](const config::Account& other) {
    return other.name != account.name && other.Endpoint() == account.Endpoint() &&
           other.api_key.Matches(account.api_key.Reveal());
  };
  const auto found = std::ranges::find_if(config.accounts, same);
  return found == config.accounts.end() ? nullptr : &*found;
}

std::string FreeAccountName(const config::Config& config, const std::vector<std::string>& taken,
                            std::string_view kind) {
  for (int number = 1;; ++number) {
    std::string name = number == 1 ? std::string(kind) : fmt::format("{}-{}", kind, number);
    const bool used = std::ranges::count(config.accounts, name, &config::Account::name) > 0 ||
                      std::ranges::count(taken, name) > 0;
    if (!used) return name;
  }
}

Result<const config::Account*> FindAccount(const config::Config& config, const std::string& name) {
  std::vector<std::string> names;
  for (const config::Account& account : config.accounts) {
    if (account.name == name) return &account;
    names.push_back(account.name);
  }
  const std::string near = Nearest(name, names);
  return Fail(ErrorCode::kNotFound, "there is no account \"{}\"{}", name,
              near.empty() ? "; `agm accounts list` shows them"
                           : fmt::format("; did you mean \"{}\"?", near));
}

}  // namespace agm::cli
