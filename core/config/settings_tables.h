#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/settings.h"

/// The settings of every table as text, for the manual, the template of a new file and the JSON
/// schema. The rows of settings.h are the only place that states a setting; these are their views.
///
/// Thread safety: constant after the first call.
namespace agm::config {

struct SettingText {
  std::string_view name;
  SettingType type = SettingType::kText;
  std::span<const std::string_view> words;  ///< the values of an enum, or none
  std::string value;                        ///< the default, as it would stand in the file
  SettingDoc doc;

  /// True if leaving the setting out means something other than an empty value.
  bool HasDefault() const { return !value.empty() && value != "\"\"" && value != "[]"; }
};

/// A table of the file, in the manual's order. Without settings, its keys are the user's own.
struct SettingsTable {
  std::string_view title;  ///< "[proxy]"
  std::string_view text;
  std::vector<SettingText> settings;
};

std::span<const SettingsTable> SettingsTables();

/// The name of a type in the manual ("seconds").
std::string_view Name(SettingType type);

}  // namespace agm::config
