#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace agm::config {

// Values as they are written to a TOML text. The forms are those that JSON shares, so that what is
// shown can be printed as either.
//
// Thread safety: any thread.

/// `"text"`, escaped. Ill-formed UTF-8 becomes U+FFFD.
std::string Quoted(std::string_view text);
/// `["a", "b"]`
std::string QuotedList(const std::vector<std::string>& texts);
/// A key: bare where that is allowed, else quoted.
std::string WriteKey(std::string_view key);
/// Seconds: `5`, `0.25`.
std::string WriteSeconds(Duration duration);

}  // namespace agm::config
