#include "cli/accounts_list_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/account_status.h"
#include "cli/account_words.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

constexpr Duration kTimeout{2'000};

const config::Account* Configured(const config::Config& config, const std::string& name) {
  auto account = FindAccount(config, name);
  return account ? *account : nullptr;
}

Colour ColourOf(accounts::AccountState state) {
  if (state == accounts::AccountState::kReady) return Colour::kGreen;
  if (state == accounts::AccountState::kDisabled) return Colour::kDim;
  return state == accounts::AccountState::kQuarantined ? Colour::kRed : Colour::kYellow;
}

/// "3 %"; empty if there were no requests.
std::string ErrorRate(const accounts::AccountStatus& status) {
  if (status.requests == 0) return {};
  const double part = static_cast<double>(status.errors) / static_cast<double>(status.requests);
  return part > 0 && part < 0.01 ? "<1 %" : fmt::format("{:.0f} %", 100 * part);
}

/// The part that fits 80 columns.
Table ShortTable(const Context& context, const AccountStates& states) {
  Table table({"NAME", "STATE", "AGAIN", "REQUESTS", "TOKENS", "ERRORS"});
  for (const accounts::AccountStatus& status : states.accounts) {
    table.Add({status.name,
               {StateWords(status), ColourOf(status.state)},
               status.until ? WriteUntil(*status.until, context.clock().Wall()) : "",
               std::to_string(status.requests),
               std::to_string(status.tokens),
               ErrorRate(status)});
  }
  return table;
}

Table WideTable(const Context& context, const config::Config& config, const AccountStates& states) {
  const WallTime now = context.clock().Wall();
  Table table({"NAME", "KIND", "STATE", "AGAIN", "REQUESTS", "TOKENS", "ERRORS", "FIRST BYTE",
               "LAST USED", "KEY", "PROJECT", "REASON"});
  table.Wide();
  for (const accounts::AccountStatus& status : states.accounts) {
    const config::Account* account = Configured(config, status.name);
    table.Add({status.name,
               status.kind,
               {StateWords(status), ColourOf(status.state)},
               status.until ? WriteUntil(*status.until, now) : "",
               std::to_string(status.requests),
               std::to_string(status.tokens),
               ErrorRate(status),
               status.first_byte ? fmt::format("{} ms", status.first_byte->count()) : "",
               status.last_used ? WriteSince(*status.last_used, now) : "",
               account == nullptr ? "" : ShownKey(*account),
               status.project,
               fmt::format("{}", fmt::join(Notes(status, now), ". "))});
  }
  return table;
}

/// Below the table: why accounts or models cannot serve, and the remedy.
void PrintNotes(const Context& context, const AccountStates& states) {
  Io& io = context.io();
  const auto width = static_cast<std::size_t>(std::max(io.width, 40)) - 2;
  for (const accounts::AccountStatus& status : states.accounts) {
    for (const std::string& note : Notes(status, context.clock().Wall())) {
      const std::string text = status.name + ": " + note;
      io.Print("{}\n", io.out_is_terminal ? Wrap(text, 2, width) : text);
    }
  }
}

void PrintDocument(const Context& context, const config::Config& config,
                   const AccountStates& states) {
  Json accounts = Json::array();
  for (const accounts::AccountStatus& status : states.accounts) {
    accounts.push_back(ToJson(status, Configured(config, status.name)));
  }
  context.io().PrintJson({{"source", states.live ? "gateway" : "state"}, {"accounts", accounts}});
}

Result<void> Show(const Context& context, const AccountsListOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto states = LoadAccountStates(context, kTimeout);
  if (!states) return std::move(states).error();
  if (context.json()) {
    PrintDocument(context, **config, *states);
    return {};
  }
  if (options.watch) context.io().ClearScreen();
  if (states->accounts.empty()) {
    context.io().Say("No account is configured.");
    context.io().Next("agm accounts add NAME");
    return {};
  }
  if (options.wide) {
    WideTable(context, **config, *states).Print(context.io());
  } else {
    ShortTable(context, *states).Print(context.io());
    PrintNotes(context, *states);
  }
  if (!states->live)
    context.io().Say("No gateway is running; this is what the state folder holds.");
  return {};
}

}  // namespace

void AddAccountsList(Commands at, Run<AccountsListOptions> run) {
  auto options = std::make_shared<AccountsListOptions>();
  CommandHandle command = at.Command("list", "List the accounts with state, reason and until when",
                                     options, std::move(run));
  command.Flag("--watch", options->watch, "Repaint every second, until interrupted");
  command.Flag("--wide", options->wide, "Show all columns, however long the lines");
  command.Footer(Examples({{"Watch accounts enter and leave cooldown", "agm accounts list --watch"},
                           {"The names of those in cooldown",
                            "agm accounts list --json | jq -r '.accounts[] | "
                            "select(.state == \"cooling\").name'"}}));
}

Result<void> RunAccountsList(const Context& context, const AccountsListOptions& options) {
  if (auto config = context.Config(); !config) return std::move(config).error();
  context.WarnOfLocalProblems();
  if (!options.watch) return Show(context, options);
  if (context.json()) {
    return Fail(ErrorCode::kInvalidRequest,
                "--watch paints again and again, --json prints one "
                "document; choose one of them");
  }
  if (!context.io().out_is_terminal) {
    return Fail(ErrorCode::kInvalidRequest, "--watch needs a terminal on standard output");
  }
  for (int painted = 0; painted != options.repaints && !context.io().closed(); ++painted) {
    if (auto shown = Show(context, options); !shown) return shown;
    context.clock().Sleep(Duration(1'000));
  }
  return {};
}

}  // namespace agm::cli
