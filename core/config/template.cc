#include <fmt/format.h>

#include <algorithm>

#include "core/config/edit.h"
#include "core/config/settings_tables.h"

namespace agm::config {
namespace {

constexpr std::size_t kWidth = 98;

constexpr std::string_view kHead =
    R"(# The settings of agm. A line such as "#port = 8045" shows a default: remove the # to change it.
# A running `agm serve` picks changes up by itself. `agm config check` looks for mistakes,
# `agm config show --origin` tells what is in effect, and man agm.toml explains more.
)";

constexpr std::string_view kMappingExample = R"(#"gpt-4o" = "gemini-3.8-flash"
#"gpt-5*" = ["gemini-3.1-pro-preview", "gemini-3.8-flash"]
)";

constexpr std::string_view kVertexExample = R"(
# An account of Vertex AI:
#[[accounts]]
#name = "cloud"
#kind = "vertex"
#project = "my-project"
#location = "global"
#service_account = "sa.json"
)";

/// The first sentence line of `text` as comment lines of at most kWidth characters.
std::string Comment(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  std::string lines;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > kWidth) end = text.rfind(' ', kWidth);
    if (end == std::string_view::npos) end = text.size();
    lines += fmt::format("# {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string WriteSetting(const SettingText& setting) {
  const bool list = setting.type == SettingType::kTexts || setting.type == SettingType::kTables;
  std::string_view value = setting.HasDefault() ? setting.value : setting.doc.example;
  if (value.empty()) value = list ? "[]" : "\"\"";
  std::string line = fmt::format("#{} = {}", setting.name, value);
  if (!setting.words.empty()) line += fmt::format("  # {}", fmt::join(setting.words, " | "));
  return fmt::format("\n{}{}\n", Comment(setting.doc.text), line);
}

/// [proxy] is open, so that a line of it can be taken in alone; the others are comments.
std::string WriteTable(const SettingsTable& table) {
  std::string text = "\n" + Comment(table.text);
  text += fmt::format("{}{}\n", table.title == "[proxy]" ? "" : "#", table.title);
  if (table.settings.empty()) text += kMappingExample;
  for (const SettingText& setting : table.settings) text += WriteSetting(setting);
  return text;
}

std::string MakeTemplate() {
  std::string text(kHead);
  for (const SettingsTable& table : SettingsTables()) text += WriteTable(table);
  return text + std::string(kVertexExample);
}

}  // namespace

std::string_view Template() {
  static const std::string text = MakeTemplate();
  return text;
}

}  // namespace agm::config
