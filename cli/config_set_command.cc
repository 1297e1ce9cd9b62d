#include "cli/config_set_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/config_command.h"
#include "cli/nearest.h"
#include "core/config/edit.h"
#include "core/config/settings_tables.h"

namespace agm::cli {
namespace {

constexpr std::string_view kMapping = "custom_mapping.";
constexpr std::string_view kAccounts = "accounts.";

/// The member of an object, or the account of that name in a list.
const Json* Step(const Json& at, const std::string& name) {
  if (at.is_object()) return at.contains(name) ? &at[name] : nullptr;
  if (!at.is_array()) return nullptr;
  for (const Json& item : at) {
    if (TextOf(item, "name") == name) return &item;
  }
  return nullptr;
}

/// Walks along a path of names. A name may hold dots itself ("gpt-4.1"): the longest one counts.
const Json* Walk(const Json& at, std::string_view path) {
  if (path.empty()) return &at;
  for (std::size_t end = path.size(); end != std::string_view::npos && end > 0;
       end = path.rfind('.', end - 1)) {
    const Json* next = Step(at, std::string(path.substr(0, end)));
    if (next == nullptr) continue;
    return Walk(*next, end == path.size() ? std::string_view() : path.substr(end + 1));
  }
  return nullptr;
}

void CollectKeys(const Json& at, const std::string& prefix, std::vector<std::string>& keys) {
  if (at.is_object()) {
    for (const auto& [name, value] : at.items()) {
      const std::string key = prefix.empty() ? name : prefix + "." + name;
      keys.push_back(key);
      CollectKeys(value, key, keys);
    }
  } else if (at.is_array()) {
    for (const Json& item : at) {
      if (item.is_object()) CollectKeys(item, prefix + "." + TextOf(item, "name"), keys);
    }
  }
}

/// The settings, without what `config show` adds about the file.
Json Settings(const config::Loaded& loaded) {
  Json settings = SettingsDocument(loaded, false);
  settings.erase("path");
  settings.erase("found");
  settings["proxy"].erase("effective_auth_mode");
  return settings;
}

/// The type of a setting that the manual describes; a rule of the mapping takes a list of targets.
std::optional<config::SettingType> TypeOf(const std::string& key) {
  if (key.starts_with(kMapping)) return config::SettingType::kTexts;
  const std::size_t dot = key.rfind('.');
  const std::string table = dot == std::string::npos ? "" : key.substr(0, dot);
  const bool account = table.starts_with(kAccounts);
  const std::string title = account ? "[[accounts]]" : "[" + table + "]";
  for (const config::SettingsTable& each : config::SettingsTables()) {
    if (each.title != title) continue;
    const auto at =
        std::ranges::find(each.settings, key.substr(dot + 1), &config::SettingText::name);
    if (at != each.settings.end()) return at->type;
  }
  return std::nullopt;
}

/// "port" is short for "proxy.port".
std::string FullKey(const Json& settings, const std::string& key) {
  if (key.starts_with("proxy.custom_mapping.")) return key.substr(6);
  if (Walk(settings, key) != nullptr || TypeOf(key)) return key;
  return Walk(settings["proxy"], key) != nullptr || TypeOf("proxy." + key) ? "proxy." + key : key;
}

Error NoSetting(const Json& settings, const std::string& key) {
  std::vector<std::string> keys;
  CollectKeys(settings, "", keys);
  std::string near = Nearest(key, keys);
  if (near.empty()) near = Nearest("proxy." + key, keys);
  return Fail(ErrorCode::kNotFound, "there is no setting \"{}\"{}", key,
              near.empty() ? "; `agm config show` lists them"
                           : fmt::format("; did you mean \"{}\"?", near));
}

std::vector<std::string> Split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<std::string> ReadList(const std::string& value) {
  const auto json = ParseJson(value);
  if (!json || !json->is_array()) return Split(value, ',');
  std::vector<std::string> list;
  for (const Json& item : *json) list.push_back(item.is_string() ? item.get<std::string>() : "");
  return list;
}

/// A number as the file holds it; another text as it is, so that the check of the file refuses it.
config::FieldValue ReadNumber(const std::string& value) {
  const char* const end = value.data() + value.size();
  int whole = 0;
  auto read = std::from_chars(value.data(), end, whole);
  if (read.ec == std::errc() && read.ptr == end) return whole;
  double number = 0;
  read = std::from_chars(value.data(), end, number);
  const bool good = read.ec == std::errc() && read.ptr == end && std::isfinite(number);
  return good ? config::FieldValue(config::Verbatim{fmt::format("{}", number)}) : value;
}

config::FieldValue ReadValue(config::SettingType type, const std::string& value) {
  switch (type) {
    case config::SettingType::kBool:
      if (value == "true" || value == "false") return value == "true";
      return value;
    case config::SettingType::kNumber:
    case config::SettingType::kDecimal:
    case config::SettingType::kSeconds:
      return ReadNumber(value);
    case config::SettingType::kTexts:
    case config::SettingType::kTables:
      return ReadList(value);
    case config::SettingType::kSize:
    case config::SettingType::kText:
    case config::SettingType::kAddress:
    case config::SettingType::kFile:
    case config::SettingType::kDate:
    case config::SettingType::kAllowance:
      return value;
  }
  return value;
}

/// The change of a full key that the manual describes.
config::Change ChangeOf(const std::string& key, config::SettingType type,
                        const std::string& value) {
  if (key.starts_with(kMapping)) {
    return config::SetMapping{key.substr(kMapping.size()), ReadList(value)};
  }
  const std::size_t dot = key.rfind('.');
  const std::string table = key.substr(0, dot);
  const config::Field field{key.substr(dot + 1), ReadValue(type, value)};
  if (table.starts_with(kAccounts)) {
    return config::UpdateEntry{table.substr(kAccounts.size()), {field}};
  }
  return config::SetSetting{Split(table, '.'), field};
}

}  // namespace

void AddConfigGet(Commands at, Run<ConfigGetOptions> run) {
  auto options = std::make_shared<ConfigGetOptions>();
  CommandHandle command =
      at.Command("get", "Print one setting that is in effect", options, std::move(run));
  command.Option("KEY", options->key, "The setting, such as proxy.port").Required().Type("KEY");
  command.Footer(Examples({{"The port", "agm config get port"},
                           {"A field of an account", "agm config get accounts.work.priority"}}));
}

void AddConfigSet(Commands at, Run<ConfigSetOptions> run) {
  auto options = std::make_shared<ConfigSetOptions>();
  CommandHandle command =
      at.Command("set", "Change one setting of the file", options, std::move(run));
  command.Option("KEY", options->key, "The setting, such as proxy.port").Required().Type("KEY");
  command.Option("VALUE", options->value, "Its new value; commas separate those of a list")
      .Required()
      .Type("VALUE");
  command.Footer(
      Examples({{"Listen on another port", "agm config set port 9000"},
                {"Let an account serve last", "agm config set accounts.work.priority 9"}}));
}

Result<void> RunConfigGet(const Context& context, const ConfigGetOptions& options) {
  const auto loaded = context.Loaded();
  if (!loaded) return loaded.error();
  const Json settings = Settings(**loaded);
  const std::string key = FullKey(settings, options.key);
  const Json* value = Walk(settings, key);
  if (value == nullptr) return NoSetting(settings, options.key);
  if (context.json()) {
    context.io().PrintJson({{"key", key}, {"value", *value}});
  } else {
    context.io().Print("{}\n", value->is_string() ? value->get<std::string>() : DumpJson(*value));
  }
  return {};
}

Result<void> RunConfigSet(const Context& context, const ConfigSetOptions& options) {
  const auto file = context.ConfigFile();
  if (!file) return file.error();
  const auto loaded = config::Load({*file, config::FoundBy::kDefault}, context.environment());
  if (!loaded) return loaded.error();
  const Json settings = Settings(*loaded);
  const std::string key = FullKey(settings, options.key);
  const auto type = TypeOf(key);
  if (!type) return NoSetting(settings, options.key);
  const config::Change change = ChangeOf(key, *type, options.value);
  const auto edited = config::EditFile(*file, change, context.environment());
  if (!edited) return edited.error();
  if (context.json()) {
    context.io().PrintJson({{"key", key}, {"changed", edited->changed}});
  } else {
    context.io().Say("{} is {}.", key, edited->changed ? "changed" : "so already");
  }
  return {};
}

}  // namespace agm::cli
