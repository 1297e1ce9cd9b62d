#pragma once

#include <string>
#include <string_view>

namespace agm::protocol {

/// Code that the model ran, and its result, as fenced text: how an answer shows them where its
/// dialect has no blocks for them. `language` and `outcome` are the upstream's words ("PYTHON",
/// "OUTCOME_OK").
std::string CodeText(std::string_view language, std::string_view code);
std::string CodeResultText(std::string_view outcome, std::string_view output);

inline constexpr std::string_view kCodeSucceeded = "OUTCOME_OK";
inline constexpr std::string_view kCodeFailed = "OUTCOME_FAILED";
inline constexpr std::string_view kCodeTookTooLong = "OUTCOME_DEADLINE_EXCEEDED";

}  // namespace agm::protocol
