#include "cli/accounts_edit_commands.h"

#include <algorithm>
#include <vector>

#include "cli/account_status.h"
#include "core/config/edit.h"

namespace agm::cli {
namespace {

/// The named accounts in the file, each once; kNotFound with the nearest name.
Result<std::vector<const config::Account*>> Present(const Context& context,
                                                    const std::vector<std::string>& names) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  std::vector<const config::Account*> present;
  for (const std::string& name : names) {
    auto account = FindAccount(**config, name);
    if (!account) return std::move(account).error();
    if (std::ranges::count(present, *account) == 0) present.push_back(*account);
  }
  return present;
}

Result<void> Edit(const Context& context, const std::vector<config::Change>& changes) {
  if (changes.empty()) return {};
  auto edited = config::EditFile(context.ConfigLocation().path, changes, context.environment());
  if (!edited) return std::move(edited).error();
  return {};
}

/// One account's document stands alone; those of several are a list.
void PrintJson(const Context& context, const Json& accounts) {
  context.io().PrintJson(accounts.size() == 1 ? accounts.front() : Json{{"accounts", accounts}});
}

Result<void> SetEnabled(const Context& context, const std::vector<std::string>& names,
                        bool enabled) {
  auto accounts = Present(context, names);
  if (!accounts) return std::move(accounts).error();
  std::vector<config::Change> changes;
  for (const config::Account* account : *accounts) {
    if (account->enabled == enabled) continue;
    changes.emplace_back(config::UpdateEntry{account->name, {{"enabled", enabled}}});
  }
  if (auto edited = Edit(context, changes); !edited) return edited;
  Json json = Json::array();
  for (const config::Account* account : *accounts) {
    const bool changed = account->enabled != enabled;
    if (enabled) Recover(context, account->name);
    json.push_back({{"name", account->name}, {"enabled", enabled}, {"changed", changed}});
    if (context.json()) continue;
    context.io().Say("Account {} is {} {}.", account->name, enabled ? "enabled" : "disabled",
                     changed ? "now" : "already");
  }
  if (context.json()) PrintJson(context, json);
  return {};
}

CommandHandle AddEdit(Commands at, const std::string& verb, const std::string& summary,
                      Run<AccountsEditOptions> run) {
  auto options = std::make_shared<AccountsEditOptions>();
  CommandHandle command = at.Command(verb, summary, options, std::move(run));
  command.Option("NAME", options->names, "The accounts").Required().Type("ACCOUNT");
  return command;
}

}  // namespace

void AddAccountsEnable(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "enable", "Use accounts again", std::move(run))
      .Footer(Examples({{"Let it serve again", "agm accounts enable work"}}));
}

void AddAccountsDisable(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "disable", "Leave accounts unused, but keep their settings", std::move(run))
      .Footer(Examples({{"Take it out for a while", "agm accounts disable work"}}));
}

void AddAccountsRemove(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "remove", "Take accounts out of the configuration", std::move(run))
      .Footer(Examples({{"Forget it, key and all", "agm accounts remove work"}}));
}

Result<void> RunAccountsEnable(const Context& context, const AccountsEditOptions& options) {
  return SetEnabled(context, options.names, true);
}

Result<void> RunAccountsDisable(const Context& context, const AccountsEditOptions& options) {
  return SetEnabled(context, options.names, false);
}

Result<void> RunAccountsRemove(const Context& context, const AccountsEditOptions& options) {
  auto accounts = Present(context, options.names);
  if (!accounts) return std::move(accounts).error();
  std::vector<config::Change> changes;
  for (const config::Account* account : *accounts) {
    changes.emplace_back(config::RemoveEntry{account->name});
  }
  if (auto edited = Edit(context, changes); !edited) return edited;
  Json json = Json::array();
  for (const config::Account* account : *accounts) {
    json.push_back({{"name", account->name}, {"removed", true}});
    if (!context.json()) context.io().Say("Removed account {}.", account->name);
  }
  if (context.json()) PrintJson(context, json);
  return {};
}

}  // namespace agm::cli
