#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/config/config.h"

namespace agm::cli {

/// What a server with OpenAI's API can do with one of its models.
struct Abilities {
  std::string model;
  bool stream = false;
  bool tools = false;
  bool schema = false;
  bool embeddings = false;
};

/// The names of what it can do: "stream", "tools", "schema", "embeddings".
std::vector<std::string> AbilityNames(const Abilities& abilities);

/// Asks the server with one short request for each ability. Each may take a minute, because a local
/// server loads the model first.
Abilities AskForAbilities(const Context& context, const config::Account& account,
                          const std::string& model);

}  // namespace agm::cli
