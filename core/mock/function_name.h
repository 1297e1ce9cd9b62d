#pragma once

#include <string_view>

namespace agm::mock {

/// A letter or underscore, then letters, digits, _ . : -, at most 128 in all (64 where strict).
bool IsFunctionName(std::string_view name, bool strict);
/// The rule, as a refusal says it.
std::string_view FunctionNameRule(bool strict);

}  // namespace agm::mock
