#pragma once

#include <string_view>

namespace agm::cli {

/// The next step after a command that succeeded. app.cc prints it behind the command's output, on
/// stderr and never with --quiet or --json:
///
///   Next: agm map resolve NAME (which rule wins, and why)
struct NextStep {
  std::string_view after;    ///< the command, without "agm": "map list"
  std::string_view step;     ///< empty: the command's own output says it, or there is none to say
  bool on_terminal = false;  ///< only if a person reads stdout: other programs use this output
};

/// The row of a command; nullptr if there is none.
const NextStep* FindNextStep(std::string_view command);

}  // namespace agm::cli
