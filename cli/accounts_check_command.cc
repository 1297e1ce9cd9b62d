#include "cli/accounts_check_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "cli/abilities.h"
#include "cli/account_status.h"
#include "cli/credential_check.h"
#include "cli/table.h"
#include "core/base/glob.h"

namespace agm::cli {
namespace {

constexpr Duration kTimeout{2'000};

/// The result for one account.
struct Checked {
  accounts::AccountStatus status;  ///< from the gateway or the state folder
  CredentialVerdict verdict;
  std::optional<std::vector<std::string>> models;  ///< models that it offers and may serve
  std::optional<Abilities> abilities{};            ///< of a server with OpenAI's API
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

/// The models that the account's upstream offers and its settings allow; nullopt if the upstream
/// does not list them.
std::optional<std::vector<std::string>> ModelsOf(const Context& context,
                                                 const config::Account& account) {
  const auto listed = AskForModels(context, account);
  const auto* entries = std::get_if<std::vector<upstream::ModelEntry>>(&listed);
  if (entries == nullptr) return std::nullopt;
  std::vector<std::string> models;
  for (const upstream::ModelEntry& entry : *entries) {
    const bool served = std::ranges::any_of(
        account.models, [&](const std::string& glob) { return GlobMatches(glob, entry.id); });
    if (served) models.push_back(entry.id);
  }
  return models;
}

Checked Check(const Context& context, const config::Account& account, const AccountStates& states) {
  Checked checked;
  checked.status.name = account.name;
  checked.status.project = account.project;
  const auto known =
      std::ranges::find(states.accounts, account.name, &accounts::AccountStatus::name);
  if (known != states.accounts.end()) checked.status = *known;
  checked.verdict = TryCredential(context, account);
  accounts::SeenQuotas hit;
  hit.Note({}, checked.verdict.quotas);
  checked.status.quotas.insert(checked.status.quotas.end(), hit.all().begin(), hit.all().end());
  if (checked.verdict.credential != Credential::kGood) return checked;
  checked.models = ModelsOf(context, account);
  const bool differ = config::FactsOf(account.kind).has_own_models;
  if (differ && checked.models && !checked.models->empty()) {
    checked.abilities = AskForAbilities(context, account, checked.models->front());
  }
  // The account works again, so end its quarantine.
  if (checked.status.state == accounts::AccountState::kQuarantined) Recover(context, account.name);
  return checked;
}

Json ToJson(const Checked& checked) {
  const CredentialVerdict& verdict = checked.verdict;
  const bool good = verdict.credential == Credential::kGood;
  return {{"name", checked.status.name},
          {"result", CredentialName(verdict.credential)},
          {"latency_ms", good ? Json(verdict.took.count()) : Json()},
          {"project", checked.status.project.empty() ? Json() : Json(checked.status.project)},
          {"models", checked.models ? Json(*checked.models) : Json()},
          {"abilities", checked.abilities ? Json(AbilityNames(*checked.abilities)) : Json()},
          {"quotas", QuotaNames(checked.status)},
          {"reason", good ? Json() : Json(verdict.reason)},
          {"why", good ? Json() : Json(verdict.why)}};
}

void Print(const Context& context, const std::vector<Checked>& all) {
  Table table({"NAME", "RESULT", "TIME", "PROJECT", "MODELS", "QUOTAS SEEN", "REASON"});
  Json accounts = Json::array();
  for (const Checked& checked : all) {
    const CredentialVerdict& verdict = checked.verdict;
    const bool good = verdict.credential == Credential::kGood;
    accounts.push_back(ToJson(checked));
    table.Add({checked.status.name,
               {std::string(CredentialName(verdict.credential)), ColourOf(verdict.credential)},
               good ? fmt::format("{} ms", verdict.took.count()) : "",
               checked.status.project,
               checked.models ? std::to_string(checked.models->size()) : "",
               fmt::format("{}", fmt::join(QuotaNames(checked.status), ", ")),
               verdict.why});
  }
  if (context.json())
    context.io().PrintJson({{"accounts", accounts}});
  else
    table.Print(context.io());
  for (const Checked& checked : all) {
    if (!checked.abilities || context.json()) continue;
    const auto names = AbilityNames(*checked.abilities);
    context.io().Say(
        "{} can do with {}: {}", checked.status.name, checked.abilities->model,
        names.empty() ? "nothing that was tried" : fmt::format("{}", fmt::join(names, ", ")));
  }
}

/// The command's overall result: "unreachable" only if no credential was refused.
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
  CommandHandle command =
      at.Command("check", "Try the accounts' credentials upstream, and tell what they can do",
                 options, std::move(run));
  command.Option("NAME", options->names, "The accounts; all without any").Type("ACCOUNT");
  command.Footer(
      Examples({{"Try them all", "agm accounts check"}, {"Try one", "agm accounts check work"}}));
}

Result<void> RunAccountsCheck(const Context& context, const AccountsCheckOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  context.WarnOfLocalProblems();
  auto chosen = Chosen(**config, options.names);
  if (!chosen) return std::move(chosen).error();
  if (chosen->empty()) {
    context.io().Say("No account is configured.");
    context.io().Next("agm accounts add NAME");
  }
  auto states = LoadAccountStates(context, kTimeout);
  if (!states) return std::move(states).error();
  std::vector<Checked> all;
  for (const config::Account* account : *chosen) {
    context.io().Progress(
        fmt::format("{}/{} {} ...", all.size() + 1, chosen->size(), account->name));
    all.push_back(Check(context, *account, *states));
  }
  context.io().Progress("");
  Print(context, all);
  return Outcome(all);
}

}  // namespace agm::cli
