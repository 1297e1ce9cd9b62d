#pragma once

#include <optional>
#include <string>

#include "cli/command.h"

namespace agm::cli {

struct ReplayOptions {
  std::string file;
  std::optional<std::string> base_url;
  bool update = false;
};

/// `agm replay FILE`: plays a file of `agm logs export` with the upstream's recorded answers, or
/// sends its request to a running gateway, and fails where the outcome differs.
Result<void> RunReplay(const Context& context, const ReplayOptions& options);
void AddReplay(Commands at, Run<ReplayOptions> run = RunReplay);

}  // namespace agm::cli
