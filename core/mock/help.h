#pragma once

#include <string>

namespace agm::mock {

/// How scripts are written, which classes of trouble there are, and which words in an API key ask
/// for them: for the help of a command that starts a mock.
std::string ScriptHelp();

}  // namespace agm::mock
