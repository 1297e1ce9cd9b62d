#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/clock.h"

/// Checks of texts that several tables of the file share; see TextCheck in scalars.h.
namespace agm::config {

/// The name of an account or a client key.
std::string CheckEntryName(std::string& name);

/// A model's name or a pattern; its prefix ("models/") is removed.
std::string CheckModelGlob(std::string& glob);

/// "2027-01-31", the last day, or "2027-01-31T12:00:00+01:00", the end itself ("Z" for UTC, and a
/// space for the T). nullopt: neither of them.
using Expiry = std::variant<std::chrono::year_month_day, WallTime>;
std::optional<Expiry> ReadExpiry(std::string_view text);

}  // namespace agm::config
