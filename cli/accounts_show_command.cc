#include "cli/accounts_show_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/account_status.h"
#include "cli/account_words.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

constexpr Duration kTimeout{2'000};

std::string Shown(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_object()) {  // a cooldown
    const std::string model = value["model"].is_null() ? "all models" : Shown(value["model"]);
    const std::string until = value["until"].is_null() ? "it is fixed" : Shown(value["until"]);
    return fmt::format("{}: {} until {}", model, ReasonWords(Shown(value["reason"])), until);
  }
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return DumpJson(value);
  std::string list;
  for (const Json& item : value) list += (list.empty() ? "" : ", ") + Shown(item);
  return list;
}

/// A JSON name for people: "in flight".
std::string Spoken(std::string key) {
  std::ranges::replace(key, '_', ' ');
  return key;
}

void PrintLines(const Context& context, Json json, const accounts::AccountStatus& status) {
  json["state"] = StateWords(status);
  if (!status.reason.empty()) json["reason"] = ReasonWords(status.reason);
  const std::string remedy = Remedy(status.reason, status.name, status.kind);
  if (!remedy.empty()) json["remedy"] = remedy;
  std::size_t width = 0;
  for (const auto& [key, value] : json.items()) width = std::max(width, key.size());
  for (const auto& [key, value] : json.items()) {
    const std::string text = Shown(value);
    if (text.empty()) continue;
    context.io().Print("{:<{}}  {}\n", Spoken(key), width, Shorten(text, 1000));
  }
}

}  // namespace

void AddAccountsShow(Commands at, Run<AccountsShowOptions> run) {
  auto options = std::make_shared<AccountsShowOptions>();
  CommandHandle command =
      at.Command("show", "Show everything about one account", options, std::move(run));
  command.Option("NAME", options->name, "The account").Required().Type("ACCOUNT");
  command.Footer(Examples({{"What is known of an account", "agm accounts show work"}}));
}

Result<void> RunAccountsShow(const Context& context, const AccountsShowOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto account = FindAccount(**config, options.name);
  if (!account) return std::move(account).error();
  auto states = LoadAccountStates(context, kTimeout);
  if (!states) return std::move(states).error();
  auto found = std::ranges::find(states->accounts, options.name, &accounts::AccountStatus::name);
  accounts::AccountStatus status;
  status.name = options.name;  // if the gateway has not loaded the account yet
  if (found != states->accounts.end()) status = *found;
  const Json json = ToJson(status, *account);
  if (context.json()) {
    context.io().PrintJson(json);
    return {};
  }
  PrintLines(context, json, status);
  return {};
}

}  // namespace agm::cli
