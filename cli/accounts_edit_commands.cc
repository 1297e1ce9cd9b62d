#include "cli/accounts_edit_commands.h"

#include "cli/account_status.h"
#include "core/config/edit.h"

namespace agm::cli {
namespace {

/// The change, if there is such an account; else kNotFound with the nearest name.
Result<config::Edited> Edit(const Context& context, const std::string& name,
                            const config::Change& change) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  if (auto account = FindAccount(**config, name); !account) return std::move(account).error();
  return config::EditFile(context.ConfigLocation().path, change, context.environment());
}

Result<void> SetEnabled(const Context& context, const std::string& name, bool enabled) {
  auto edited = Edit(context, name, config::UpdateAccount{name, {{"enabled", enabled}}});
  if (!edited) return std::move(edited).error();
  const std::string_view state = enabled ? "enabled" : "disabled";
  if (context.json()) {
    context.io().PrintJson({{"name", name}, {"enabled", enabled}, {"changed", edited->changed}});
  } else if (edited->changed) {
    context.io().Say("Account {} is {} now.", name, state);
  } else {
    context.io().Say("Account {} is {} already.", name, state);
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
  auto edited = Edit(context, options.name, config::RemoveAccount{options.name});
  if (!edited) return std::move(edited).error();
  if (context.json()) context.io().PrintJson({{"name", options.name}, {"removed", true}});
  else context.io().Say("Removed account {}.", options.name);
  return {};
}

}  // namespace agm::cli
