#pragma once

#include <string>
#include <string_view>

#include "cli/tree.h"

/// The manual, generated from the command tree and the table of settings. man/ contains the output;
/// a test compares them, and `agm manual man > man/agm.1` updates it.
///
/// Thread safety: any thread.
namespace agm::cli {

/// man/agm.1
std::string CommandManual(const TreeCommand& root);
/// man/agm.toml.5
std::string SettingsManual();

/// Escapes `text` so that roff prints it unchanged.
std::string Roff(std::string_view text);
/// Like Roff for running text; wraps each of its lines.
std::string RoffText(std::string_view text);

}  // namespace agm::cli
