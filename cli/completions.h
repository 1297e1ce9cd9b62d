#pragma once

#include <string>

#include "cli/tree.h"

/// Completion scripts, generated from the command tree. They complete commands, options, choices
/// and files by themselves, and call `agm complete accounts` and `agm complete models` for names.
///
/// Thread safety: any thread.
namespace agm::cli {

std::string BashCompletion(const TreeCommand& root);
std::string ZshCompletion(const TreeCommand& root);
std::string FishCompletion(const TreeCommand& root);

}  // namespace agm::cli
