#pragma once

#include <string>
#include <vector>

#include "core/chat/event.h"

namespace agm::test {

/// Checks `events` against the grammar of core/chat/event.h. Returns a sentence that names the
/// wrong event, or an empty string. `complete`: they must end in Finished or Failed.
std::string GrammarProblem(const std::vector<chat::Event>& events, bool complete = true);

/// The events as text, one per line, for comparisons and messages.
std::string Show(const std::vector<chat::Event>& events);

}  // namespace agm::test
