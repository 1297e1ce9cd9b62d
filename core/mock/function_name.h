#pragma once

#include <string_view>

namespace agm::mock {

/// True for a letter or underscore, then letters, digits, _ . : -, at most 128 (64 if strict).
bool IsFunctionName(std::string_view name, bool strict);
/// The rule in the words of the service's refusal.
std::string_view FunctionNameRule(bool strict);

}  // namespace agm::mock
