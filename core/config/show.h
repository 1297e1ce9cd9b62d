#pragma once

#include <string>
#include <vector>

#include "core/config/load.h"

namespace agm::config {

/// One setting as it may be shown: its value is TOML that is JSON too, and never a secret.
struct Shown {
  std::string name;
  std::string value;
  Origin origin = Origin::kDefault;
  std::string note;  ///< what the value means here: "auto means off"; may be empty
};

/// The effective settings of [proxy], without the tables in it.
std::vector<Shown> ShowProxy(const Loaded& loaded);
/// Those of [proxy.tls]; empty where TLS is not set up.
std::vector<Shown> ShowTls(const Loaded& loaded);
/// Those of an account: what its kind uses, and what is set.
std::vector<Shown> ShowAccount(const Account& account);

}  // namespace agm::config
