#include "cli/accounts_add_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <variant>
#include <vector>

#include "cli/account_status.h"
#include "cli/account_words.h"
#include "cli/credential_check.h"
#include "cli/embedded_mock.h"
#include "core/base/file.h"
#include "core/base/secret.h"
#include "core/config/edit.h"
#include "core/config/words.h"

namespace agm::cli {
namespace {

using config::Field;

const config::Account* Find(const config::Config& config, const std::string& name) {
  auto account = FindAccount(config, name);
  return account ? *account : nullptr;
}

config::AccountKind KindOf(const AccountsAddOptions& options, const config::Account* present) {
  if (options.kind) return config::FindAccountKind(*options.kind).value();
  if (present != nullptr) return present->kind;
  return options.service_account ? config::AccountKind::kVertex : config::Account().kind;
}

/// The kinds that a login with a browser is for: "gemini and vertex".
std::string KindsWithLogin() {
  std::vector<std::string_view> words;
  for (const config::AccountKindFacts& kind : config::kAccountKinds) {
    if (!kind.oauth_scopes.empty()) words.push_back(kind.word);
  }
  return fmt::format("{}", fmt::join(words, " and "));
}

bool HasCredential(const config::Account& account) {
  return !account.api_key.empty() || !account.api_key_env.empty() ||
         !account.api_key_file.empty() || !account.service_account.empty() ||
         !account.refresh_token.empty();
}

/// Checks for wrong usage that the command tree cannot detect.
Result<void> CheckUsage(const AccountsAddOptions& options, config::AccountKind kind,
                        const config::Account* present) {
  if (BeginsLikeKey(options.name)) {
    return Fail(ErrorCode::kInvalidRequest,
                "NAME looks like a key; give a name, and the key when it is asked for");
  }
  if (options.service_account) {
    if (auto file = ReadFile(*options.service_account, 1U << 20U); !file) {
      return Fail(ErrorCode::kConfig, "--service-account: {}", file.error().message);
    }
  }
  const config::AccountKindFacts& facts = config::FactsOf(kind);
  const bool has_url = options.base_url || (present != nullptr && !present->base_url.empty());
  if (facts.needs_base_url && !has_url) {
    return Fail(ErrorCode::kInvalidRequest,
                "kind {} needs the server's address, such as "
                "--base-url http://127.0.0.1:11434/v1",
                facts.word);
  }
  const auto& oauth = options.oauth;
  const bool has = present != nullptr && HasCredential(*present);
  const bool given = has || options.service_account || options.key.given() || oauth.wanted;
  if (facts.has_service_accounts && facts.key == config::KeyNeed::kRequired && !given) {
    return Fail(ErrorCode::kInvalidRequest,
                "a {} account needs its key file (--service-account FILE), or your own OAuth "
                "client (--oauth)",
                facts.word);
  }
  if (!oauth.wanted && (oauth.client_id || oauth.client_secret.given())) {
    return Fail(ErrorCode::kInvalidRequest,
                "--client-id and --client-secret-... belong to --oauth, which is missing");
  }
  if (oauth.wanted && facts.oauth_scopes.empty()) {
    return Fail(ErrorCode::kInvalidRequest, "--oauth is for kinds {}", KindsWithLogin());
  }
  const bool project = options.project || (present != nullptr && !present->project.empty());
  if (oauth.wanted && facts.needs_project && !project) {
    return Fail(ErrorCode::kInvalidRequest, "a {} account needs its --project", facts.word);
  }
  return {};
}

/// True if the command line changes anything apart from the key.
bool ChangesFields(const AccountsAddOptions& options) {
  return options.kind || options.email || options.service_account || options.project ||
         options.location || options.base_url || !options.models.empty() || options.priority;
}

/// The account's new key; nullopt if it needs none, or keeps its present key.
Result<std::optional<ReadKey>> NewKey(const Context& context, const AccountsAddOptions& options,
                                      const std::string& name, config::AccountKind kind,
                                      const config::Account* present) {
  if (options.key.given()) {
    auto key = TakeKey(context, options.key);
    if (!key) return std::move(key).error();
    return std::optional(std::move(*key));
  }
  const bool keeps = present != nullptr && HasCredential(*present);
  // A server with OpenAI's API may have no keys; one that asks for a key says so when it is tried.
  const config::AccountKindFacts& facts = config::FactsOf(kind);
  const bool keyless = facts.key != config::KeyNeed::kRequired;
  if (keyless || options.service_account || options.oauth.wanted) return std::optional<ReadKey>();
  if (keeps && (ChangesFields(options) || !context.io().in_is_terminal)) {
    return std::optional<ReadKey>();
  }
  if (!facts.key_page.empty() && context.io().in_is_terminal) {
    context.io().Say("Create a key at {}{}, then paste it here.", facts.key_page,
                     facts.has_free_tier ? " (there is a free tier)" : "");
  }
  auto key = AskForKey(context, keeps ? fmt::format("API key for {} (empty keeps it): ", name)
                                      : fmt::format("API key for {}: ", name));
  if (!key) return std::move(key).error();
  if (key->key.empty() && keeps) return std::optional<ReadKey>();
  if (key->key.empty()) return Fail(ErrorCode::kInvalidRequest, "no key was typed");
  return std::optional(std::move(*key));
}

/// Performs the login, if one is requested.
Result<std::optional<OauthGrant>> Granted(const Context& context, const AccountsAddOptions& options,
                                          config::AccountKind kind, const config::Account* present,
                                          const Browser& browser) {
  if (!options.oauth.wanted) return std::optional<OauthGrant>();
  auto grant = LogIn(context, options.oauth, kind, present, browser);
  if (grant) return std::optional(std::move(*grant));
  Error error = std::move(grant).error();
  if (error.code != ErrorCode::kInvalidRequest) error.message += "\nNothing was added.";
  return error;
}

/// Sets one of the three key fields and removes the other two, because they exclude each other.
void PutKey(std::vector<Field>& fields, const ReadKey& key) {
  std::optional<config::FieldValue> itself, variable, file;
  if (!key.variable.empty())
    variable = key.variable;
  else if (!key.file.empty())
    file = key.file;
  else
    itself = key.key;
  fields.push_back({"api_key", itself});
  fields.push_back({"api_key_env", variable});
  fields.push_back({"api_key_file", file});
}

/// Removes the key and key file, because the gateway would prefer them to the grant.
void PutGrant(std::vector<Field>& fields, const OauthGrant& grant) {
  for (const char* other : {"api_key", "api_key_env", "api_key_file", "service_account"}) {
    fields.push_back({other, std::nullopt});
  }
  fields.push_back({"client_id", grant.client_id});
  fields.push_back({"client_secret", grant.client_secret.empty()
                                         ? std::optional<config::FieldValue>()
                                         : std::optional<config::FieldValue>(grant.client_secret)});
  fields.push_back({"refresh_token", grant.refresh_token});
}

std::string Absolute(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::absolute(name, ignored).lexically_normal().string();
}

std::vector<Field> Fields(const AccountsAddOptions& options, config::AccountKind kind,
                          const std::optional<ReadKey>& key, const std::optional<OauthGrant>& grant,
                          const config::Account* present) {
  std::vector<Field> fields;
  if (options.email) fields.push_back({"email", *options.email});
  const bool is_new = present == nullptr;
  if (is_new ? kind != config::Account().kind : options.kind.has_value()) {
    fields.push_back({"kind", std::string(config::Word(kind))});
  }
  if (key) PutKey(fields, *key);
  if (grant) PutGrant(fields, *grant);
  if (options.service_account) {
    fields.push_back({"service_account", Absolute(*options.service_account)});
  }
  if (options.project) fields.push_back({"project", *options.project});
  if (options.location) fields.push_back({"location", *options.location});
  if (options.base_url) fields.push_back({"base_url", *options.base_url});
  if (!options.models.empty()) fields.push_back({"models", options.models});
  if (options.priority) fields.push_back({"priority", *options.priority});
  if (!is_new && !present->enabled) fields.push_back({"enabled", true});
  return fields;
}

/// The resulting account, read from the resulting text, so that all its values are checked before
/// anything is tried or written.
Result<config::Account> Planned(const Context& context, const config::PutEntry& change) {
  const std::filesystem::path path = context.ConfigLocation().path;
  auto text = ReadFile(path);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::move(text).error();
  auto edited = config::EditText(text ? *text : std::string(), change, path);
  if (!edited) return std::move(edited).error();
  auto loaded = config::Load(config::Source{std::move(*edited), path}, context.environment());
  if (!loaded) return std::move(loaded).error();
  auto account = FindAccount(loaded->config, change.name);
  if (!account) return std::move(account).error();
  return **account;
}

/// Tries the credential unless the user declined; fails if the account must not be added.
Result<std::optional<CredentialVerdict>> Tried(const Context& context,
                                               const AccountsAddOptions& options,
                                               const config::Account& account) {
  if (options.no_check || EmbeddedMock::Serves(account)) {
    return std::optional<CredentialVerdict>();
  }
  context.io().Progress(fmt::format("trying {} upstream ...", account.name));
  CredentialVerdict verdict = TryCredential(context, account);
  if (verdict.credential == Credential::kGood) {
    const auto listed = AskForModels(context, account);
    const auto* models = std::get_if<std::vector<upstream::ModelEntry>>(&listed);
    if (models != nullptr) verdict.models = models->size();
  }
  context.io().Progress("");
  if (verdict.usable()) return std::optional(std::move(verdict));
  return RefusalOf(account, verdict);
}

/// Fails if another account has the key: two accounts with one key share one quota.
Result<void> CheckDuplicate(const config::Config& config, const config::Account& account) {
  const config::Account* other = AccountWithKey(config, account);
  if (other == nullptr) return {};
  const std::string_view page = config::FactsOf(account.kind).key_page;
  return Fail(ErrorCode::kForbidden,
              "account {} has this key already, and two accounts with one key share one quota. "
              "Nothing was added; give the key of another project{}",
              other->name, page.empty() ? "" : fmt::format(" (create one at {})", page));
}

/// The names of the models, the first few.
std::string Few(const std::vector<std::string>& names) {
  constexpr std::size_t kFew = 8;
  const std::size_t shown = std::min(names.size(), kFew);
  std::string text = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return names.size() > shown ? text + ", ..." : text;
}

/// The models of a server that names its own, and how a client asks for one.
void SayModels(const Context& context, const config::Account& account) {
  if (!config::FactsOf(account.kind).has_own_models) return;
  const auto listed = AskForModels(context, account);
  const auto* entries = std::get_if<std::vector<upstream::ModelEntry>>(&listed);
  if (entries == nullptr) return;
  std::vector<std::string> names;
  for (const upstream::ModelEntry& entry : *entries) names.push_back(entry.id);
  if (names.empty()) {
    context.io().Say("It has no models yet.");
    return;
  }
  context.io().Say("Its models: {}", Few(names));
  context.io().Say(
      "Clients ask for them by name, or give one another name: agm map set gpt-4o {}/{}",
      account.name, names.front());
}

void Report(const Context& context, const config::Account& account, bool is_new,
            const std::optional<CredentialVerdict>& verdict, bool gateway_runs) {
  if (context.json()) {
    Json json = {{"name", account.name}, {"added", is_new}, {"kind", config::Word(account.kind)}};
    json["key"] = ShownKey(account).empty() ? Json() : Json(ShownKey(account));
    json["check"] = verdict ? Json(CredentialName(verdict->credential)) : Json();
    json["models"] = verdict && verdict->models ? Json(*verdict->models) : Json();
    json["why"] = verdict && !verdict->why.empty() ? Json(verdict->why) : Json();
    context.io().PrintJson(json);
    return;
  }
  Io& io = context.io();
  const std::string done = is_new ? "Added" : "Updated";
  if (!verdict) {
    io.Say("{} account {}; {}.", done, account.name,
           EmbeddedMock::Serves(account) ? "the embedded mock answers for it" : "it was not tried");
  } else if (verdict->credential == Credential::kGood) {
    const std::string models =
        verdict->models ? fmt::format(" and lists {} models", *verdict->models) : "";
    io.Say("{} account {}: the upstream accepts it ({} ms){}.", done, account.name,
           verdict->took.count(), models);
  } else {
    io.Say("{} account {}: the upstream accepts it, but: {}", done, account.name, verdict->why);
  }
  if (verdict && verdict->credential == Credential::kGood) SayModels(context, account);
  if (gateway_runs) io.Say("The running gateway uses it from now on.");
  io.Next(gateway_runs ? "agm clients (points a client at the gateway)" : "agm serve");
}

OptionHandle Text(CommandHandle command, const char* flag, std::optional<std::string>& value,
                  const char* what, const char* type) {
  return command.Option(flag, value, what).Type(type);
}

void ExcludeEachOther(const std::vector<OptionHandle>& options) {
  for (OptionHandle one : options) {
    for (OptionHandle other : options) {
      if (one != other) one.Excludes(other);
    }
  }
}

void AddOauthClient(CommandHandle command, OauthOptions& oauth) {
  Text(command, "--client-id", oauth.client_id, "The OAuth client's ID, with --oauth", "ID");
  KeySource& secret = oauth.client_secret;
  ExcludeEachOther(
      {command.Flag("--client-secret-stdin", secret.from_stdin,
                    "Read the OAuth client's secret from standard input"),
       Text(command, "--client-secret-env", secret.variable,
            "Take the OAuth client's secret from this environment variable", "VAR"),
       Text(command, "--client-secret-file", secret.file,
            "Take it from this file, or the whole client from Google's JSON file", "FILE")});
}

}  // namespace

void AddAccountsAdd(Commands at, Run<AccountsAddOptions> run) {
  auto options = std::make_shared<AccountsAddOptions>();
  CommandHandle command =
      at.Command("add", "Add an account, or update the one of that name", options, std::move(run));
  command.Option("NAME", options->name, "What to call it; made up where it is missing")
      .Type("ACCOUNT");
  OneOf(command.Option("--kind", options->kind, "What kind of account it is (default gemini)"),
        {config::kAccountKindWords.begin(), config::kAccountKindWords.end()});
  Text(command, "--email", options->email, "What X-Account-Email shows", "EMAIL");
  OptionHandle from_stdin = command.Flag("--api-key-stdin", options->key.from_stdin,
                                         "Read the API key from standard input");
  OptionHandle variable = Text(command, "--api-key-env", options->key.variable,
                               "Use the key in this environment variable, now and later", "VAR");
  OptionHandle file = Text(command, "--api-key-file", options->key.file,
                           "Use the key in this file, now and later", "FILE");
  OptionHandle service = Text(command, "--service-account", options->service_account,
                              "Use this service account's key file (Vertex AI)", "FILE");
  OptionHandle oauth = command.Flag("--oauth", options->oauth.wanted,
                                    "Log in with a browser, through your own OAuth client");
  ExcludeEachOther({from_stdin, variable, file, service, oauth});
  AddOauthClient(command, options->oauth);
  Text(command, "--project", options->project, "The Google project whose quota it uses", "PROJECT");
  Text(command, "--location", options->location, "The region (Vertex AI)", "LOCATION");
  Text(command, "--base-url", options->base_url, "Where the upstream is, if not at Google", "URL");
  command.Option("--models", options->models, "Which upstream models it may serve (default *)")
      .Delimiter(',')
      .Type("GLOB,...");
  command.Option("--priority", options->priority, "Lower numbers serve first (default 0)")
      .Type("N");
  command.Flag("--no-check", options->no_check, "Add it without trying it upstream");
  command.Footer(
      Examples({{"Ask for the key without echo, try it, and add it", "agm accounts add work"},
                {"Take the key from a variable, now and whenever the gateway starts",
                 "agm accounts add work --api-key-env GEMINI_API_KEY"},
                {"Take it from a password manager",
                 "pass show gemini | agm accounts add work --api-key-stdin"},
                {"A Vertex AI account",
                 "agm accounts add cloud --service-account sa.json --project my-project"},
                {"A local server with OpenAI's API, such as Ollama",
                 "agm accounts add local --kind openai --base-url http://127.0.0.1:11434/v1"},
                {"The same with your own login, through a \"Desktop app\" OAuth client",
                 "agm accounts add cloud --kind vertex --project my-project --oauth \\\n"
                 "    --client-secret-file client_secret.json"}}));
}

Result<void> RunAccountsAdd(const Context& context, const AccountsAddOptions& options) {
  return RunAccountsAddWith(context, options, Browser());
}

Result<void> RunAccountsAddWith(const Context& context, const AccountsAddOptions& options,
                                const Browser& browser) {
  auto config = context.ConfigOrNew();
  if (!config) return std::move(config).error();
  std::string name = options.name;
  if (name.empty()) name = FreeAccountName(**config, {}, Word(KindOf(options, nullptr)));
  const config::Account* present = Find(**config, name);
  const config::AccountKind kind = KindOf(options, present);
  if (auto usage = CheckUsage(options, kind, present); !usage) return usage;
  auto key = NewKey(context, options, name, kind, present);
  if (!key) return std::move(key).error();
  auto grant = Granted(context, options, kind, present, browser);
  if (!grant) return std::move(grant).error();
  const config::PutEntry change{name, Fields(options, kind, *key, *grant, present)};
  auto account = Planned(context, change);
  if (!account) return std::move(account).error();
  if (auto unique = CheckDuplicate(**config, *account); !unique) return unique;
  auto verdict = Tried(context, options, *account);
  if (!verdict) return std::move(verdict).error();
  auto edited = config::EditFile(context.ConfigLocation().path, change, context.environment());
  if (!edited) return std::move(edited).error();
  const bool gateway_runs = Recover(context, name);
  if (!account->unusable.empty()) {
    context.io().Warn("account {} cannot be used: {}", name, account->unusable);
  }
  Report(context, *account, present == nullptr, *verdict, gateway_runs);
  return {};
}

}  // namespace agm::cli
