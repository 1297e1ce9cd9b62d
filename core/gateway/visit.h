#pragma once

#include <memory>

#include "core/gateway/record.h"
#include "core/gateway/routes.h"
#include "core/gateway/services.h"
#include "core/http/wire/message.h"

namespace agm::gateway {

/// A checked request on its way to the handler of its route.
///
/// Thread safety: one thread at a time.
struct Visit {
  Services& services;
  std::shared_ptr<const Settings> settings;
  http::Request& http;
  const Route& route;
  Record& record;  ///< the handler may move from it
};

}  // namespace agm::gateway
