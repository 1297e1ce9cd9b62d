#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/store/database.h"
#include "core/upstream/media_fetch.h"

namespace agm::gateway {

/// The running gateway: puts the rooms together, and takes them apart again.
///
///   auto service = Service::Start(config, log, clock, transport, database);
///   Announce(service->port());
///   service->Serve();                    // blocks until Stop, from another thread
///
/// Thread safety: Apply, Stop, port and Ready from any thread; Serve from one.
class Service {
 public:
  /// Listens at once (requests wait until Serve). kConfig when the address cannot be had, or the
  /// certificate is of no use. What outlives the process is kept in `database`. Media that clients
  /// point at are fetched with `media`; tests pass their own. What is passed by reference must
  /// outlive it.
  static Result<std::unique_ptr<Service>> Start(
      std::shared_ptr<const config::Config> config, Log& log, Clock& clock,
      upstream::Transport& transport, store::Database& database,
      std::unique_ptr<upstream::Transport> media = upstream::NewMediaTransport());
  ~Service();

  int port() const;
  /// Accounts that could serve now.
  int Ready() const;
  void Serve();
  /// Other settings from now on, the certificate read anew; requests in flight keep theirs. The
  /// address stays as it is. On failure (kConfig) nothing changes.
  Result<void> Apply(std::shared_ptr<const config::Config> config);
  /// Accepts nothing more; running requests get `drain`, then they are cancelled.
  void Stop(Duration drain);

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace agm::gateway
