#pragma once

#include <string>

#include "core/base/result.h"

namespace CLI {
class App;
}  // namespace CLI

namespace agm::cli {

/// Refuses a word that is no command of `parent` (kInvalidRequest). The message names the command
/// that the user most likely means: what other programs call it ("start" is `agm serve`), the
/// nearest spelling, or the group that has a command of that name. Error::param is the path of the
/// command whose help tells more. A word that may be a secret is not repeated.
Error UnknownCommand(const std::string& word, const CLI::App& parent);

/// The word in quotes, or "..." in its place where it may be a secret: long, or begun as keys are.
std::string Quotable(const std::string& word);

}  // namespace agm::cli
