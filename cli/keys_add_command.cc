#include "cli/keys_add_command.h"

#include <algorithm>

#include "cli/key_options.h"
#include "core/base/duration.h"
#include "core/config/load.h"
#include "core/config/words.h"
#include "core/keys/key_text.h"

namespace agm::cli {
namespace {

constexpr std::size_t kShortKey = 24;

/// Prints the key, which nothing can show again.
void PrintKey(const Context& context, const std::string& name, const keys::NewKey& made,
              bool dry_run) {
  Io& io = context.io();
  if (dry_run) {
    if (context.json()) io.PrintJson({{"name", name}, {"dry_run", true}});
    return;
  }
  if (context.json()) {
    io.PrintJson({{"name", name}, {"id", made.id}, {"key", made.key.Reveal()}});
    return;
  }
  io.Print("{}\n", made.key.Reveal());
}

void SayNext(const Context& context, const config::Config& config, const std::string& name) {
  Io& io = context.io();
  io.Say("Keep the key: only its digest is stored, so it is not shown again.");
  io.Say("Clients send it as \"Authorization: Bearer KEY\". See what it uses: agm keys show {}",
         name);
  if (config.proxy.EffectiveAuthMode() == config::AuthMode::kOff) {
    io.Say(
        "Requests without a key are answered too, and not limited. To ask for one: agm config "
        "set proxy.auth_mode all_except_health");
  }
}

}  // namespace

Result<void> RunKeysAdd(const Context& context, const KeysAddOptions& options) {
  auto config = context.ConfigOrNew();
  if (!config) return std::move(config).error();
  const auto& known = (*config)->keys;
  if (std::ranges::find(known, options.name, &config::ClientKey::name) != known.end()) {
    return Fail(ErrorCode::kConfig,
                "there is a key \"{}\" already; `agm keys set {}` changes its limits, `agm keys "
                "rotate {}` its secret",
                options.name, options.name, options.name);
  }
  auto fields = keys::FieldsOf(options.draft, {}, context.clock().Wall());
  if (!fields) return std::move(fields).error();
  if (!options.draft.scopes)
    fields->insert(fields->begin(), {"scopes", std::vector<std::string>{"inference"}});
  const keys::NewKey made = keys::MakeKey();
  auto edited =
      EditKeys(context, {keys::AddKey(options.name, made.id, made.hash, *std::move(fields))},
               options.dry_run);
  if (!edited) return edited;
  PrintKey(context, options.name, made, options.dry_run);
  if (options.dry_run) return {};
  context.io().Say("Added key {} ({}).", options.name, made.id);
  SayNext(context, **config, options.name);
  return {};
}

Result<void> RunKeysSet(const Context& context, const KeysAddOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto key = FindKey(**config, options.name);
  if (!key) return std::move(key).error();
  if (options.draft.empty()) {
    return Fail(ErrorCode::kInvalidRequest,
                "expected something to change, such as --budget 2/day or --rpm 60");
  }
  auto fields = keys::FieldsOf(options.draft, **key, context.clock().Wall());
  if (!fields) return std::move(fields).error();
  auto edited =
      EditKeys(context, {config::UpdateEntry{options.name, *std::move(fields), config::kKeyList}},
               options.dry_run);
  if (!edited) return edited;
  if (context.json()) {
    context.io().PrintJson({{"name", options.name}, {"changed", !options.dry_run}});
  } else if (!options.dry_run) {
    context.io().Say(
        "Changed key {}; a running gateway takes it up at once. See it: agm keys show "
        "{}",
        options.name, options.name);
  }
  return {};
}

Result<void> RunKeysRotate(const Context& context, const KeysRotateOptions& options) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  auto key = FindKey(**config, options.name);
  if (!key) return std::move(key).error();
  const auto grace = options.grace ? ReadDuration(*options.grace) : Duration(0);
  if (!grace) {
    return Fail(ErrorCode::kInvalidRequest, "--grace: expected a span such as 24h, found \"{}\"",
                *options.grace);
  }
  const keys::NewKey made = keys::MakeKey((*key)->id);
  auto edited =
      EditKeys(context, {keys::RotateKey(**key, made.hash, *grace, context.clock().Wall())},
               options.dry_run);
  if (!edited) return edited;
  PrintKey(context, options.name, made, options.dry_run);
  if (options.dry_run) return {};
  context.io().Say("Key {} has a new secret; the old one {}.", options.name,
                   *grace > Duration(0) ? "works for " + WriteDuration(*grace) + " more"
                                        : std::string("no longer works"));
  SayNext(context, **config, options.name);
  return {};
}

