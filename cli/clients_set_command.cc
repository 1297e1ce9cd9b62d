#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "cli/clients/connection.h"
#include "cli/clients/setup.h"
#include "cli/clients_command.h"
#include "cli/key_options.h"
#include "core/keys/key_text.h"

namespace agm::cli {
namespace {

/// The value of --key that makes a key.
constexpr std::string_view kNewKey = "new";

/// Shows the difference and asks; true if the user agrees. Never true without having shown it.
Result<bool> Agreed(const Context& context, const SetupPlan& plan, bool yes) {
  Io& io = context.io();
  io.Err(ShowPlan(plan));
  if (yes) return true;
  if (!io.in_is_terminal) {
    return Fail(ErrorCode::kNotFound, "nothing was written; --yes writes it without asking");
  }
  return io.Confirm("Write this? [y/N] ");
}

void Report(const Context& context, const Recipe& recipe, const SetupPlan& plan, bool written) {
  for (const std::string& kept : plan.kept) {
    context.io().Warn("{} has another value since, and stays", kept);
  }
  if (!context.json()) return;
  Json files = Json::array();
  for (const FileChange& file : plan.files) {
    if (file.changes()) files.push_back(file.path.string());
  }
  context.io().PrintJson({{"client", recipe.name},
                          {"written", written},
                          {"files", files},
                          {"kept", plan.kept},
                          {"diff", ShowPlan(plan)}});
}

bool Changes(const SetupPlan& plan) {
  for (const FileChange& file : plan.files) {
    if (file.changes()) return true;
  }
  return false;
}

struct Manner {
  bool dry_run = false;
  bool yes = false;
};

/// A client key that is made for a client.
struct OwnKey {
  std::string name;
  keys::NewKey made;
};

/// A key that no other has the name of: "codex", else "codex-2", ...
OwnKey MakeOwnKey(const config::Config& config, std::string_view client) {
  std::string name(client);
  const auto taken = [&] {
    return std::ranges::find(config.keys, name, &config::ClientKey::name) != config.keys.end();
  };
  for (int number = 2; taken(); ++number) name = fmt::format("{}-{}", client, number);
  return {std::move(name), keys::MakeKey()};
}

/// Adds the key to the configuration.
Result<void> AddOwnKey(const Context& context, const OwnKey& key) {
  return EditKeys(context,
                  {keys::AddKey(key.name, key.made.id, key.made.hash,
                                {{"scopes", std::vector<std::string>{"inference"}}})},
                  false);
}

/// Names the keys that `--key new` may have made for a client: they stay valid until removed.
void TellOfOwnKeys(const Context& context, std::string_view client) {
  const auto config = context.ConfigOrNew();
  if (!config) return;
  for (const config::ClientKey& key : (*config)->keys) {
    const bool own = key.name == client || key.name.starts_with(fmt::format("{}-", client));
    if (own) context.io().Say("The client key {0} stays: agm keys remove {0}", key.name);
  }
}

/// Shows a plan, asks, adds the client's own key and carries the plan out. The value tells whether
/// anything was written.
Result<bool> Propose(const Context& context, const Recipe& recipe, const SetupPlan& plan,
                     Manner manner, const std::optional<OwnKey>& key = {}) {
  const auto state = context.StateFolder();
  if (!state) return state.error();
  if (manner.dry_run || !Changes(plan)) {
    context.io().Err(ShowPlan(plan));
    if (!manner.dry_run) {
      if (auto carried = Carry(plan, *state, recipe.name); !carried) return carried.error();
    }
    Report(context, recipe, plan, false);
    return false;
  }
  const auto agreed = Agreed(context, plan, manner.yes);
  if (!agreed) return agreed.error();
  if (*agreed) {
    if (key) {
      if (auto added = AddOwnKey(context, *key); !added) return std::move(added).error();
    }
    if (auto carried = Carry(plan, *state, recipe.name); !carried) return carried.error();
  }
  Report(context, recipe, plan, *agreed);
  if (!*agreed) context.io().Say("Nothing was written.");
  return *agreed;
}

Result<std::optional<Journal>> Earlier(const Context& context, const Recipe& recipe) {
  const auto state = context.StateFolder();
  if (!state) return state.error();
  return LoadJournal(*state, recipe.name);
}

}  // namespace

void AddClientsSet(Commands at, Run<ClientsSetOptions> run) {
  auto options = std::make_shared<ClientsSetOptions>();
  CommandHandle command = at.Command(
      "set", "Change a client's settings, after showing the difference", options, std::move(run));
  command.Option("CLIENT", options->client, "The client").Required().Type("CLIENT");
  command.Option("--model", options->model, "The model that it asks for").Type("MODEL");
  command.Option("--key", options->key, "The client key of this name; \"new\" makes one")
      .Type("NAME");
  command.Flag("--dry-run", options->dry_run, "Only show the difference");
  command.Flag("-y,--yes", options->yes, "Write without asking");
  command.Footer(
      Examples({{"Change Codex's settings; shows the difference and asks",
                 "agm clients set codex --model gemini-2.5-pro"},
                {"Give it a client key of its own", "agm clients set codex --key new"}}));
}

Result<void> RunClientsSet(const Context& context, const ClientsSetOptions& options) {
  const auto recipe = FindRecipe(options.client);
  if (!recipe) return recipe.error();
  if ((*recipe)->settings.empty()) {
    return Fail(ErrorCode::kNotFound,
                "agm does not write the settings of {}; `agm clients show {}` "
                "prints what to set",
                (*recipe)->title, (*recipe)->name);
  }
  std::optional<OwnKey> own;
  if (options.key == kNewKey) {
    const auto config = context.ConfigOrNew();
    if (!config) return config.error();
    own = MakeOwnKey(**config, (*recipe)->name);
  }
  auto connection =
      own ? FindConnection(context, {options.model, {}})
          : FindConnection(context, {options.model, options.key, false, Purpose::kStore});
  if (!connection) return std::move(connection).error();
  if (own) {
    connection->key = own->made.key.Reveal();
    connection->secret = true;
    context.io().Say("The client key {} is made for it.", own->name);
  }
  const auto earlier = Earlier(context, **recipe);
  if (!earlier) return earlier.error();
  const auto plan = PlanSet(context, **recipe, *connection, earlier->value_or(Journal()));
  if (!plan) return plan.error();
  const auto written = Propose(context, **recipe, *plan, {options.dry_run, options.yes}, own);
  if (!written) return written.error();
  if (*written) {
    if (own) context.io().Say("Its limits: agm keys set {} --budget 2/day", own->name);
    context.io().Say("{} now asks {} for {}. Try: {}", (*recipe)->title, connection->base,
                     connection->model, (*recipe)->programs.front());
    if (!connection->running) context.io().Say("No gateway answers there yet; start it: agm serve");
  } else if (!Changes(*plan)) {
    context.io().Say("{} is set up so already.", (*recipe)->title);
  }
  return {};
}

void AddClientsUnset(Commands at, Run<ClientsUnsetOptions> run) {
  auto options = std::make_shared<ClientsUnsetOptions>();
  CommandHandle command = at.Command("unset", "Take out what set put in", options, std::move(run));
  command.Option("CLIENT", options->client, "The client").Required().Type("CLIENT");
  command.Flag("--dry-run", options->dry_run, "Only show the difference");
  command.Flag("-y,--yes", options->yes, "Write without asking");
  command.Footer(Examples({{"Put Codex's own settings back", "agm clients unset codex"}}));
}

Result<void> RunClientsUnset(const Context& context, const ClientsUnsetOptions& options) {
  const auto recipe = FindRecipe(options.client);
  if (!recipe) return recipe.error();
  const auto earlier = Earlier(context, **recipe);
  if (!earlier) return earlier.error();
  if (!*earlier) {
    return Fail(ErrorCode::kNotFound, "agm has set nothing for {}", (*recipe)->title);
  }
  const auto plan = PlanUnset(**earlier);
  if (!plan) return plan.error();
  const auto written = Propose(context, **recipe, *plan, {options.dry_run, options.yes});
  if (!written) return written.error();
  if (!*written) return {};
  context.io().Say("{} {}", (*recipe)->title,
                   plan->kept.empty() ? "is as it was." : "keeps what changed since.");
  TellOfOwnKeys(context, (*recipe)->name);
  return {};
}

}  // namespace agm::cli
