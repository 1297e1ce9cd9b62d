#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct StatsOptions {
  std::optional<std::string> since;
  std::optional<std::string> until;
  bool today = false;
  bool month = false;
  std::string by = "model";
  std::optional<std::string> bucket;
  std::optional<std::string> zone;
  std::optional<std::string> node;
  bool csv = false;
  bool recost = false;
};

/// `agm stats`: requests, tokens and costs from the exact totals, which also count requests that
/// have no row in the log. In a cluster they are those of all nodes.
Result<void> RunStats(const Context& context, const StatsOptions& options);
void AddStats(Commands at, Run<StatsOptions> run = RunStats);

}  // namespace agm::cli
