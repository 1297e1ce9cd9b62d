#pragma once

#include <string>
#include <string_view>

#include "cli/tree.h"

/// The manual, written from the command tree and the table of settings. man/ holds what these give;
/// a test compares them, and `agm manual man > man/agm.1` brings it up to date.
///
/// Thread safety: any thread.
namespace agm::cli {

/// man/agm.1
std::string CommandManual(const TreeCommand& root);
/// man/agm.toml.5
std::string SettingsManual();

/// `text` so that roff shows it as it is.
std::string Roff(std::string_view text);
/// The same for running text, each of its lines wrapped.
std::string RoffText(std::string_view text);

}  // namespace agm::cli
