#include "cli/config_set_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/config_command.h"
#include "cli/nearest.h"
#include "core/config/edit.h"
#include "core/config/settings_tables.h"

namespace agm::cli {
namespace {

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

/// True for a setting that the manual describes.
bool IsKnown(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  const std::string table = dot == std::string::npos ? "" : key.substr(0, dot);
  const bool account = table.starts_with("accounts.");
  const std::string title = account ? "[[accounts]]" : "[" + table + "]";
  for (const config::SettingsTable& each : config::SettingsTables()) {
    if (each.title != title) continue;
    return std::ranges::count(each.settings, key.substr(dot + 1), &config::SettingText::name) > 0;
  }
  return key.starts_with("custom_mapping.");
}

/// "port" is short for "proxy.port".
std::string FullKey(const Json& settings, const std::string& key) {
  if (key.starts_with("proxy.custom_mapping.")) return key.substr(6);
  if (Walk(settings, key) != nullptr || IsKnown(key)) return key;
  return Walk(settings["proxy"], key) != nullptr || IsKnown("proxy." + key) ? "proxy." + key : key;
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

/// The value as the setting's present value is: a number, true or false, a list, or a text.
config::FieldValue ReadValue(const Json& present, const std::string& value) {
  if (present.is_array()) return ReadList(value);
  const bool truth = value == "true" || value == "false";
  if (present.is_boolean() && truth) return value == "true";
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  if (present.is_number() && whole) return number;
  return value;
}

/// The change of a full key; nothing for one that `set` does not change.
std::optional<config::Change> ChangeOf(const std::string& key, const Json& present,
                                       const std::string& value) {
  constexpr std::string_view kMapping = "custom_mapping.";
  if (key.starts_with(kMapping)) {
    return config::SetMapping{key.substr(kMapping.size()), ReadList(value)};
  }
  const std::size_t dot = key.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string table = key.substr(0, dot);
  const config::Field field{key.substr(dot + 1), ReadValue(present, value)};
  constexpr std::string_view kAccounts = "accounts.";
  if (table.starts_with(kAccounts)) {
    return config::UpdateEntry{table.substr(kAccounts.size()), {field}};
  }
  return config::SetSetting{Split(table, '.'), field};
}

/// Settings that may be set although they have no value yet, with what they take.
Json Unset(const std::string& key) {
  const std::string last = key.substr(key.rfind('.') + 1);
  return last == "models" || last.starts_with("allowed_") ? Json::array() : Json("");
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
  if (!IsKnown(key)) return NoSetting(settings, options.key);
  const Json* present = Walk(settings, key);
  const auto change = ChangeOf(key, present == nullptr ? Unset(key) : *present, options.value);
  if (!change) return NoSetting(settings, options.key);
  const auto edited = config::EditFile(*file, *change, context.environment());
  if (!edited) return edited.error();
  if (context.json()) {
    context.io().PrintJson({{"key", key}, {"changed", edited->changed}});
  } else {
    context.io().Say("{} is {}.", key, edited->changed ? "changed" : "so already");
  }
  return {};
}

}  // namespace agm::cli
