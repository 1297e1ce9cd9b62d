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

/// The effective settings of [proxy], without its child tables.
std::vector<Shown> ShowProxy(const Loaded& loaded);
/// The settings of [proxy.tls]; empty if TLS is not configured.
std::vector<Shown> ShowLog(const Loaded& loaded);
/// The settings of [cluster]; empty where this machine works alone.
std::vector<Shown> ShowCluster(const Loaded& loaded);
/// The settings of [telemetry]; empty where it is off.
std::vector<Shown> ShowTelemetry(const Loaded& loaded);
std::vector<Shown> ShowTls(const Loaded& loaded);
/// The settings of an account: those that its kind uses, and all that are set.
std::vector<Shown> ShowAccount(const Account& account);

}  // namespace agm::config
