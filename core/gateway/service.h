#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/config/paths.h"
#include "core/http/client/transport.h"
#include "core/ledger/schema.h"
#include "core/store/database.h"
#include "core/upstream/media_fetch.h"
#include "core/upstream/providers.h"

namespace agm::gateway {

/// The running gateway: constructs, connects and destroys its parts.
///
///   auto service = Service::Start(config, log, clock, transport, database);
///   if (!service) return std::move(service).error();
///   Announce((*service)->port());
///   auto served = (*service)->Serve();   // blocks until Stop, from another thread
///
/// Thread safety: Apply, Stop, port and Ready from any thread; Serve from one.
class Service {
 public:
  /// Starts to listen at once (requests wait until Serve). Fails with kConfig if the address is not
  /// available or the certificate is invalid. `database` keeps what outlives the process. Media at
  /// URLs from clients are fetched with `media`; tests pass their own. The request log is kept in
  /// `requests`. `providers` are the kinds of upstream. The references must outlive the service.
  static Result<std::unique_ptr<Service>> Start(
      std::shared_ptr<const config::Config> config, Log& log, Clock& clock,
      http::Transport& transport, store::Database& database,
      std::unique_ptr<http::Transport> media = upstream::NewMediaTransport(),
      std::unique_ptr<store::Database> requests =
          store::Database::OpenInMemory(ledger::RequestsFile()),
      const upstream::Providers& providers = upstream::BuiltInProviders());
  ~Service();

  int port() const;
  /// The number of accounts that could serve now.
  int Ready() const;
  /// Serves until Stop; fails as http::Server::Serve does.
  Result<void> Serve();
  /// Applies other settings and reads the certificate again; running requests keep the old ones.
  /// The address does not change. On failure (kConfig) nothing changes.
  Result<void> Apply(std::shared_ptr<const config::Config> config);
  /// Lets the page add accounts to this file. Call it before Serve.
  void LetEdit(std::filesystem::path file, config::Environment environment);
  /// Counts a configuration that had errors, so that Apply was not called with it.
  void CountRefusedReload();
  /// Writes what the request log still holds; false if it cannot be written now.
  bool FlushLog();
  /// Tells load balancers on /readyz to send no more requests, and stops the server (see
  /// http::Server).
  void Stop(Duration drain, Duration delay = Duration(0));

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace agm::gateway
