#include "cli/accounts_edit_commands.h"

#include "cli/account_status.h"
#include "core/config/edit.h"

namespace agm::cli {
namespace {

/// Finds an account in the file by name; kNotFound with the nearest name.
Result<const config::Account*> Present(const Context& context, const std::string& name) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  return FindAccount(**config, name);
}

Result<config::Edited> Edit(const Context& context, const config::Change& change) {
  return config::EditFile(context.ConfigLocation().path, change, context.environment());
}

Result<void> SetEnabled(const Context& context, const std::string& name, bool enabled) {
  auto account = Present(context, name);
  if (!account) return std::move(account).error();
  const bool changes = (*account)->enabled != enabled;
  if (changes) {
    auto edited = Edit(context, config::UpdateAccount{name, {{"enabled", enabled}}});
    if (!edited) return std::move(edited).error();
  }
  if (enabled) Heal(context, name);
  if (context.json()) {
    context.io().PrintJson({{"name", name}, {"enabled", enabled}, {"changed", changes}});
  } else {
    context.io().Say("Account {} is {} {}.", name, enabled ? "enabled" : "disabled",
                     changes ? "now" : "already");
  }
  return {};
}

CLI::App& AddEdit(Commands at, const std::string& verb, const std::string& summary,
                  Run<AccountsEditOptions> run) {
  auto options = std::make_shared<AccountsEditOptions>();
  CLI::App& command = at.Command(verb, summary, options, std::move(run));
  command.add_option("NAME", options->name, "The account")->required()->type_name("ACCOUNT");
  return command;
}

}  // namespace

void AddAccountsEnable(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "enable", "Use an account again", std::move(run))
      .footer(Examples({{"Let it serve again", "agm accounts enable work"}}));
}

void AddAccountsDisable(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "disable", "Leave an account unused, but keep its settings", std::move(run))
      .footer(Examples({{"Take it out for a while", "agm accounts disable work"}}));
}

void AddAccountsRemove(Commands at, Run<AccountsEditOptions> run) {
  AddEdit(at, "remove", "Take an account out of the configuration", std::move(run))
      .footer(Examples({{"Forget it, key and all", "agm accounts remove work"}}));
}

Result<void> RunAccountsEnable(const Context& context, const AccountsEditOptions& options) {
  return SetEnabled(context, options.name, true);
}

Result<void> RunAccountsDisable(const Context& context, const AccountsEditOptions& options) {
  return SetEnabled(context, options.name, false);
}

Result<void> RunAccountsRemove(const Context& context, const AccountsEditOptions& options) {
  auto account = Present(context, options.name);
  if (!account) return std::move(account).error();
  auto edited = Edit(context, config::RemoveAccount{options.name});
  if (!edited) return std::move(edited).error();
  if (context.json())
    context.io().PrintJson({{"name", options.name}, {"removed", true}});
  else
    context.io().Say("Removed account {}.", options.name);
  return {};
}

}  // namespace agm::cli
