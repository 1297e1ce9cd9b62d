#pragma once

#include <string>
#include <string_view>

#include "core/mapping/model_map.h"

namespace agm::gateway {

/// The rule that mapped a model's name, for the request's history: "exact gpt-4o"; empty if the
/// name was passed through.
std::string RuleText(const mapping::Resolution& resolution);

/// The client program that a User-Agent names, as "product/version": its first token, of letters,
/// digits and `._/-` only, at most 40 characters. Empty if there is none.
std::string ClientProgram(std::string_view user_agent);

}  // namespace agm::gateway
