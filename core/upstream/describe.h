#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/upstream/error_body.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// Describes a failure of that class in our own words, for every kind of upstream. Only for an
/// invalid request Failure::error contains the upstream's message, shortened and without anything
/// that could be a key, a project or a mail address. `asked`: the delay that the upstream asks for.
Failure Describe(Trouble trouble, const ErrorBody& body, std::optional<Duration> asked);

/// True if the response has one of the phrases, which are in lower case.
bool Says(const ErrorBody& body, std::initializer_list<std::string_view> phrases);

}  // namespace agm::upstream
