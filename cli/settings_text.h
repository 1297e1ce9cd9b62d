#pragma once

#include <span>
#include <string_view>

namespace agm::cli {

/// The manual's text for one key of the configuration file.
struct SettingText {
  std::string_view name;
  std::string_view value;  ///< the type of the value and its default: "seconds, 5"
  std::string_view text;   ///< one or more sentences, each on its own line
};

/// A table of the file, in the manual's order. A test compares the names with those that the
/// program reads.
struct SettingsTable {
  std::string_view title;  ///< "[proxy]"
  std::string_view text;
  std::span<const SettingText> settings;
};

std::span<const SettingsTable> SettingsTables();

}  // namespace agm::cli
