#pragma once

#include <string>
#include <vector>

#include "core/mock/http_message.h"

namespace agm::mock {

/// All credentials of a request: x-goog-api-key, ?key=, Authorization: Bearer, in this order.
std::vector<std::string> ReadCredentials(const Request& request);

/// The value of a query parameter; empty if there is none.
std::string QueryParam(const Request& request, std::string_view name);

/// As people may see it: keys that look real are masked, made-up ones stand as they are.
std::string ShownKey(const std::string& key);

}  // namespace agm::mock
