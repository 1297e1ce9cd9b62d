#include "cli/keys_command.h"

#include <algorithm>

#include "cli/key_options.h"
#include "cli/keys_add_command.h"
#include "cli/keys_list_command.h"

namespace agm::cli {
namespace {

/// The action on each of the named keys.
struct Verb {
  std::string done;  ///< "enabled"
  config::Change (*change)(const std::string& name);
};

Result<void> EditEach(const Context& context, const KeysEditOptions& options, const Verb& verb) {
  auto config = context.Config();
  if (!config) return std::move(config).error();
  std::vector<std::string> names;  // each once
  for (const std::string& name : options.names) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  std::vector<config::Change> changes;
  Json json = Json::array();
  for (const std::string& name : names) {
    auto key = FindKey(**config, name);
    if (!key) return std::move(key).error();
    changes.push_back(verb.change(name));
    json.push_back({{"name", name}, {verb.done, !options.dry_run}});
  }
  if (auto edited = EditKeys(context, changes, options.dry_run); !edited) return edited;
  if (context.json()) {
    context.io().PrintJson(json.size() == 1 ? json.front() : Json{{"keys", json}});
    return {};
  }
  if (options.dry_run) return {};
  for (const std::string& name : names) {
    context.io().Say("Key {} is {}; a running gateway takes it up at once.", name, verb.done);
  }
  return {};
}

config::Change Enabled(const std::string& name, bool enabled) {
  return config::UpdateEntry{name, {{"enabled", enabled}}, config::kKeyList};
}

void AddEdit(Commands at, const std::string& verb, const std::string& summary,
             Run<KeysEditOptions> run, const Example& example) {
  auto options = std::make_shared<KeysEditOptions>();
  CommandHandle command = at.Command(verb, summary, options, std::move(run));
  command.Option("NAME", options->names, "The keys").Required().Type("KEY");
  command.Flag("--dry-run", options->dry_run, "Only show what would be written");
  command.Footer(Examples({example}));
}

}  // namespace

Result<void> RunKeysEnable(const Context& context, const KeysEditOptions& options) {
  return EditEach(context, options,
                  {"enabled", [](const std::string& name) { return Enabled(name, true); }});
}

Result<void> RunKeysDisable(const Context& context, const KeysEditOptions& options) {
  return EditEach(context, options,
                  {"disabled", [](const std::string& name) { return Enabled(name, false); }});
}

Result<void> RunKeysRemove(const Context& context, const KeysEditOptions& options) {
  return EditEach(context, options,
                  {"removed", [](const std::string& name) {
                     return config::Change(config::RemoveEntry{name, config::kKeyList});
                   }});
}

void AddKeys(Commands at) {
  Commands keys = at.Group("keys", "Manage client keys, their limits and budgets");
  keys.Footer(Examples({{"A key with a budget, shown once", "agm keys add ci --budget 2/day"},
                        {"What each key has spent", "agm keys list"}}));
  AddKeysAdd(keys);
  AddKeysList(keys);
  AddKeysShow(keys);
  AddKeysSet(keys);
  AddKeysRotate(keys);
  AddEdit(keys, "enable", "Let keys work again", RunKeysEnable,
          {"After a holiday", "agm keys enable ci"});
  AddEdit(keys, "disable", "Refuse keys, but keep their settings", RunKeysDisable,
          {"Stop a key at once", "agm keys disable ci"});
  AddEdit(keys, "remove", "Take keys out of the configuration", RunKeysRemove,
          {"Forget a key", "agm keys remove ci"});
  AddKeysUsage(keys);
  AddKeysAdopt(keys);
}

}  // namespace agm::cli
