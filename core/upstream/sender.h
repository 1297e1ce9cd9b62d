#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"

namespace agm::upstream {

class Provider;

/// The time limits of an attempt, and its proxy.
struct Limits {
  Duration connect_timeout{10'000};
  Duration first_byte_timeout{120'000};
  Duration idle_timeout{120'000};
  TimePoint deadline = TimePoint::max();
  std::string proxy;
};

/// How a request is sent. `cancellation` must outlive the response.
struct Sender {
  http::Transport& transport;
  Limits limits;
  const Cancellation& cancellation;
  std::vector<http::Header> headers{};  ///< that each request carries besides its own
};

/// Whom a request is sent to: an account with its credential, and the API that it speaks.
struct Recipient {
  const Provider& provider;
  const config::Account& account;
  const Secret& credential;
};

}  // namespace agm::upstream
