#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct MapSetOptions {
  std::string from;
  std::vector<std::string> to;
};
struct MapListOptions {
  bool built_in = false;
};
struct MapUnsetOptions {
  std::string from;
};
struct MapResolveOptions {
  std::string name;
};

/// `agm map set|list|unset|resolve`: the user's rules for model names, and their results. kNotFound
/// if a rule does not exist, kUnknownModel for an invalid model name.
Result<void> RunMapSet(const Context& context, const MapSetOptions& options);
Result<void> RunMapList(const Context& context, const MapListOptions& options);
Result<void> RunMapUnset(const Context& context, const MapUnsetOptions& options);
Result<void> RunMapResolve(const Context& context, const MapResolveOptions& options);

void AddMapSet(Commands at, Run<MapSetOptions> run = RunMapSet);
void AddMapList(Commands at, Run<MapListOptions> run = RunMapList);
void AddMapUnset(Commands at, Run<MapUnsetOptions> run = RunMapUnset);
void AddMapResolve(Commands at, Run<MapResolveOptions> run = RunMapResolve);

/// "a, then b": targets in the order of the attempts.
std::string Chain(const std::vector<std::string>& targets);

/// `agm map` with these subcommands.
void AddMap(Commands at);

}  // namespace agm::cli