Result<void> RunKeysAdopt(const Context& context, const KeysAdoptOptions& options) {
  auto loaded = context.Loaded();
  if (!loaded) return std::move(loaded).error();
  const config::Proxy& proxy = (*loaded)->config.proxy;
  const auto given = [&](std::string_view name) {
    return (*loaded)->OriginOf(name) == config::Origin::kFile;
  };
  const bool from_file = given("api_key") || given("api_keys");
  std::vector<config::Change> changes;
  Json adopted = Json::array();
  if (given("api_key")) changes.emplace_back(config::SetSetting{{"proxy"}, {"api_key", {}}});
  if (given("api_keys")) changes.emplace_back(config::SetSetting{{"proxy"}, {"api_keys", {}}});
  for (const config::ApiKey& key : proxy.api_keys) {
    if (!from_file) break;
    std::vector<std::string> scopes;
    for (const std::string_view word : config::kKeyScopeWords) scopes.emplace_back(word);
    const std::string id = keys::MakeKey().id;
    changes.push_back(
        keys::AddKey(key.name, id, keys::HashOf(key.key.Reveal()), {{"scopes", scopes}}));
    adopted.push_back({{"name", key.name}, {"id", id}});
    if (key.key.Reveal().size() >= kShortKey) continue;
    context.io().Warn(
        "the key of {} is short, so its digest could be guessed from; better give "
        "it a new one: agm keys rotate {} --grace 24h",
        key.name, key.name);
  }
  if (auto edited = EditKeys(context, changes, options.dry_run); !edited) return edited;
  if (context.json()) {
    context.io().PrintJson({{"adopted", adopted}});
    return {};
  }
  if (adopted.empty()) {
    context.io().Say("The configuration has no proxy.api_key and no proxy.api_keys.");
    return {};
  }
  if (options.dry_run) return {};
  for (const Json& key : adopted) {
    context.io().Say("Adopted {}.", key["name"].get<std::string>());
  }
  context.io().Say(
      "Clients keep their keys; now they can have limits: agm keys set NAME --budget "
      "2/day");
  return {};
}

void AddKeysAdd(Commands at, Run<KeysAddOptions> run) {
  auto options = std::make_shared<KeysAddOptions>();
  CommandHandle command =
      at.Command("add", "Make a client key and print it once", options, std::move(run));
  command.Option("NAME", options->name, "What the key is called").Required().Type("NAME");
  AddKeyOptions(command, options->draft);
  command.Flag("--dry-run", options->dry_run, "Only show what would be written");
  command.Footer(Examples(
      {{"A key for a build server, two dollars a day", "agm keys add ci --budget 2/day --rpm 60"},
       {"A key that may only scrape metrics", "agm keys add prometheus --scope metrics"}}));
}

void AddKeysSet(Commands at, Run<KeysAddOptions> run) {
  auto options = std::make_shared<KeysAddOptions>();
  CommandHandle command = at.Command("set", "Change a key's limits", options, std::move(run));
  command.Option("NAME", options->name, "The key").Required().Type("KEY");
  AddKeyOptions(command, options->draft);
  command.Flag("--dry-run", options->dry_run, "Only show what would be written");
  command.Footer(Examples({{"More for this month", "agm keys set ci --budget 40/month"},
                           {"No limit per minute any more", "agm keys set ci --rpm 0"}}));
}

void AddKeysRotate(Commands at, Run<KeysRotateOptions> run) {
  auto options = std::make_shared<KeysRotateOptions>();
  CommandHandle command =
      at.Command("rotate", "Give a key another secret and print it once", options, std::move(run));
  command.Option("NAME", options->name, "The key").Required().Type("KEY");
  command.Option("--grace", options->grace, "How long the old secret works (default: not at all)")
      .Type("SPAN");
  command.Flag("--dry-run", options->dry_run, "Only show what would be written");
  command.Footer(Examples({{"Leave a day for the change", "agm keys rotate ci --grace 24h"}}));
}

void AddKeysAdopt(Commands at, Run<KeysAdoptOptions> run) {
  auto options = std::make_shared<KeysAdoptOptions>();
  CommandHandle command =
      at.Command("adopt", "Move proxy.api_key and proxy.api_keys to [[keys]], hashed", options,
                 std::move(run));
  command.Flag("--dry-run", options->dry_run, "Only show what would be written");
  command.Footer(Examples({{"Give old keys limits", "agm keys adopt"}}));
}

}  // namespace agm::cli
