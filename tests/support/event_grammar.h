#pragma once

#include <string>
#include <vector>

#include "core/chat/event.h"

namespace agm::test {

/// What is wrong with `events` by the grammar of core/chat/event.h, as a sentence that names the
/// event; empty if they obey it. `complete`: they must end in Finished or Failed.
std::string GrammarProblem(const std::vector<chat::Event>& events, bool complete = true);

/// The events as text, one a line, for comparing and for messages.
std::string Show(const std::vector<chat::Event>& events);

}  // namespace agm::test
