#pragma once

#include <string>
#include <vector>

#include "core/config/load.h"

namespace agm::config {

/// One setting for display: the value is valid TOML and JSON, and secrets are masked.
struct Shown {
  std::string name;
  std::string value;
  Origin origin = Origin::kDefault;
  std::string note;  ///< the value's effect here, such as "auto means off"; may be empty
};

/// A table of the configuration for display.
struct ShownTable {
  std::string name;  ///< "proxy", "proxy.tls"
  std::vector<Shown> settings;
};

/// The effective settings, table by table: [proxy] and [log] always, the others if they are in use.
/// `agm config show` and the log of a reload name all settings that are listed here.
std::vector<ShownTable> ShowTables(const Loaded& loaded);
/// The settings of an account: those that its kind uses, and all that are set.
std::vector<Shown> ShowAccount(const Account& account);

}  // namespace agm::config
