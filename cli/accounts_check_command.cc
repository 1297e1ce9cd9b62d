#include "cli/accounts_check_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/account_status.h"
#include "cli/credential_check.h"
#include "cli/table.h"

namespace agm::cli {
namespace {

struct Checked {
  std::string name;
  CredentialVerdict verdict;
};

Result<std::vector<const config::Account*>> Chosen(const config::Config& config,
                                                   const std::vector<std::string>& names) {
  std::vector<const config::Account*> chosen;
  if (names.empty()) {
    for (const config::Account& account : config.accounts) chosen.push_back(&account);
  }
  for (const std::string& name : names) {
    auto account = FindAccount(config, name);
    if (!account) return std::move(account).error();
    chosen.push_back(*account);
  }
  return chosen;
}

Colour ColourOf(Credential credential) {
  switch (credential) {
    case Credential::kGood:
      return Colour::kGreen;
    case Credential::kLimited:
      return Colour::kYellow;
    case Credential::kRefused:
    case Credential::kUnreachable:
      return Colour::kRed;
  }
  return Colour::kRed;
}

void Print(const Context& context, const std::vector<Checked>& all) {
  Table table({"NAME", "RESULT", "TIME", "REASON"});
  Json accounts = Json::array();
  for (const auto& [name, verdict] : all) {
    const bool good = verdict.credential == Credential::kGood;
    const std::string result(CredentialName(verdict.credential));
    accounts.push_back({{"name", name},
                        {"result", result},
                        {"latency_ms", good ? Json(verdict.took.count()) : Json()},
                        {"reason", good ? Json() : Json(verdict.reason)},
                        {"why", good ? Json() : Json(verdict.why)}});
    table.Add({name,
               {result, ColourOf(verdict.credential)},
               good ? fmt::format("{} ms", verdict.took.count()) : "",
               verdict.why});
  }
  if (context.json())
    context.io().PrintJson({{"accounts", accounts}});
  else
    table.Print(context.io());
}

/// What the command as a whole says: unreachable only where nothing was refused.
Result<void> Outcome(const std::vector<Checked>& all) {
  auto count = [&](Credential credential) {
    return std::ranges::count_if(
        all, [&](const Checked& checked) { return checked.verdict.credential == credential; });
  };
  const auto refused = count(Credential::kRefused);
  const auto unreachable = count(Credential::kUnreachable);
  if (refused + unreachable == 0) return {};
  return Fail(refused > 0 ? ErrorCode::kUpstreamRejected : ErrorCode::kUpstreamUnavailable,
              "{} of {} accounts failed the check", refused + unreachable, all.size());
}

}  // namespace

void AddAccountsCheck(Commands at, Run<AccountsCheckOptions> run) {
  auto options = std::make_shared<AccountsCheckOptions>();
  CLI::App& command =
      at.Command("check", "Try the accounts' credentials upstream", options, std::move(run));
  command.add_option("NAME", options->names, "The accounts; all without any")->type_name("ACCOUNT");
  command.footer(
      Examples({{"Try them all", "agm accounts check"}, {"Try one", "agm accounts check work"}}));
}

Result<void> RunAccountsCheck(const Context& context, const AccountsCheckOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto chosen = Chosen(**config, options.names);
  if (!chosen) return std::move(chosen).error();
  if (chosen->empty())
    context.io().Say("No account is configured. Add one with: agm accounts add NAME");
  std::vector<Checked> all;
  for (const config::Account* account : *chosen) {
    context.io().Progress(
        fmt::format("{}/{} {} ...", all.size() + 1, chosen->size(), account->name));
    all.push_back({account->name, TryCredential(context, *account)});
  }
  context.io().Progress("");
  Print(context, all);
  return Outcome(all);
}

}  // namespace agm::cli
