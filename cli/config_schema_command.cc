#include <algorithm>
#include <span>
#include <string_view>

#include "cli/config_set_command.h"
#include "core/config/settings_tables.h"

namespace agm::cli {
namespace {

Json Enum(std::span<const std::string_view> words) {
  Json list = Json::array();
  for (const std::string_view word : words) list.push_back(word);
  return {{"type", "string"}, {"enum", std::move(list)}};
}

Json TypeOf(const config::SettingText& setting) {
  using config::SettingType;
  if (!setting.words.empty()) return Enum(setting.words);
  switch (setting.type) {
    case SettingType::kBool:
      return {{"type", "boolean"}};
    case SettingType::kNumber:
      return {{"type", "integer"}};
    case SettingType::kDecimal:
      return {{"type", "number"}};
    case SettingType::kSeconds:
      return {{"type", {"number", "string"}}};
    case SettingType::kSize:
      return {{"type", {"integer", "string"}}};
    case SettingType::kTables:
      return {{"type", "array"}, {"items", {{"type", "object"}}}};
    case SettingType::kTexts:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    default:
      return {{"type", "string"}};
  }
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

Json TableSchema(const config::SettingsTable& table) {
  Json schema = {{"type", "object"}, {"description", OneLine(table.text)}};
  schema["properties"] = Json::object();
  for (const config::SettingText& setting : table.settings) {
    Json property = TypeOf(setting);
    property["description"] = OneLine(setting.doc.text);
    if (setting.HasDefault()) property["default"] = Json::parse(setting.value);
    schema["properties"][std::string(setting.name)] = std::move(property);
  }
  schema["additionalProperties"] = false;
  return schema;
}

Json MappingSchema(const config::SettingsTable& table) {
  const Json name = {{"type", "string"}};
  return {{"type", "object"},
          {"description", OneLine(table.text)},
          {"additionalProperties",
           {{"anyOf", {name, {{"type", "array"}, {"items", name}, {"minItems", 1}}}}}}};
}

/// Puts a table's schema at its place: "[proxy.tls]" is a property of proxy.
void Place(Json& root, const config::SettingsTable& table) {
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
      .Footer(Examples({{"Write it beside the file", "agm config schema > agm.schema.json"}}));
}

Result<void> RunConfigSchema(const Context& context, const ConfigSchemaOptions&) {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "Configuration of agm"},
               {"type", "object"},
               {"properties", Json::object()},
               {"additionalProperties", false}};
  for (const config::SettingsTable& table : config::SettingsTables()) Place(root, table);
  context.io().PrintJson(root);
  return {};
}

}  // namespace agm::cli
