#include "cli/accounts_import_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "cli/account_status.h"
#include "cli/account_words.h"
#include "cli/credential_check.h"
#include "core/base/file.h"
#include "core/config/edit.h"
#include "core/config/load.h"

namespace agm::cli {
namespace {

constexpr std::size_t kLongest = 4U << 20U;

/// A line's key on its way to an account, and what became of it.
struct Import {
  int line = 0;
  config::Account account;
  std::string result;  ///< "added", "skipped", "refused" or "unreachable"
  std::string why{};
};

Result<std::string> ReadKeys(const Context& context, const std::string& file) {
  const bool from_stdin = file.empty() || file == "-";
  if (from_stdin && context.io().in_is_terminal) {
    return Fail(ErrorCode::kInvalidRequest,
                "give a FILE with one key on each line, or send the lines to standard input");
  }
  auto text = from_stdin ? context.io().ReadAll(kLongest) : ReadFile(file, kLongest);
  if (!text && !from_stdin) return Fail(ErrorCode::kConfig, "{}", text.error().message);
  return text;
}

/// An account with all defaults, as the configuration makes it.
config::Account NewAccount() {
  const auto loaded =
      config::Load(config::Source{"[[accounts]]\nname = \"new\"\napi_key = \"new\"\n", {}});
  return loaded ? loaded->config.accounts.front() : config::Account();
}

/// `[NAME] KEY`; an error never repeats the line, because it may hold a key.
Result<std::vector<Import>> ReadLines(const std::string& text, const config::Config& config) {
  std::vector<Import> imports;
  std::vector<std::string> names;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    std::vector<std::string> found;
    for (std::string word; words >> word;) found.push_back(std::move(word));
    if (found.empty() || found.front().starts_with('#')) continue;
    if (found.size() > 2) {
      return Fail(ErrorCode::kConfig, "line {}: expected KEY or NAME KEY, found {} words", number,
                  found.size());
    }
    Import import{number, NewAccount(), {}, {}};
    import.account.name =
        found.size() == 2 ? found.front() : FreeAccountName(config, names, "gemini");
    import.account.api_key = Secret(found.back());
    if (FindAccount(config, import.account.name) ||
        std::ranges::count(names, import.account.name) > 0) {
      return Fail(ErrorCode::kConfig, "line {}: there is an account \"{}\" already", number,
                  import.account.name);
    }
    names.push_back(import.account.name);
    imports.push_back(std::move(import));
  }
  return imports;
}

/// The account that has the key already, or to which an earlier line gives it; empty if there is
/// none.
std::string Owner(const Import& import, const config::Config& config,
                  const std::vector<Import>& earlier) {
  if (const auto* owner = AccountWithKey(config, import.account)) return owner->name;
  for (const Import& other : earlier) {
    if (other.line == import.line) break;
    const bool same = other.account.api_key.Matches(import.account.api_key.Reveal());
    if (same && other.result == "added") return other.account.name;
  }
  return {};
}

void Decide(const Context& context, const config::Config& config,
            const AccountsImportOptions& options, std::vector<Import>& imports) {
  std::size_t done = 0;
  for (Import& import : imports) {
    context.io().Progress(fmt::format("{}/{} {} ...", ++done, imports.size(), import.account.name));
    import.result = "added";
    if (const std::string owner = Owner(import, config, imports); !owner.empty()) {
      import.result = "skipped";
      import.why = fmt::format("account {} has this key", owner);
      continue;
    }
    if (options.no_check) continue;
    const CredentialVerdict verdict = TryCredential(context, import.account);
    if (verdict.usable()) continue;
    import.result = CredentialName(verdict.credential);
    import.why = verdict.why;
  }
  context.io().Progress("");
}

Result<void> Write(const Context& context, const std::vector<Import>& imports) {
  std::vector<config::Change> changes;
  for (const Import& import : imports) {
    if (import.result != "added") continue;
    changes.emplace_back(
        config::PutEntry{import.account.name, {{"api_key", import.account.api_key}}});
  }
  if (changes.empty()) return {};
  auto edited = config::EditFile(context.ConfigLocation().path, changes, context.environment());
  if (!edited) return std::move(edited).error();
  return {};
}

auto Count(const std::vector<Import>& imports, std::string_view result) {
  return std::ranges::count(imports, result, &Import::result);
}

void Print(const Context& context, const std::vector<Import>& imports) {
  Io& io = context.io();
  Json accounts = Json::array();
  for (const Import& import : imports) {
    accounts.push_back({{"line", import.line},
                        {"name", import.account.name},
                        {"result", import.result},
                        {"why", import.why.empty() ? Json() : Json(import.why)}});
    if (context.json() || import.result == "added") continue;
    io.Print("line {}: {}: {}\n", import.line, import.result, import.why);
  }
  if (context.json()) return io.PrintJson({{"accounts", accounts}});
  io.Say("Added {} accounts; skipped {} duplicates; {} refused; {} could not be tried.",
         Count(imports, "added"), Count(imports, "skipped"), Count(imports, "refused"),
         Count(imports, "unreachable"));
  if (Count(imports, "added") > 0) io.Next("agm accounts list");
}

Result<void> Outcome(const std::vector<Import>& imports) {
  const auto refused = Count(imports, "refused");
  const auto unreachable = Count(imports, "unreachable");
  if (refused > 0) {
    return Fail(ErrorCode::kUpstreamRejected,
                "{} keys were refused and not added; create others at {}", refused, kKeyPage);
  }
  if (unreachable == 0) return {};
  return Fail(ErrorCode::kUpstreamUnavailable,
              "{} keys could not be tried and were not added; --no-check adds them untried",
              unreachable);
}

}  // namespace

void AddAccountsImport(Commands at, Run<AccountsImportOptions> run) {
  auto options = std::make_shared<AccountsImportOptions>();
  CommandHandle command =
      at.Command("import", "Add an account for each key of a list", options, std::move(run));
  command
      .Option("FILE", options->file, "One KEY or NAME KEY on each line; - or none: standard input")
      .Type("FILE");
  command.Flag("--no-check", options->no_check, "Add them without trying them upstream");
  command.Footer(Examples(
      {{"Add all keys of a file", "agm accounts import keys.txt"},
       {"Take them from a password manager", "pass show gemini-keys | agm accounts import"}}));
}

Result<void> RunAccountsImport(const Context& context, const AccountsImportOptions& options) {
  auto config = context.ConfigOrNew();
  if (!config) return std::move(config).error();
  const auto text = ReadKeys(context, options.file);
  if (!text) return text.error();
  auto imports = ReadLines(*text, **config);
  if (!imports) return std::move(imports).error();
  if (imports->empty()) return Fail(ErrorCode::kConfig, "there is no key in the list");
  Decide(context, **config, options, *imports);
  if (auto written = Write(context, *imports); !written) return written;
  Print(context, *imports);
  return Outcome(*imports);
}

}  // namespace agm::cli
