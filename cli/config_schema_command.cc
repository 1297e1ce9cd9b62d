#include <algorithm>
#include <string_view>

#include "cli/config_set_command.h"
#include "cli/settings_text.h"
#include "core/config/words.h"

// The schema is made of the table that the manual is made of, so that both name the same settings.
namespace agm::cli {
namespace {

template <class Words>
Json Enum(const Words& words) {
  Json list = Json::array();
  for (const std::string_view word : words) list.push_back(word);
  return {{"type", "string"}, {"enum", std::move(list)}};
}

/// The type that the manual's words for a value mean ("seconds, 5").
Json TypeOf(std::string_view name, std::string_view value) {
  if (name == "auth_mode") return Enum(config::kAuthModeWords);
  if (name == "scheduling") return Enum(config::kSchedulingWords);
  if (name == "kind") return Enum(config::kAccountKindWords);
  if (value.starts_with("true or false")) return {{"type", "boolean"}};
  if (value.starts_with("number")) return {{"type", "integer"}};
  if (value.starts_with("seconds")) return {{"type", {"number", "string"}}};
  if (value.starts_with("size")) return {{"type", {"integer", "string"}}};
  if (value.starts_with("list of tables")) {
    return {{"type", "array"}, {"items", {{"type", "object"}}}};
  }
  if (value.starts_with("list")) return {{"type", "array"}, {"items", {{"type", "string"}}}};
  return {{"type", "string"}};
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

Json TableSchema(const SettingsTable& table) {
  Json schema = {{"type", "object"}, {"description", OneLine(table.text)}};
  schema["properties"] = Json::object();
  for (const SettingText& setting : table.settings) {
    Json property = TypeOf(setting.name, setting.value);
    property["description"] = OneLine(setting.text);
    schema["properties"][std::string(setting.name)] = std::move(property);
  }
  schema["additionalProperties"] = false;
  return schema;
}

Json MappingSchema(const SettingsTable& table) {
  const Json name = {{"type", "string"}};
  return {{"type", "object"},
          {"description", OneLine(table.text)},
          {"additionalProperties",
           {{"anyOf", {name, {{"type", "array"}, {"items", name}, {"minItems", 1}}}}}}};
}

/// Puts a table's schema at its place: "[proxy.tls]" is a property of proxy.
void Place(Json& root, const SettingsTable& table) {
  const bool list = table.title.starts_with("[[");
  std::string path(table.title.substr(list ? 2 : 1));
  path.resize(path.find(']'));
  const std::size_t dot = path.find('.');
  Json schema = table.settings.empty() ? MappingSchema(table) : TableSchema(table);
  if (list) schema = {{"type", "array"}, {"items", std::move(schema)}};
  Json& properties = root["properties"];
  if (dot == std::string::npos) {
    properties[path] = std::move(schema);
  } else {
    properties[path.substr(0, dot)]["properties"][path.substr(dot + 1)] = std::move(schema);
  }
}

}  // namespace

void AddConfigSchema(Commands at, Run<ConfigSchemaOptions> run) {
  at.Command("schema", "Print a JSON Schema of the file, for editors",
             std::make_shared<ConfigSchemaOptions>(), std::move(run))
      .footer(Examples({{"Write it beside the file", "agm config schema > agm.schema.json"}}));
}

Result<void> RunConfigSchema(const Context& context, const ConfigSchemaOptions&) {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "Configuration of agm"},
               {"type", "object"},
               {"properties", Json::object()},
               {"additionalProperties", false}};
  for (const SettingsTable& table : SettingsTables()) Place(root, table);
  context.io().PrintJson(root);
  return {};
}

}  // namespace agm::cli
