#pragma once

#include <memory>

#include "core/accounts/credentials.h"
#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/config/config.h"
#include "core/gateway/metrics.h"
#include "core/gateway/signatures.h"
#include "core/http/client/transport.h"
#include "core/mapping/model_map.h"
#include "core/store/conversations.h"

namespace agm::gateway {

class Catalog;

/// The settings that a request starts with and keeps, even if they are reloaded meanwhile.
///
/// Thread safety: immutable.
struct Settings {
  explicit Settings(std::shared_ptr<const config::Config> loaded)
      : config(std::move(loaded)), map(*config) {}

  std::shared_ptr<const config::Config> config;
  mapping::ModelMap map;
};

/// Objects that all requests share; each one is thread-safe and outlives every request.
struct Services {
  Guarded<std::shared_ptr<const Settings>> settings;
  accounts::Pool* pool = nullptr;
  accounts::Credentials* credentials = nullptr;
  upstream::Transport* transport = nullptr;
  upstream::Transport* media = nullptr;  ///< for URLs from clients: public addresses only
  Catalog* catalog = nullptr;
  store::Conversations* conversations = nullptr;
  Signatures* signatures = nullptr;
  Metrics* metrics = nullptr;
  Log* log = nullptr;
  Clock* clock = nullptr;
};

}  // namespace agm::gateway
