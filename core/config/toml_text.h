#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::config {

// Writes values for a TOML text. The notation is valid JSON too, so the values can be printed as
// either.
//
// Thread safety: any thread.

/// `"text"`, escaped. Ill-formed UTF-8 becomes U+FFFD.
std::string Quoted(std::string_view text);
/// `["a", "b"]`
std::string QuotedList(const std::vector<std::string>& texts);
/// Writes a key: bare if TOML allows that, else quoted.
std::string WriteKey(std::string_view key);
/// Writes a duration in seconds: `5`, `0.25`.
std::string WriteSeconds(Duration duration);
/// A span of whole days as a text ("7d"), any other in seconds.
std::string WriteDays(Duration duration);

}  // namespace agm::config
