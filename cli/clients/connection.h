#pragma once

#include <optional>
#include <string>

#include "cli/clients/recipes.h"

namespace agm::cli {

/// The use of a connection. It decides what the connection must have.
enum class Purpose {
  kShow,   ///< people read it
  kStart,  ///< a client is started with it: a gateway runs, and there is a key if it asks for one
  kStore,  ///< it stays in a client's settings: a key that outlives the gateway's process
};

struct ConnectionWishes {
  std::optional<std::string> model;
  std::optional<std::string> key;  ///< the name of a client key in the configuration
  bool lan = false;                ///< the address by which other machines reach this one
  Purpose purpose = Purpose::kShow;
};

/// The address, key and model that clients get: of the gateway that runs, else of the configured
/// one. Without a wish the model is one that the gateway lists. kNotFound for an unknown key's
/// name, or if the purpose takes a key and there is none; kUpstreamUnavailable if it takes a running
/// gateway and none runs.
Result<Connection> FindConnection(const Context& context, const ConnectionWishes& wishes);

}  // namespace agm::cli
