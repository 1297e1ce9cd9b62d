#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace agm::cli {

struct HelpOptions {
  std::vector<std::string> command;  ///< "accounts", "add"; empty: the whole program
};
struct VersionOptions {};

/// `agm help [COMMAND...]`: what `agm COMMAND --help` prints. An unknown command is wrong usage.
Result<void> RunHelp(const Context& context, const HelpOptions& options);
/// `agm version`: version, commit and libraries, as `agm --version` prints them.
Result<void> RunVersion(const Context& context, const VersionOptions& options);

void AddHelp(Commands at, Run<HelpOptions> run = RunHelp);
void AddVersion(Commands at, Run<VersionOptions> run = RunVersion);

}  // namespace agm::cli
