#pragma once

#include <optional>
#include <string>

#include "cli/clients/recipes.h"

namespace agm::cli {

struct ConnectionWishes {
  std::optional<std::string> model;
  std::optional<std::string> key;  ///< the name of a client key in the configuration
  bool lan = false;                ///< the address by which other machines reach this one
  bool running = false;            ///< fail with kUpstreamUnavailable if no gateway runs
};

/// The address, key and model that clients get: of the gateway that runs, else of the configured
/// one. Without a wish the model is one that the gateway lists. kNotFound for an unknown key's
/// name.
Result<Connection> FindConnection(const Context& context, const ConnectionWishes& wishes);

}  // namespace agm::cli
