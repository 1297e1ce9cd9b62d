#pragma once

#include <string>

namespace agm::mock {

/// The help text of the command that starts a mock: the script format, the classes of failure, and
/// the keywords in an API key that cause them.
std::string ScriptHelp();

}  // namespace agm::mock
