#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/accounts/credentials.h"
#include "core/accounts/pool.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/config/config.h"
#include "core/config/paths.h"
#include "core/gateway/billing.h"
#include "core/gateway/metrics.h"
#include "core/gateway/signatures.h"
#include "core/http/client/transport.h"
#include "core/keys/ring.h"
#include "core/ledger/journal.h"
#include "core/ledger/recording.h"
#include "core/mapping/model_map.h"
#include "core/page/live.h"
#include "core/page/pulse.h"
#include "core/page/sessions.h"
#include "core/store/conversations.h"
#include "core/store/resources.h"
#include "core/telemetry/exporter.h"
#include "core/upstream/providers.h"

namespace agm::gateway {

/// The configuration file that the running gateway may change; the reload follows by itself.
struct ConfigSource {
  std::filesystem::path file;
  config::Environment environment;
};

class Catalog;
class Refusals;
class SharedState;
class TokenCounter;

/// The settings that a request starts with and keeps, even if they are reloaded meanwhile.
///
/// Thread safety: immutable.
struct Settings {
  Settings(std::shared_ptr<const config::Config> from, keys::Meters& meters, WallTime at = {},
           std::optional<WallTime> certificate_ends = {})
      : config(std::move(from)),
        map(*config),
        ring(*config, meters),
        loaded(at),
        certificate_expires(certificate_ends) {}

  std::shared_ptr<const config::Config> config;
  mapping::ModelMap map;
  keys::Ring ring;
  WallTime loaded;                              ///< when they were loaded
  std::optional<WallTime> certificate_expires;  ///< nullopt: no TLS
};

/// Objects that all requests share; each one is thread-safe and outlives every request.
struct Services {
  Guarded<std::shared_ptr<const Settings>> settings;
  accounts::Pool* pool = nullptr;
  SharedState* shared = nullptr;  ///< null: this machine works alone
  accounts::Credentials* credentials = nullptr;
  const upstream::Providers* providers = nullptr;
  http::Transport* transport = nullptr;
  http::Transport* media_transport = nullptr;  ///< for URLs from clients: public addresses only
  Catalog* catalog = nullptr;
  Refusals* refusals = nullptr;
  TokenCounter* counter = nullptr;
  store::Conversations* conversations = nullptr;
  store::Resources* resources = nullptr;
  Signatures* signatures = nullptr;
  Metrics* metrics = nullptr;
  ledger::Journal* journal = nullptr;
  Billing* billing = nullptr;
  ledger::Recording* recording = nullptr;
  keys::Meters* meters = nullptr;
  page::Sessions* sessions = nullptr;
  page::LiveFeed* live = nullptr;
  page::Pulse* pulse = nullptr;
  telemetry::Exporter* telemetry = nullptr;
  std::optional<ConfigSource> config_source;  ///< set before the first request
  WallTime started{};
  Log* log = nullptr;
  Clock* clock = nullptr;
  std::function<int()> in_flight = [] { return 0; };      ///< the number of requests in progress
  std::function<bool()> stopping = [] { return false; };  ///< the server takes its last requests
};

}  // namespace agm::gateway
