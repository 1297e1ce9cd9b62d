#pragma once

#include <string>
#include <vector>

#include "core/mock/http_message.h"

namespace agm::mock {

/// All credentials of a request: x-goog-api-key, ?key=, Authorization: Bearer, in this order.
std::vector<std::string> ReadCredentials(const Request& request);

/// The value of a query parameter; empty if there is none.
std::string QueryParam(const Request& request, std::string_view name);

/// A form of the key that is safe to show: real-looking keys are masked, invented ones are not.
std::string ShownKey(const std::string& key);

}  // namespace agm::mock
