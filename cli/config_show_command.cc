#include <algorithm>

#include "cli/config_command.h"
#include "cli/key_options.h"
#include "core/config/show.h"
#include "core/config/toml_text.h"
#include "core/config/words.h"

namespace agm::cli {
namespace {

constexpr std::size_t kWidestColumn = 60;

/// Prints one TOML table, with the comments aligned in a column.
void PrintTable(Io& io, const std::vector<config::Shown>& settings, bool origin) {
  std::size_t width = 0;
  const auto line = [](const config::Shown& shown) { return shown.name + " = " + shown.value; };
  for (const auto& shown : settings) width = std::max(width, line(shown).size());
  for (const auto& shown : settings) {
    std::string comment = origin ? std::string(config::OriginName(shown.origin)) : "";
    if (!shown.note.empty()) comment += (comment.empty() ? "" : "; ") + shown.note;
    const std::string text = line(shown);
    if (comment.empty()) {
      io.Print("{}\n", text);
    } else {
      const std::size_t column = width > kWidestColumn ? 0 : width;
      io.Print("{:<{}}  {}\n", text, column, io.Paint("# " + comment, Colour::kDim));
    }
  }
}

void PrintToml(Io& io, const config::Loaded& loaded, bool origin) {
  const std::string where = loaded.path.empty() ? "no configuration file" : loaded.path.string();
  io.Print("{}\n", io.Paint(fmt::format("# {}{}", where, loaded.found ? "" : " (not there)"),
                            Colour::kDim));
  for (const config::ShownTable& table : config::ShowTables(loaded)) {
    io.Print("{}[{}]\n", table.name == "proxy" ? "" : "\n", table.name);
    PrintTable(io, table.settings, origin);
  }
  if (!loaded.config.mapping.empty()) io.Print("\n[proxy.custom_mapping]\n");
  std::vector<config::Shown> rules;
  for (const auto& rule : loaded.config.mapping) {
    rules.push_back(
        {config::Quoted(rule.from), config::QuotedList(rule.to), config::Origin::kFile, {}});
  }
  PrintTable(io, rules, origin);
  for (const auto& account : loaded.config.accounts) {
    io.Print("\n[[accounts]]\n");
    PrintTable(io, config::ShowAccount(account), origin);
  }
}

Json Values(const std::vector<config::Shown>& settings) {
  Json json = Json::object();
  for (const auto& shown : settings) {
    if (auto value = ParseJson(shown.value)) json[shown.name] = std::move(*value);
  }
  return json;
}

/// Where a table stands in the document: /proxy/tls.
Json::json_pointer PlaceOf(const config::ShownTable& table) {
  std::string path = "/" + table.name;
  std::ranges::replace(path, '.', '/');
  return Json::json_pointer(path);
}

Json Keys(const std::vector<config::ApiKey>& keys) {
  Json list = Json::array();
  for (const auto& key : keys) list.push_back({{"name", key.name}, {"key", key.key.Masked()}});
  return list;
}

}  // namespace

Json SettingsDocument(const config::Loaded& loaded, bool origin) {
  const auto tables = config::ShowTables(loaded);
  Json json = {{"path", loaded.path.string()}, {"found", loaded.found}};
  for (const config::ShownTable& table : tables) json[PlaceOf(table)] = Values(table.settings);
  json["proxy"].erase("api_key");
  json["proxy"]["api_keys"] = Keys(loaded.config.proxy.api_keys);
  json["proxy"]["effective_auth_mode"] = config::Word(loaded.config.proxy.EffectiveAuthMode());
  json["custom_mapping"] = Json::object();
  for (const auto& rule : loaded.config.mapping) json["custom_mapping"][rule.from] = rule.to;
  json["accounts"] = Json::array();
  for (const auto& account : loaded.config.accounts) {
    Json shown = Values(config::ShowAccount(account));
    if (!account.unusable.empty()) shown["unusable"] = account.unusable;
    json["accounts"].push_back(std::move(shown));
  }
  json["keys"] = Json::array();
  for (const auto& key : loaded.config.keys) json["keys"].push_back(ToJson(key));
  if (!origin) return json;
  for (const config::ShownTable& table : tables) {
    const std::string prefix = table.name == "proxy" ? "" : table.name + ".";
    for (const config::Shown& shown : table.settings) {
      json["origins"][prefix + shown.name] = config::OriginName(shown.origin);
    }
  }
  return json;
}

void AddConfigShow(Commands at, Run<ConfigShowOptions> run) {
  auto options = std::make_shared<ConfigShowOptions>();
  CommandHandle command =
      at.Command("show", "Show the settings that are in effect", options, std::move(run));
  command.Flag("--origin", options->origin, "Say where each comes from: default, file or env");
  command.Footer(Examples({{"See what is in effect, secrets masked", "agm config show"},
                           {"See where each setting comes from", "agm config show --origin"}}));
}

Result<void> RunConfigShow(const Context& context, const ConfigShowOptions& options) {
  const auto loaded = context.Loaded();
  if (!loaded) return loaded.error();
  if (context.json()) {
    context.io().PrintJson(SettingsDocument(**loaded, options.origin));
  } else {
    PrintToml(context.io(), **loaded, options.origin);
  }
  return {};
}

}  // namespace agm::cli
